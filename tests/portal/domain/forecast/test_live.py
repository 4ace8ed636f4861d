"""Served forecasts against what has arrived: scored where it has, and drifting in words."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.drift import error_drift
from portal.domain.forecast.live import Day, Live, judge_live, score_live
from portal.domain.forecast.quantiles import normal_quantiles


def served(count: int, error: float, naive: float = 4.0, missing: int = 1) -> list[Day]:
    mean = np.full(6, 50.0)
    actual = mean + error
    actual[len(actual) - missing :] = np.nan
    quantiles = normal_quantiles(mean, np.full(6, 2.0))
    return [(actual, mean, quantiles, mean + error + naive) for _ in range(count)]


def test_only_what_has_arrived_is_scored() -> None:
    live = score_live([*served(5, 1.0), *served(1, 1.0, missing=6)], LEVELS)
    assert live == Live(days=5, cells=25, error=1.0, naive=pytest.approx(4.0), coverage=1.0)
    assert score_live([], LEVELS) == Live(0, 0, None, None, None)


def test_too_few_days_say_nothing() -> None:
    judged = judge_live(score_live(served(4, 9.0), LEVELS), 1.0)
    assert not judged.known
    assert not judged.drifts
    assert "values of 4 forecasts have arrived" in judged.sentence


@pytest.mark.parametrize(
    ("error", "naive", "expected", "words"),
    [
        (2.0, 4.0, 1.0, "2.0 times what its trial promised"),
        (2.0, -1.0, None, "100% above that of the seasonal naive"),
        (9.0, 20.0, None, "held 0% of the values"),
    ],
)
def test_each_sign_of_drift_is_named(error: float, naive: float, expected: float | None, words: str) -> None:
    judged = judge_live(score_live(served(6, error, naive), LEVELS), expected)
    assert judged.drifts
    assert words in judged.sentence


def test_errors_that_rise_day_after_day_are_drift() -> None:
    trial = np.random.default_rng(3).normal(1.0, 0.1, 30)
    live = Live(days=12, cells=100, error=1.3, naive=5.0, coverage=0.8)
    assert judge_live(live, 1.0, error_drift(trial, np.full(12, 1.3))).drifts
    assert not judge_live(live, 1.0, error_drift(trial, np.full(12, 1.0))).drifts
    assert not judge_live(live, 1.0).drifts
