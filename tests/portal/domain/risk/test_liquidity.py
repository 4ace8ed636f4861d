"""The cascade of liquidity horizons."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.risk.liquidity import liquidity_horizon_es


def test_all_factors_over_the_base_horizon_are_the_plain_figure():
    assert liquidity_horizon_es([100.0], [10]) == 100.0
    assert liquidity_horizon_es([100.0, 0.0], [10, 60]) == 100.0


def test_all_factors_over_forty_days_scale_by_the_root():
    assert liquidity_horizon_es([100.0, 100.0, 100.0], [10, 20, 40]) == pytest.approx(200.0)


@pytest.mark.parametrize(
    ("figures", "horizons", "error"),
    [
        ([1.0, 2.0], [10], LengthMismatch),
        ([1.0, 2.0], [20, 40], BadParameter),
        ([1.0, 2.0, 3.0], [10, 40, 20], BadParameter),
        ([1.0, np.nan], [10, 20], SeriesHasNaN),
    ],
)
def test_refusals(figures, horizons, error):
    with pytest.raises(error):
        liquidity_horizon_es(figures, horizons)
