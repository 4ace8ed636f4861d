"""Observations in a year, read off the days of a series."""

import numpy as np
import pytest

from portal.domain.market.annualisation import observations_per_year


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param(np.busday_offset("2024-01-01", range(60), roll="forward"), 252.0, id="business-days"),
        pytest.param(np.arange("2024-01-01", "2024-03-01", dtype="datetime64[D]"), 365.0, id="all-days"),
        pytest.param([], 252.0, id="empty"),
    ],
)
def test_year_follows_the_days_of_the_series(days, expected):
    assert observations_per_year(days) == expected


def test_one_weekend_correction_does_not_make_it_a_seven_day_series():
    days = np.append(np.busday_offset("2024-01-01", range(60), roll="forward"), np.datetime64("2024-01-06"))
    assert observations_per_year(days) == 252.0
