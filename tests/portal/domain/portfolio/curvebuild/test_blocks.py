"""Hours and prices of base, peak and off-peak."""

import numpy as np
import pytest

from portal.domain.market.calendars import CALENDARS
from portal.domain.market.delivery_blocks import Block
from portal.domain.market.delivery_periods import parse_period
from portal.domain.portfolio.curvebuild import blocks

DE = CALENDARS["DE_LU"]


def test_hours_add_up_where_clocks_change():
    periods = [parse_period(p) for p in ("2026-03", "2026-10", "2026-Q1", "Cal-26", "2026-03-29")]
    base, peak, off = (blocks.period_hours(periods, DE, block) for block in Block)
    assert base.tolist() == [743.0, 745.0, 2159.0, 8760.0, 23.0]
    np.testing.assert_array_equal(base, peak + off)
    assert blocks.period_days(periods).tolist() == [31.0, 31.0, 90.0, 365.0, 1.0]


@pytest.mark.parametrize("seed", range(3))
def test_each_block_follows_from_the_other_two(seed):
    rng = np.random.default_rng(seed)
    base_hours, peak_hours = rng.uniform(600, 745, 50), rng.uniform(200, 280, 50)
    peak, off = rng.normal(80, 40, 50), rng.normal(60, 40, 50)
    base = blocks.base_price(peak, off, base_hours, peak_hours)
    np.testing.assert_allclose(blocks.offpeak_price(base, peak, base_hours, peak_hours), off)
    np.testing.assert_allclose(blocks.peak_price(base, off, base_hours, peak_hours), peak)


def test_a_period_without_a_block_has_no_price_for_it():
    assert np.isnan(blocks.peak_price(60.0, 60.0, 24.0, 0.0))  # a Sunday
    assert np.isnan(blocks.offpeak_price(60.0, 60.0, 12.0, 12.0))
    assert blocks.base_price(np.nan, 60.0, 24.0, 0.0) == 60.0
