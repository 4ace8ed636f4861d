"""Smoothest curves: averages held, nothing smoother, contradictions refused."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, CurveError
from portal.domain.portfolio.curvebuild import smooth

STARTS = np.array([0.1, 0.2, 0.5, 1.0, 0.1])
ENDS = np.array([0.2, 0.5, 1.0, 2.0, 0.5])
PRICES = np.array(
    [30.0, 33.0, 29.0, 31.0, (0.1 * 30.0 + 0.3 * 33.0) / 0.4]
)  # the last follows from two others


def test_averages_hold_and_joints_are_smooth():
    curve = smooth.smooth_curve(STARTS, ENDS, PRICES)
    np.testing.assert_allclose(curve.average(STARTS, ENDS), PRICES, atol=1e-10)
    h = 1e-6
    for knot in curve.knots[1:-1]:
        left, mid, right = curve(np.array([knot - h, knot, knot + h]))
        assert right - mid == pytest.approx(mid - left, abs=1e-6)
    widths = np.diff(curve.knots)
    bend = 2 * curve.coefficients[:, 2] / widths**2  # at the beginning of each piece
    stop = (curve.coefficients @ [0, 0, 2, 6, 12]) / widths**2  # at its end
    np.testing.assert_allclose(stop[:-1], bend[1:], rtol=1e-6, atol=1e-6)
    assert curve.coefficients[-1] @ np.arange(5) == pytest.approx(0.0, abs=1e-9)


def test_the_average_is_the_mean_of_the_values():
    curve = smooth.smooth_curve(STARTS, ENDS, PRICES)
    middles = (np.arange(200_000) + 0.5) / 200_000
    assert curve(0.15 + 1.2 * middles).mean() == pytest.approx(curve.average(0.15, 1.35), abs=1e-8)
    assert np.isnan(curve([-0.01, 2.01])).all()
    assert np.isnan(curve.average(1.0, 2.5))


def test_a_flat_market_gives_a_flat_curve():
    curve = smooth.smooth_curve(STARTS, ENDS, np.full(5, 25.0))
    np.testing.assert_allclose(curve(np.linspace(0, 2, 50)), 25.0, atol=1e-9)
    assert curve.roughness == pytest.approx(0.0, abs=1e-12)


def test_contradicting_quotes_are_refused_with_the_gap():
    wrong = PRICES.copy()
    wrong[-1] += 0.5
    with pytest.raises(CurveError, match="away from what the other quotes imply"):
        smooth.smooth_curve(STARTS, ENDS, wrong)


def test_deliveries_before_the_trade_date_are_refused():
    with pytest.raises(BadParameter, match="at or after the trade date"):
        smooth.smooth_curve([0.0], [1.0], [1.0], origin=0.5)


def shares(*spans, days=120):
    day = np.arange(days)
    return np.array([((day >= a) & (day < b)) / (b - a) for a, b in spans])


def test_daily_means_hold_and_nothing_smoother_does():
    matrix, prices = shares((0, 31), (31, 59), (0, 90), (90, 120)), np.array([30.0, 34.0, 33.0, 28.0])
    curve = smooth.smooth_days(matrix, prices)
    np.testing.assert_allclose(matrix @ curve.prices, prices, atol=1e-10)
    rng = np.random.default_rng(1)
    free = rng.normal(size=120)
    free -= np.linalg.pinv(matrix) @ (matrix @ free)  # keeps all means
    assert smooth.curvature(curve.prices + 1e-3 * free) > curve.roughness
    full = np.zeros(120)
    second = np.diff(curve.prices, 2)
    for shift, factor in ((0, 1.0), (1, -2.0), (2, 1.0)):
        full[shift : shift + 118] += factor * second
    assert full @ free == pytest.approx(0.0, abs=1e-8)


def test_five_years_of_days_are_accurate():
    spans = [(i * 91, (i + 1) * 91) for i in range(20)]
    matrix = shares(*spans, days=1820)
    prices = 40 + 8 * np.cos(np.arange(20) * np.pi / 2)
    curve = smooth.smooth_days(matrix, prices)
    np.testing.assert_allclose(matrix @ curve.prices, prices, atol=1e-8)


def test_a_prior_shape_is_followed():
    shape = 5 * np.sin(np.arange(120) / 9)
    matrix = shares((0, 60), (60, 120))
    curve = smooth.smooth_days(matrix, matrix @ (shape + 20.0), prior=shape)
    np.testing.assert_allclose(curve.prices, shape + 20.0, atol=1e-9)


def test_a_flat_end_does_not_run_away():
    matrix, prices = shares((0, 30), (30, 60), (0, 120)), np.array([30.0, 26.0, 30.0])
    free, flat = smooth.smooth_days(matrix, prices), smooth.smooth_days(matrix, prices, flat_end=True)
    np.testing.assert_allclose(matrix @ flat.prices, prices, atol=1e-10)
    assert flat.prices[-1] == pytest.approx(flat.prices[-2], abs=1e-9)
    assert flat.prices[-1] < free.prices[-1]
    assert flat.roughness >= free.roughness


def test_one_product_is_flat():
    assert smooth.smooth_days(shares((0, 120)), [7.0]).prices == pytest.approx(np.full(120, 7.0))


def test_two_days_are_no_curve():
    with pytest.raises(BadParameter, match="three days"):
        smooth.smooth_days(np.ones((1, 2)) / 2, [1.0])
