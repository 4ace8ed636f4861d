"""Paths have the served quantiles at each step, the dependence of past errors over steps, and a seed."""

import numpy as np
import pytest
from scipy.special import ndtr

from portal.domain.forecast.base import LEVELS, MEDIAN, Forecast
from portal.domain.forecast.paths import Dependence, error_ranks, paths
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch

STEPS = 8
BOTH = pytest.mark.parametrize("how", list(Dependence))


def _forecast() -> Forecast:
    quantiles = normal_quantiles(np.linspace(40.0, 60.0, STEPS), np.linspace(2.0, 6.0, STEPS))
    return Forecast(quantiles[:, MEDIAN], quantiles)


def _ranks(count: int = 300, rho: float = 0.8, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, STEPS))
    for at in range(1, STEPS):
        noise[:, at] = rho * noise[:, at - 1] + np.sqrt(1.0 - rho**2) * noise[:, at]
    return ndtr(noise)


@BOTH
def test_each_step_has_the_served_quantiles(how: Dependence) -> None:
    forecast = _forecast()
    drawn = paths(forecast, _ranks(), 5000, 7, dependence=how)
    found = np.quantile(drawn, LEVELS, axis=0).T
    scale = forecast.quantiles[:, LEVELS.index(0.9)] - forecast.quantiles[:, LEVELS.index(0.1)]
    assert (np.abs(found - forecast.quantiles) / scale[:, None] < 0.01).all()


@BOTH
def test_steps_go_together_as_past_errors_did(how: Dependence) -> None:
    drawn = paths(_forecast(), _ranks(), 4000, 7, dependence=how)
    near, far = np.corrcoef(drawn[:, 3], drawn[:, 4])[0, 1], np.corrcoef(drawn[:, 0], drawn[:, 7])[0, 1]
    assert near == pytest.approx(0.8, abs=0.06)
    assert far == pytest.approx(0.8**7, abs=0.12)
    alone = paths(_forecast(), np.random.default_rng(2).random((300, STEPS)), 4000, 7, dependence=how)
    assert abs(np.corrcoef(alone[:, 3], alone[:, 4])[0, 1]) < 0.12


@BOTH
def test_the_seed_decides(how: Dependence) -> None:
    first, again, other = (paths(_forecast(), _ranks(), 50, seed, dependence=how) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_the_empirical_kind_keeps_a_dependence_that_no_correlation_has() -> None:
    rng = np.random.default_rng(5)
    ranks = rng.random((400, STEPS))
    ranks[:, 1] = 2.0 * np.abs(ranks[:, 0] - 0.5)  # uncorrelated and yet bound
    drawn = paths(_forecast(), ranks, 4000, 1)
    centred = (drawn - np.median(drawn, axis=0)) / drawn.std(axis=0)
    assert np.corrcoef(np.abs(centred[:, 0]), centred[:, 1])[0, 1] > 0.8


def test_tails_go_on_as_normal_ones_and_positive_targets_stop_at_zero() -> None:
    forecast = _forecast()
    drawn = paths(forecast, _ranks(), 20_000, 1)
    assert np.quantile(drawn[:, 0], 0.001) == pytest.approx(40.0 - 3.09 * 2.0, abs=0.15)
    low = Forecast(forecast.mean - 45.0, forecast.quantiles - 45.0)
    assert paths(low, _ranks(), 500, 1, positive=True).min() == 0.0


def test_ranks_are_those_of_the_forecast_distribution() -> None:
    forecast = _forecast()
    value = 50.0 + np.array([-20.0, -1.0, 0.0, 1.0, 20.0])
    quantiles = np.repeat(normal_quantiles(np.array([50.0]), np.array([4.0]))[None], 5, axis=0)
    found = error_ranks(value[:, None], quantiles)[:, 0]
    np.testing.assert_allclose(found, [2.9e-7, 0.4013, 0.5, 0.5987, 1.0 - 2.9e-7], atol=2e-3)
    missing = np.array([[50.0], [np.nan]])
    assert error_ranks(missing, quantiles[:2]).shape == (1, 1)
    assert error_ranks(forecast.quantiles[None, :, MEDIAN], forecast.quantiles[None]).shape == (1, STEPS)


def test_refuses_what_does_not_fit() -> None:
    with pytest.raises(BadParameter):
        paths(_forecast(), _ranks(), 0, 1)
    with pytest.raises(LengthMismatch):
        paths(_forecast(), _ranks()[:, :3], 10, 1)
    with pytest.raises(InsufficientHistory, match="10 past forecasts"):
        paths(_forecast(), _ranks(5), 10, 1)
