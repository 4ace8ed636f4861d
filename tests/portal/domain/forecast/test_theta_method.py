"""The theta method of many series."""

import numpy as np
import pytest

from portal.domain.forecast.theta_method import theta
from portal.domain.market.errors import BadParameter, InsufficientHistory


def _walks(count=6, n=200):
    rng = np.random.default_rng(8)
    return (
        80.0
        + np.cumsum(rng.standard_normal((count, n)), axis=1)
        + np.tile([0.0, 4.0, 1.0, -2.0, 3.0], n // 5)
    )


def test_many_series_are_forecast_as_each_alone():
    y = _walks()
    y[2] -= 100.0  # one that adds among those that multiply
    together = theta(y, 12, 5)
    for row in range(len(y)):
        alone = theta(y[row : row + 1], 12, 5)
        np.testing.assert_allclose(together.mean[row], alone.mean[0], rtol=1e-12)
        np.testing.assert_allclose(together.sd[row], alone.sd[0], rtol=1e-12)


def test_it_is_smoothing_plus_half_the_slope():
    """On a line without noise the level follows, and the drift is half of the line's slope."""
    found = theta(np.arange(100.0)[None] * 2.0, 3)
    assert found.drift[0] == pytest.approx(1.0)
    np.testing.assert_allclose(np.diff(found.mean[0]), 1.0)


def test_it_agrees_with_statsmodels_on_a_series_without_season():
    from statsmodels.tsa.forecasting.theta import ThetaModel

    y = _walks(1)[0]
    theirs = ThetaModel(y, period=5, deseasonalize=False).fit(use_mle=True)
    np.testing.assert_allclose(theta(y[None], 10).mean[0], np.asarray(theirs.forecast(10)), rtol=2e-3)


def test_refusals():
    with pytest.raises(InsufficientHistory, match="5 values"):
        theta(np.ones((1, 4)), 2)
    with pytest.raises(BadParameter, match="horizon"):
        theta(_walks(), 0)
