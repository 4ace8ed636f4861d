"""GARCH: two engines agree, scale and presample laws, specifications, forecasts, and refusals."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, InsufficientHistory, NoSuchModel, SeriesHasNaN
from portal.domain.market.garch import Engine, GarchSpec, Presample, fit_garch
from portal.domain.market.garch_forecast import variance_term_structure
from portal.domain.market.garch_likelihood import Shape, _Likelihood, backcast


def simulated(n: int = 1500, seed: int = 11, *, gamma: float = 0.0, nu: float | None = None) -> np.ndarray:
    """Percent returns of a GARCH(1,1) with omega 0.05, alpha 0.08, beta 0.88 and mean 0.03."""
    rng = np.random.default_rng(seed)
    shocks = rng.standard_normal(n) if nu is None else rng.standard_t(nu, n) * np.sqrt((nu - 2) / nu)
    returns, variance = np.empty(n), 1.25
    for t in range(n):
        step = np.sqrt(variance) * shocks[t]
        returns[t] = 0.03 + step
        variance = 0.05 + (0.08 + gamma * (step < 0)) * step**2 + 0.88 * variance
    return returns


RETURNS = simulated()


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(GarchSpec(), id="garch11"),
        pytest.param(GarchSpec(mean="Zero", dist="t"), id="zero-mean-t"),
        pytest.param(GarchSpec(o=1), id="gjr"),
        pytest.param(GarchSpec(vol="ARCH", p=3), id="arch3"),
        pytest.param(GarchSpec(p=1, q=2), id="garch12"),
    ],
)
def test_both_engines_find_the_same_maximum(spec):
    returns = simulated(gamma=0.05, nu=6.0)
    library, own = (fit_garch(returns, spec, engine=engine, starts=4) for engine in ("arch", "own"))
    assert own.engine is Engine.OWN
    assert own.log_likelihood == pytest.approx(library.log_likelihood, abs=1e-3)
    assert set(own.params) == set(library.params)
    assert own.variance_forecast == pytest.approx(library.variance_forecast, rel=2e-2)


def test_truth_lies_within_three_standard_errors():
    fit = fit_garch(RETURNS, engine="own")
    truth = {"mu": 0.03, "omega": 0.05, "alpha[1]": 0.08, "beta[1]": 0.88}
    for name, value in truth.items():
        assert abs(fit.params[name] - value) < 3.0 * fit.standard_errors[name]


def test_standard_errors_are_those_of_the_library():
    own, library = (fit_garch(RETURNS, engine=engine) for engine in ("own", "arch"))
    for name, error in library.standard_errors.items():
        assert own.standard_errors[name] == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("student", [False, True])
@pytest.mark.parametrize("mean_square", [False, True])
def test_gradient_equals_differences(student, mean_square):
    shape = Shape(1, 1, 2, constant_mean=True, student=student, mean_square_presample=mean_square)
    likelihood = _Likelihood(RETURNS[:300], shape)
    vector = np.array([0.02, 0.1, 0.05, 0.06, 0.5, 0.3, *([7.0] if student else [])])
    gradient = likelihood.scores(vector).sum(axis=0)
    for i in range(len(vector)):
        step = np.zeros_like(vector)
        step[i] = 1e-6
        difference = (likelihood.value(vector + step) - likelihood.value(vector - step)) / 2e-6
        assert gradient[i] == pytest.approx(difference, rel=1e-4, abs=1e-4)


def test_variance_path_equals_the_plain_recursion():
    shape = Shape(2, 1, 2, constant_mean=False, student=False, mean_square_presample=True)
    likelihood = _Likelihood(RETURNS[:50], shape)
    pieces = likelihood.take_apart(np.array([0.1, 0.05, 0.04, 0.06, 0.4, 0.3]))
    residuals, variance, presample = likelihood.path(pieces)
    squares = [presample, presample, *residuals**2]
    falls = [0.5 * presample, *(residuals**2 * (residuals < 0))]
    past = [presample, presample]
    for t in range(50):
        past.append(
            0.1
            + 0.05 * squares[t + 1]
            + 0.04 * squares[t]
            + 0.06 * falls[t]
            + 0.4 * past[-1]
            + 0.3 * past[-2]
        )
    assert variance == pytest.approx(past[2:], rel=1e-12)


@pytest.mark.parametrize("engine", ["arch", "own"])
def test_unit_of_the_returns_does_not_matter(engine):
    percent, decimal = fit_garch(RETURNS, engine=engine), fit_garch(RETURNS / 1000.0, engine=engine)
    assert decimal.params["alpha[1]"] == pytest.approx(percent.params["alpha[1]"], abs=1e-4)
    assert decimal.params["omega"] * 1e6 == pytest.approx(percent.params["omega"], rel=1e-3)
    assert decimal.variance_forecast * 1e6 == pytest.approx(percent.variance_forecast, rel=1e-3)
    assert decimal.log_likelihood == pytest.approx(
        percent.log_likelihood + len(RETURNS) * np.log(1000.0), abs=1e-3
    )


def test_egarch_in_another_unit_keeps_its_path():
    spec = GarchSpec(vol="EGARCH", o=1)
    percent, decimal = fit_garch(RETURNS, spec, horizon=1), fit_garch(RETURNS / 1000.0, spec, horizon=1)
    assert decimal.conditional_variance * 1e6 == pytest.approx(percent.conditional_variance, rel=1e-2)
    # the constant belongs to the log variance: it moves by the log of the unit
    kept = percent.params["beta[1]"]
    assert decimal.params["omega"] == pytest.approx(
        percent.params["omega"] - 2 * np.log(1000) * (1 - kept), abs=1e-2
    )


def test_backcast_is_a_decaying_mean_of_75():
    residuals = np.arange(1.0, 101.0)
    weights = 0.94 ** np.arange(75)
    assert backcast(residuals) == pytest.approx(np.sum(weights * residuals[:75] ** 2) / weights.sum())


def test_presample_rule_is_only_ours_and_changes_the_fit():
    spec = GarchSpec(presample=Presample.MEAN_SQUARE)
    assert fit_garch(RETURNS, spec).engine is Engine.OWN
    assert fit_garch(RETURNS, spec).log_likelihood != pytest.approx(
        fit_garch(RETURNS).log_likelihood, abs=1e-6
    )
    with pytest.raises(NoSuchModel, match="no mean-square presample"):
        fit_garch(RETURNS, spec, engine="arch")


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(GarchSpec(vol="EGARCH", o=1), id="egarch"),
        pytest.param(GarchSpec(o=1, power=1.0, dist="t"), id="tarch"),
        pytest.param(GarchSpec(mean="AR", lags=2, dist="skewt"), id="ar-skewt"),
        pytest.param(GarchSpec(vol="HARCH", p=[1, 5, 22]), id="harch"),
    ],
)
def test_other_specifications_of_the_library(spec):
    fit = fit_garch(RETURNS[:600], spec, horizon=5)
    assert fit.variance_forecast.shape == (5,)
    assert np.all(fit.variance_forecast > 0.0)
    assert fit.n == 600
    assert fit.simulated is (spec.vol == "EGARCH" or spec.power != 2.0)


def test_simulated_forecasts_repeat():
    spec = GarchSpec(vol="EGARCH", o=1)
    first, second = (fit_garch(RETURNS[:400], spec, horizon=5).variance_forecast for _ in range(2))
    assert first.tolist() == second.tolist()


def test_fit_reads_as_a_term_structure():
    fit = fit_garch(RETURNS, horizon=30)
    structure = fit.term_structure([1, 30])
    assert structure.variance_at_h == pytest.approx(fit.variance_forecast[[0, 29]], rel=1e-9)
    assert structure.cumulative_variance[1] == pytest.approx(fit.variance_forecast.sum(), rel=1e-9)
    assert fit.persistence == pytest.approx(fit.params["alpha[1]"] + fit.params["beta[1]"])
    assert fit.long_run_variance == pytest.approx(fit.params["omega"] / (1 - fit.persistence))
    assert fit.half_life_days == pytest.approx(np.log(0.5) / np.log(fit.persistence))
    assert fit.term_structure([500]).variance_at_h[0] == pytest.approx(fit.long_run_variance, rel=1e-3)


def test_term_structure_of_a_longer_model_ends_with_its_forecast():
    fit = fit_garch(RETURNS[:600], GarchSpec(p=1, q=2), horizon=10)
    assert fit.term_structure([10]).variance_at_h[0] == fit.variance_forecast[9]
    with pytest.raises(BadParameter, match="forecasts 10 days, not 11"):
        fit.term_structure([11])


def test_own_forecast_begins_with_the_recursion():
    fit = fit_garch(RETURNS, GarchSpec(o=1), engine="own", horizon=2)
    p, last = fit.params, fit.residuals[-1]
    first = (
        p["omega"]
        + (p["alpha[1]"] + p["gamma[1]"] * (last < 0)) * last**2
        + p["beta[1]"] * fit.conditional_variance[-1]
    )
    assert fit.variance_forecast[0] == pytest.approx(first)
    kept = p["alpha[1]"] + p["gamma[1]"] / 2 + p["beta[1]"]
    assert fit.variance_forecast[1] == pytest.approx(p["omega"] + kept * first)


def test_refusals():
    with pytest.raises(InsufficientHistory, match="at least 100 observations, but there are 99"):
        fit_garch(RETURNS[:99])
    with pytest.raises(SeriesHasNaN):
        fit_garch([*RETURNS[:200], np.nan])
    with pytest.raises(BadParameter, match="all the same"):
        fit_garch(np.zeros(200))
    with pytest.raises(BadParameter, match="1 day or more"):
        fit_garch(RETURNS, horizon=0)
    with pytest.raises(NoSuchModel, match="no volatility model tea"):
        fit_garch(RETURNS, GarchSpec(vol="tea"))
    with pytest.raises(NoSuchModel, match="use the engine arch"):
        fit_garch(RETURNS, GarchSpec(vol="EGARCH"), engine="own")
    with pytest.raises(BadParameter, match="1 day or more"):
        variance_term_structure(1.0, [0], omega=0.1, alpha=0.1, beta=0.8)
