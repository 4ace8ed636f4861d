"""Quadratic losses: exact against closed forms, at any level, on both sides of zero, and without a numeric warning."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import chi2, ncx2, norm

from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.risk.errors import NotPositiveSemidefinite
from portal.domain.risk.quadratic import QuadraticLoss, delta_gamma, quadratic_loss

LEVELS = [1e-4, 0.01, 0.5, 0.9, 0.99, 0.999, 0.99999]
size = st.floats(-3.0, 3.0).map(lambda value: round(value, 3))


def of_one(b, lam):
    return QuadraticLoss(0.0, np.array([b]), np.array([lam]))


def brackets(loss, var, level):
    """A step of 1e-9 deviations to either side has the probability between."""
    step, chance = 1e-9 * loss.moments.sd, 1.0 - level
    assert loss.exceedance(var + step) <= chance * (1.0 + 1e-9)
    assert loss.exceedance(var - step) >= chance * (1.0 - 1e-9)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("b", "lam"), [(0.0, 1.0), (3.0, 1.0), (0.0, -1.0), (3.0, -1.0), (1.0, 1e-3), (1.0, -1e-3)]
)
def test_one_factor_is_a_shifted_chi_square(level, b, lam):
    at = level if lam > 0 else 1.0 - level
    centre = (b / lam) ** 2
    quantile = float(ncx2.ppf(at, 1, centre) if b else chi2.ppf(at, 1))
    loss = of_one(b, lam)
    var, es = loss.var_and_es(level)
    assert var == pytest.approx(0.5 * lam * quantile - b * b / (2.0 * lam), abs=2e-9 * loss.moments.sd)
    assert es >= var
    brackets(loss, var, level)


@pytest.mark.parametrize("level", LEVELS)
def test_without_curvature_it_is_normal(level):
    z = norm.ppf(level)
    var, es = QuadraticLoss(7.0, np.array([3.0, 4.0]), np.zeros(2)).var_and_es(level)
    assert var == pytest.approx(7.0 + 5.0 * z, abs=1e-11)
    assert es == pytest.approx(7.0 + 5.0 * norm.pdf(z) / (1.0 - level), rel=1e-11)


def test_two_equal_curvatures_are_exponential():
    loss = QuadraticLoss(0.0, np.zeros(2), np.ones(2))
    assert loss.var_and_es(0.99) == pytest.approx((-np.log(0.01), 1.0 - np.log(0.01)), rel=1e-12)


def test_a_difference_of_exponentials_is_laplace():
    loss = QuadraticLoss(0.0, np.zeros(4), np.array([1.0, 1.0, -1.0, -1.0]))
    assert loss.var_and_es(0.99)[0] == pytest.approx(-np.log(0.02), rel=1e-12)
    assert loss.var_and_es(0.25)[0] == pytest.approx(np.log(0.5), rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    b=arrays(np.float64, 4, elements=size),
    lam=arrays(np.float64, 4, elements=size),
    level=st.sampled_from(LEVELS),
)
def test_the_quantile_has_its_probability_and_es_is_the_tail_mean(b, lam, level):
    loss = QuadraticLoss(1.0, b, lam)
    var, es = loss.var_and_es(level)
    if loss.moments.sd < 1e-6:
        assert var == pytest.approx(loss.moments.mean, abs=1e-5)
        return
    brackets(loss, var, level)
    assert es >= var - 1e-12 * loss.moments.sd
    # the mean over all levels is the mean: ES at c and the mean of the rest give it back
    mirrored = QuadraticLoss(-1.0, b, -lam).var_and_es(1.0 - level)[1]
    mean = (1.0 - level) * es - level * mirrored
    assert mean == pytest.approx(loss.moments.mean, abs=1e-7 * (abs(var) + loss.moments.sd))


def test_many_factors_agree_with_simulation():
    random = np.random.default_rng(0)
    b, lam = random.normal(size=60), random.normal(size=60)
    y = random.normal(size=(200_000, 60))
    losses = y @ b + 0.5 * (y * y) @ lam
    var, es = QuadraticLoss(0.0, b, lam).var_and_es(0.99)
    assert var == pytest.approx(np.quantile(losses, 0.99), rel=0.02)
    assert es == pytest.approx(losses[losses > var].mean(), rel=0.02)


def test_a_book_without_risk_loses_its_theta():
    found = delta_gamma([0.0], [[0.0]], [[1.0]], 0.99, theta_pnl=-5.0)
    assert (found.var, found.es, found.var_delta) == (5.0, 5.0, 0.0)
    assert QuadraticLoss(5.0, np.zeros(1), np.zeros(1)).exceedance(4.0) == 1.0


def test_a_loss_that_has_an_end_stays_within():
    loss = of_one(0.0, -1.0)  # at most 0
    assert loss.var_and_es(0.9999)[0] < 0.0
    assert loss.exceedance(0.1) == 0.0
    assert of_one(0.0, 1.0).exceedance(-0.1) == 1.0


def test_factors_that_move_as_one_need_no_repair():
    one = delta_gamma([3.0], [[-2.0]], [[1.0]], 0.99)
    two = delta_gamma([1.0, 2.0], [[-0.5, -0.5], [-0.5, -0.5]], np.ones((2, 2)), 0.99)
    assert two.var == pytest.approx(one.var, rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (([1.0, 2.0], [[1.0]], np.eye(2)), LengthMismatch),
        (([1.0], [[np.nan]], [[1.0]]), SeriesHasNaN),
        (([1.0, 1.0], [[1.0, 2.0], [0.0, 1.0]], np.eye(2)), BadParameter),
        (([1.0, 1.0], np.eye(2), [[1.0, 2.0], [2.0, 1.0]]), NotPositiveSemidefinite),
    ],
    ids=["shape", "gap", "asymmetric gamma", "no covariance"],
)
def test_what_cannot_be_is_refused(arguments, error):
    with pytest.raises(error):
        quadratic_loss(*arguments)
    with pytest.raises(error):
        delta_gamma(*arguments, 0.99)


def test_other_refusals():
    with pytest.raises(BadParameter, match="confidence level"):
        of_one(1.0, 1.0).var_and_es(1.0)
    with pytest.raises(BadParameter, match="time passing"):
        quadratic_loss([1.0], [[1.0]], [[1.0]], theta_pnl=np.nan)
