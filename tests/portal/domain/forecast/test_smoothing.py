"""Simple exponential smoothing of many series, and Holt-Winters."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from portal.domain.forecast.smoothing import holt_winters, smooth_simply
from portal.domain.market.errors import InsufficientHistory


def _walks(alphas, n=400, seed=5):
    """Series of the model itself: level moved by alpha times the error."""
    rng = np.random.default_rng(seed)
    errors = rng.standard_normal((len(alphas), n))
    moved = np.cumsum(np.array(alphas)[:, None] * errors, axis=1)
    return 40.0 + np.concatenate([np.zeros((len(alphas), 1)), moved[:, :-1]], axis=1) + errors


def _squares(y, alpha, start):
    """The recursion written out."""
    level, total = start, 0.0
    for value in y:
        total += (value - level) ** 2
        level += alpha * (value - level)
    return total, level


def test_a_fit_is_the_recursion_with_its_weight_and_start():
    y = _walks([0.1, 0.5, 0.95])
    found = smooth_simply(y)
    for row, series in enumerate(y):
        squares, level = _squares(series, found.alpha[row], found.start[row])
        assert found.level[row] == pytest.approx(level, rel=1e-12)
        assert found.sigma[row] ** 2 * (len(series) - 2) == pytest.approx(squares, rel=1e-9)


def test_the_sum_of_squares_is_the_least():
    y = _walks([0.02, 0.1, 0.3, 0.6, 0.9, 1.0])
    found = smooth_simply(y)

    def least(series, alpha):
        powers = (1.0 - alpha) ** np.arange(len(series))
        errors = np.empty(len(series))
        level = 0.0
        for at, value in enumerate(series - series[0]):
            errors[at] = value - level
            level += alpha * errors[at]
        return errors @ errors - (errors @ powers) ** 2 / (powers @ powers)

    for row, series in enumerate(y):
        best = min(
            minimize_scalar(lambda a, s=series: least(s, a), bounds=bounds, method="bounded").fun
            for bounds in ((1e-4, 0.05), (0.05, 0.5), (0.5, 0.9999))
        )
        assert found.sigma[row] ** 2 * (len(series) - 2) <= best * (1.0 + 1e-3)


def test_many_series_are_fitted_as_each_alone():
    y = _walks([0.2, 0.4, 0.8])
    together = smooth_simply(y)
    for row in range(len(y)):
        alone = smooth_simply(y[row : row + 1])
        assert together.level[row] == alone.level[0]
        assert together.alpha[row] == alone.alpha[0]


def test_the_level_of_the_series_changes_no_digit_that_matters():
    y = _walks([0.3])
    near, far = smooth_simply(y), smooth_simply(y + 1e7)
    assert far.sigma[0] == pytest.approx(near.sigma[0], rel=1e-7)
    assert far.level[0] - 1e7 == pytest.approx(near.level[0], abs=1e-6)


def test_deviations_grow_with_the_weight():
    found = smooth_simply(_walks([0.5]))
    one, two = found.deviation(2)[0]
    assert one == found.sigma[0]
    assert two == pytest.approx(found.sigma[0] * np.sqrt(1.0 + found.alpha[0] ** 2))


def test_holt_winters_continues_a_line_with_a_season():
    step = np.arange(48)
    y = 10.0 + 0.5 * step + np.tile([3.0, -1.0, -2.0, 0.0], 12)
    found = holt_winters(y, 4, alpha=0.4, beta=0.1, gamma=0.2)
    after = np.arange(48, 54)
    expected = 10.0 + 0.5 * after + np.tile([3.0, -1.0, -2.0, 0.0], 2)[:6]
    # its start is half a season off, as R's is; what that leaves dies out
    np.testing.assert_allclose(found.forecast(6), expected, atol=0.05)
    assert np.abs(found.errors[-4:]).max() < 0.05 < np.abs(found.errors).max()


def test_holt_winters_needs_two_seasons():
    with pytest.raises(InsufficientHistory, match="Holt-Winters"):
        holt_winters([1.0, 2.0, 3.0], 4, alpha=0.4, beta=0.1, gamma=0.2)
