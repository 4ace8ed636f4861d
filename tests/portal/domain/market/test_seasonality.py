"""Monthly figure, year overlay and degree days."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch
from portal.domain.market.seasonality import degree_days, mean_degree_days, monthly_figure, year_overlay


def daily(first: str, end: str) -> np.ndarray:
    return np.arange(np.datetime64(first), np.datetime64(end))


def test_monthly_figure_starts_with_january_wherever_the_series_starts():
    days = daily("2021-05-01", "2025-05-01")
    month = days.astype("datetime64[M]").astype(int) % 12
    figure = monthly_figure(days, 40.0 + np.where(month == 0, 11.0, 0.0))
    assert figure == pytest.approx(np.where(np.arange(12) == 0, 11.0, 0.0) - 11.0 / 12.0)


def test_monthly_figure_needs_two_years():
    days = daily("2024-01-01", "2025-06-01")
    with pytest.raises(InsufficientHistory, match="needs at least 24"):
        monthly_figure(days, np.ones(len(days)))
    with pytest.raises(InsufficientHistory):
        monthly_figure(days[:0], np.array([]))


def test_overlay_keeps_days_in_place_across_leap_years():
    days = np.array(["2023-03-01", "2024-02-29", "2024-03-01", "2024-12-31"], dtype="datetime64[D]")
    overlay = year_overlay(days, [1.0, 2.0, 3.0, 4.0])
    assert overlay.years.tolist() == [2023, 2024]
    assert overlay.values.shape == (2, 366)
    assert overlay.values[0, 60] == 1.0
    assert overlay.values[1, [59, 60, 365]].tolist() == [2.0, 3.0, 4.0]
    assert np.isnan(overlay.values[0, 59])


def test_overlay_by_month_is_the_mean_of_known_days():
    days = np.array(["2023-12-30", "2023-12-31", "2024-02-01"], dtype="datetime64[D]")
    overlay = year_overlay(days, [1.0, np.nan, 7.0], by="month")
    assert overlay.values[0, 11] == 1.0
    assert overlay.values[1, 1] == 7.0
    assert np.isnan(overlay.values[1, 0])


def test_the_last_value_of_a_day_counts():
    days = np.array(["2024-01-01", "2024-01-01"], dtype="datetime64[D]")
    assert year_overlay(days, [1.0, 2.0]).values[0, 0] == 2.0


def test_overlay_refusals():
    with pytest.raises(BadParameter, match="by day or month"):
        year_overlay(daily("2024-01-01", "2024-01-02"), [1.0], by="week")
    with pytest.raises(LengthMismatch):
        year_overlay(daily("2024-01-01", "2024-01-03"), [1.0])


def test_degree_days_by_hand():
    got = degree_days([-3.0, 14.0, np.nan], [5.0, 24.0, 9.0])
    assert got.hdd == pytest.approx([17.0, 0.0, np.nan], nan_ok=True)
    assert got.cdd == pytest.approx([0.0, 1.0, np.nan], nan_ok=True)
    assert (got.hdd_total, got.cdd_total) == (17.0, 1.0)


def test_fahrenheit_base_and_means():
    assert mean_degree_days([60.0, 70.0], base_hdd=65.0, base_cdd=65.0).hdd.tolist() == [5.0, 0.0]


def test_swapped_columns_are_refused():
    with pytest.raises(BadParameter, match=r"observation 2 .* the columns may be swapped"):
        degree_days([1.0, 9.0], [2.0, 3.0])
