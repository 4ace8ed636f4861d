"""Diebold-Mariano and Giacomini-White: size and power, overlap, and awkward input."""

import numpy as np
import pytest

from portal.domain.forecast.comparison.diebold_mariano import diebold_mariano
from portal.domain.forecast.comparison.giacomini_white import giacomini_white
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN


def test_a_clear_gain_is_found_and_its_sign_is_that_of_the_second():
    rng = np.random.default_rng(1)
    worse, better = np.abs(rng.normal(0.0, 2.0, 100)), np.abs(rng.normal(0.0, 1.0, 100))
    gain, loss = diebold_mariano(worse, better), diebold_mariano(better, worse)
    assert gain.statistic == pytest.approx(-loss.statistic)
    assert gain.p_better < 0.001
    assert loss.p_better > 0.999
    assert gain.p_value == pytest.approx(2.0 * gain.p_better)
    assert gain.mean_gain == pytest.approx(worse.mean() - better.mean())


def test_equal_forecasts_are_rejected_about_as_often_as_the_level_says():
    rng = np.random.default_rng(2)
    wrong = [diebold_mariano(*rng.chisquare(1, (2, 40))).p_value < 0.1 for _ in range(600)]
    assert np.mean(wrong) == pytest.approx(0.1, abs=0.035)


def test_overlap_makes_the_test_more_careful():
    rng = np.random.default_rng(3)
    shocks = rng.normal(0.3, 1.0, 204)
    shared = np.convolve(
        shocks, np.ones(5), mode="valid"
    )  # differences of five steps that share their errors
    alone = diebold_mariano(shared, np.zeros(200))
    aware = diebold_mariano(shared, np.zeros(200), horizon=5)
    assert aware.lags == 4
    assert abs(aware.statistic) < 0.7 * abs(alone.statistic)


def test_a_variance_that_is_not_positive_takes_falling_weights():
    swinging = np.tile([1.0, -1.0], 10) + 0.05
    found = diebold_mariano(swinging, np.zeros(20), horizon=2)
    assert found.bartlett
    assert np.isfinite(found.statistic)


def test_the_same_forecast_twice_is_no_gain_and_a_sure_one_is_certain():
    same = diebold_mariano([1.0] * 8, [1.0] * 8)
    assert (same.statistic, same.p_value, same.p_better) == (0.0, 1.0, 1.0)
    sure = diebold_mariano([2.0] * 8, [1.0] * 8)
    assert (sure.statistic, sure.p_value, sure.p_better) == (np.inf, 0.0, 0.0)
    assert diebold_mariano([1.0] * 8, [2.0] * 8).p_better == 1.0
    assert giacomini_white([1.0] * 20, [1.0] * 20).p_value == 1.0


@pytest.mark.parametrize("test", [diebold_mariano, giacomini_white])
def test_awkward_input_is_refused(test):
    with pytest.raises(LengthMismatch, match="in pairs"):
        test([1.0, 2.0], [1.0])
    with pytest.raises(SeriesHasNaN, match="missing"):
        test([1.0, np.nan] * 10, [1.0] * 20)
    with pytest.raises(InsufficientHistory, match="origins for this horizon"):
        test([1.0, 2.0, 1.0], [1.0, 3.0, 2.0])
    with pytest.raises(BadParameter, match="at least one step"):
        test([1.0] * 20, [1.0] * 20, horizon=0)


def test_a_difference_that_follows_itself_is_foretold():
    """Forecasts that are equal on the whole, but take turns that last."""
    rng = np.random.default_rng(4)
    turn = np.repeat(rng.permutation(np.repeat([1.0, -1.0], 10)), 10)
    first, second = 5.0 + turn + rng.normal(0.0, 0.5, 200), np.full(200, 5.0)
    assert diebold_mariano(first, second, horizon=10).p_value > 0.1
    found = giacomini_white(first, second)
    assert found.p_value < 0.001
    assert found.second_ahead == pytest.approx(0.5, abs=0.1)
    assert np.sign(found.next_gain) == np.sign(turn[-1])


def test_one_step_ahead_the_statistic_is_that_of_the_regression_of_ones():
    rng = np.random.default_rng(5)
    first, second = rng.chisquare(1, (2, 120))
    gain = first - second
    table = np.column_stack([np.ones(119), gain[:-1]]) * gain[1:, None]
    fitted = table @ np.linalg.lstsq(table, np.ones(119), rcond=None)[0]
    assert giacomini_white(first, second).statistic == pytest.approx(float(fitted @ fitted))


def test_the_conditional_test_keeps_its_level():
    rng = np.random.default_rng(6)
    wrong = [giacomini_white(*rng.chisquare(1, (2, 80))).p_value < 0.1 for _ in range(600)]
    assert np.mean(wrong) == pytest.approx(0.1, abs=0.045)
