"""Reliability of quantiles: honest, too narrow, shifted, and errors that come together."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.calibration import calibrate
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.market.errors import InsufficientHistory


def evaluation(actual: np.ndarray, sd: float = 1.0, *, step: int | None = None) -> Evaluation:
    """Normal forecasts around zero with a standard deviation."""
    origins, steps = actual.shape
    quantiles = np.broadcast_to(
        normal_quantiles(np.zeros(steps), np.full(steps, sd)), (origins, steps, len(LEVELS))
    )
    return Evaluation(
        origins=100 + (step or steps) * np.arange(origins),
        actual=actual,
        mean=np.zeros(actual.shape),
        quantiles=quantiles,
        baseline=np.zeros(actual.shape),
        scale=np.ones(origins),
    )


def test_honest_quantiles_lie_in_the_band():
    found = calibrate(evaluation(np.random.default_rng(3).normal(0.0, 1.0, (200, 10))))
    assert found.outside <= 1
    assert found.observed == pytest.approx(np.array(LEVELS), abs=0.03)
    assert found.pit == pytest.approx(np.full(10, 0.1), abs=0.03)
    assert found.n == 2000
    assert found.effective > 1500


def test_too_narrow_and_shifted_forecasts_lie_outside_and_show_how():
    values = np.random.default_rng(4).normal(0.0, 1.0, (200, 10))
    narrow = calibrate(evaluation(values, sd=0.5))
    assert narrow.outside > 8
    assert narrow.pit[0] > 0.2 < narrow.pit[-1]
    high = calibrate(evaluation(values - 1.0))
    assert high.observed[LEVELS.index(0.5)] > 0.8
    assert high.pit[0] > high.pit[-1]


def test_errors_that_come_together_are_worth_fewer_observations():
    rng = np.random.default_rng(5)
    shared = np.repeat(rng.normal(0.0, 1.0, (200, 1)), 10, axis=1)
    found = calibrate(evaluation(shared))
    assert found.effective == pytest.approx(200, abs=2)
    assert found.outside <= 2
    alone = calibrate(evaluation(rng.normal(0.0, 1.0, (200, 10))))
    assert (found.upper - found.lower).mean() > 2.5 * (alone.upper - alone.lower).mean()


def test_origins_that_overlap_are_worth_fewer_observations():
    values = np.random.default_rng(6).normal(0.0, 1.0, (100, 10))
    assert calibrate(evaluation(values, step=5)).effective <= 0.55 * calibrate(evaluation(values)).effective


def test_the_band_is_that_of_the_binomial():
    found = calibrate(evaluation(np.random.default_rng(7).normal(0.0, 1.0, (100, 1))))
    assert found.effective == 100
    middle = LEVELS.index(0.5)
    assert (found.lower[middle], found.upper[middle]) == (0.40, 0.60)  # of 100 throws, 40 to 60


def test_few_values_are_refused():
    with pytest.raises(InsufficientHistory, match="at least 20 values"):
        calibrate(evaluation(np.zeros((3, 2))))
