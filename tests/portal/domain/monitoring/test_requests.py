"""Percentiles out of buckets, against the exact ones of the same times."""

import doctest

import numpy as np
import pytest

from portal.core.meters import REQUEST_BOUNDS
from portal.domain.monitoring import requests
from portal.domain.monitoring.requests import error_share, quantile, throughput

BOUNDS = np.array([*REQUEST_BOUNDS, np.inf])


def counted(times: np.ndarray) -> np.ndarray:
    return np.array([(times <= bound).sum() for bound in BOUNDS], dtype=float)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95, 0.99])
def test_percentiles_are_within_a_tenth_of_the_exact_ones(seed: int, share: float) -> None:
    times = np.random.default_rng(seed).lognormal(-2.0, 1.0, 4000)
    found = quantile(BOUNDS, counted(times), share)
    assert found == pytest.approx(float(np.quantile(times, share)), rel=0.10)


def test_edges() -> None:
    assert quantile(BOUNDS, counted(np.array([])), 0.5) is None
    assert quantile(np.array([]), np.array([]), 0.5) is None
    assert quantile(BOUNDS, counted(np.full(3, 500.0)), 0.5) == BOUNDS[-2]
    assert 0.0 < (quantile(BOUNDS, counted(np.full(3, 1e-6)), 0.5) or 0.0) < 0.001
    assert quantile(np.array([np.inf]), np.array([4.0]), 0.5) is None


def test_what_cannot_be_meant_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        quantile(BOUNDS, counted(np.ones(3)), 95)
    with pytest.raises(ValueError, match="bounds"):
        quantile(BOUNDS, np.ones(3), 0.5)


def test_rates() -> None:
    assert throughput(30.0, 60.0) == 0.5
    assert throughput(30.0, 0.0) is None
    assert error_share(0.0, 0.0) is None
    assert error_share(3.0, 60.0) == 0.05


def test_examples() -> None:
    assert doctest.testmod(requests).failed == 0
