"""Drift of inputs and of errors: found when it is there, silent when it is not."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from portal.domain.forecast.drift import error_drift, input_drift, kolmogorov_smirnov, population_stability
from portal.domain.market.errors import InsufficientHistory, LengthMismatch

TRAINED = np.random.default_rng(9).normal(0.0, 1.0, (2000, 3))


@pytest.fixture
def rng():
    """Draws of this test alone, the same whichever tests run before it."""
    return np.random.default_rng(2)


def test_the_input_that_moved_is_named_first(rng):
    recent = np.column_stack(
        [rng.normal(0.0, 1.0, 300), rng.normal(1.0, 1.0, 300), rng.normal(0.35, 1.0, 300)]
    )
    recent[:30, 0] = np.nan
    found = input_drift(("same", "moved", "moving"), TRAINED, recent)
    assert [(one.name, one.state) for one in found] == [
        ("moved", "drifted"), ("moving", "shifting"), ("same", "stable"),
    ]  # fmt: skip
    assert found[-1].missing == pytest.approx(0.1)


def test_population_stability_by_hand():
    trained = np.arange(100.0)
    assert population_stability(trained, trained) == 0.0
    shares = np.array([0.5] + [0.5 / 9.0] * 9)  # half of the recent values in the lowest tenth
    recent = np.concatenate([np.full(90, 1.0), *(np.full(10, 10.0 * at + 5.0) for at in range(1, 10))])
    assert population_stability(trained, recent) == pytest.approx(
        np.sum((shares - 0.1) * np.log(shares / 0.1))
    )


def test_values_that_repeat_share_a_bin():
    hours = np.tile(np.arange(3.0), 50)
    assert population_stability(hours, hours) == 0.0


def test_kolmogorov_smirnov_is_that_of_scipy(rng):
    one, other = rng.normal(0.0, 1.0, 300), rng.normal(0.3, 1.0, 200)
    expected = ks_2samp(one, other, method="asymp")
    distance, p = kolmogorov_smirnov(one, other)
    assert distance == pytest.approx(expected.statistic)
    assert p == pytest.approx(expected.pvalue, rel=0.2)  # scipy corrects for the sizes


def test_errors_that_grew_raise_an_alarm_and_those_that_did_not_do_not(rng):
    evaluated = rng.normal(5.0, 1.0, 200)
    calm = error_drift(evaluated, rng.normal(5.0, 1.0, 60))
    assert not calm.drifted
    assert calm.ratio == pytest.approx(1.0, abs=0.1)
    grown = error_drift(
        evaluated, np.concatenate([rng.normal(5.0, 1.0, 20), [np.nan], rng.normal(7.0, 1.0, 20)])
    )
    assert grown.drifted
    assert 20 <= grown.alarm < 30
    better = error_drift(evaluated, rng.normal(3.0, 1.0, 60))
    assert not better.drifted


def test_a_false_alarm_is_rare(rng):
    alarms = [error_drift(rng.normal(0.0, 1.0, 500), rng.normal(0.0, 1.0, 60)).drifted for _ in range(200)]
    assert np.mean(alarms) < 0.12


def test_errors_that_were_all_the_same_are_survived():
    assert error_drift([2.0] * 5, [2.0, 2.0]).alarm is None
    assert error_drift([2.0] * 5, [3.0]).alarm == 0


def test_too_little_and_uneven_is_refused():
    with pytest.raises(InsufficientHistory, match="20 values of the training"):
        population_stability(np.arange(10.0), np.arange(30.0))
    with pytest.raises(InsufficientHistory, match="4 losses"):
        error_drift([1.0, 2.0], [1.0])
    with pytest.raises(LengthMismatch, match="2 names"):
        input_drift(("a", "b"), TRAINED, TRAINED)
    assert input_drift(("a",), TRAINED[:5, :1], TRAINED[:5, :1]) == ()
