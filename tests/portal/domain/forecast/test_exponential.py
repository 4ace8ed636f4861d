"""Exponential smoothing models: names, forecasts, spread and both searches."""

import numpy as np
import pytest

from portal.domain.forecast import ets_fit
from portal.domain.forecast.errors import NotConverged
from portal.domain.forecast.ets_fit import Search, fit_ets
from portal.domain.forecast.exponential import EtsFit, EtsStates, EtsWeights, read_spec
from portal.domain.market.errors import BadParameter, InsufficientHistory, NonPositivePrices


def _seasonal(n=120, period=4):
    rng = np.random.default_rng(21)
    return 100.0 + np.cumsum(rng.standard_normal(n)) + np.tile([8.0, -3.0, -6.0, 1.0], n // period)


def test_names_of_models():
    assert read_spec("AAdA").trend == "Ad"
    assert read_spec("MAM").multiplies
    assert read_spec("MAM").additive().name == "AAA"
    assert not read_spec("ANN").multiplies
    for wrong in ("", "A", "XNN", "ABA", "ANX"):
        with pytest.raises(BadParameter, match="names no ETS model"):
            read_spec(wrong)


@pytest.mark.parametrize("name", ["ANN", "AAN", "AAdN", "ANA", "AAA", "AAdA"])
def test_drawn_paths_spread_as_the_formula_says(name):
    spec = read_spec(name)
    fit = EtsFit(
        spec, EtsWeights(0.4, 0.1 * (spec.trend != "N"), 0.2 * (spec.season != "N"), 0.9 if "d" in name else 1.0),
        EtsStates(50.0, 0.5 * (spec.trend != "N"), (2.0, -2.0, 0.0) if spec.season != "N" else ()),
        np.array([2.0, -2.0] * 50), np.ones(100), 0,
    )  # fmt: skip
    paths = fit.simulate(9, seed=1)
    np.testing.assert_allclose(paths.mean(axis=1), fit.forecast(9), atol=0.5)
    np.testing.assert_allclose(paths.std(axis=1), fit.deviation(9), rtol=0.05)


def test_relative_errors_grow_with_the_level():
    fit = EtsFit(
        read_spec("MNM"), EtsWeights(0.1, 0.0, 0.1), EtsStates(100.0, 0.0, (1.5, 0.5)),
        np.array([0.1, -0.1] * 50), np.ones(100), 0,
    )  # fmt: skip
    high, low = fit.simulate(2, seed=1).std(axis=1)
    assert high == pytest.approx(15.0, rel=0.05)
    assert low == pytest.approx(5.0, rel=0.05)


@pytest.mark.parametrize("name", ["ANN", "AAdN", "ANA", "MAM", "MNA"])
def test_the_likelihood_search_is_no_worse_than_the_simplex(name):
    y, spec = _seasonal(), read_spec(name)
    best, simplex = (fit_ets(y, spec, 4, search) for search in (Search.LIKELIHOOD, Search.SIMPLEX))
    assert best.log_likelihood > simplex.log_likelihood - 0.5
    assert best.parameters == simplex.parameters
    np.testing.assert_allclose(best.forecast(4), simplex.forecast(4), rtol=0.03)


def test_states_and_errors_belong_together():
    """The last fitted value and error are those of the recursion: the next forecast starts where it ends."""
    y = _seasonal()
    for search in Search:
        fit = fit_ets(y, read_spec("AAA"), 4, search)
        np.testing.assert_allclose(fit.fitted + fit.errors, y, rtol=1e-9)
        shorter = fit_ets(y[:-1], read_spec("AAA"), 4, search)
        assert shorter.forecast(1)[0] == pytest.approx(fit.fitted[-1], rel=0.02)


def test_a_long_season_starts_from_a_decomposition():
    y = np.tile(10.0 * np.sin(2.0 * np.pi * np.arange(24) / 24), 12)
    y += 50.0 + np.random.default_rng(1).standard_normal(len(y))
    fit = fit_ets(y, read_spec("ANA"), 24)
    assert len(fit.states.season) == 24
    assert fit.parameters == 2 + 1 + 23 + 1


def test_refusals():
    with pytest.raises(InsufficientHistory, match="needs 9 values, but there are 8"):
        fit_ets(np.arange(8.0), read_spec("ANA"), 4)
    with pytest.raises(NonPositivePrices, match="Use additive parts"):
        fit_ets(_seasonal() - 100.0, read_spec("MNN"))


def test_a_search_that_does_not_end_is_refused(monkeypatch):
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    whole = ETSModel.fit
    monkeypatch.setattr(ETSModel, "fit", lambda self, **options: whole(self, **options, maxiter=1))
    with pytest.raises(NotConverged, match=r"ETS\(AAdA\) did not converge"):
        ets_fit.fit_ets(_seasonal(), read_spec("AAdA"), 4)
