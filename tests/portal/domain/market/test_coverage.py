"""Expected days: weekdays, all days, excused holidays; and the share of them that is there."""

from datetime import date

import numpy as np
import pytest

from portal.domain.market.coverage import (
    easter_sunday,
    expected_days,
    monthly_coverage,
    open_days,
    possible_closures,
)

NOBODY = np.array([], dtype="datetime64[D]")


def days(first: str, end: str) -> np.ndarray:
    return np.arange(first, end, dtype="datetime64[D]")


@pytest.mark.parametrize(
    ("year", "expected"), [(1961, (4, 2)), (2000, (4, 23)), (2024, (3, 31)), (2038, (4, 25))]
)
def test_easter(year, expected):
    assert easter_sunday(year) == date(year, *expected)


@pytest.mark.parametrize(
    "day",
    [
        pytest.param("2026-04-03", id="good-friday"),
        pytest.param("2026-11-26", id="thanksgiving"),
        pytest.param("2026-05-25", id="memorial-day"),
        pytest.param("2026-08-31", id="summer-bank-holiday"),
        pytest.param("2026-07-03", id="observed-on-friday"),
        pytest.param("2027-12-27", id="observed-on-monday"),
        pytest.param("2026-01-19", id="martin-luther-king"),
    ],
)
def test_usual_holidays_are_possible_closures(day):
    assert np.datetime64(day) in possible_closures(date(2026, 1, 1), date(2027, 12, 31))


def test_an_ordinary_tuesday_is_none():
    assert np.datetime64("2026-03-10") not in possible_closures(date(2026, 1, 1), date(2026, 12, 31))


def test_holiday_is_excused_unless_the_market_was_open():
    week = days("2026-03-30", "2026-04-11")
    have = week[np.is_busday(week) & (week != np.datetime64("2026-04-03"))]
    closed = expected_days(have, date(2026, 3, 30), date(2026, 4, 10), all_week=False, open_days=have)
    assert np.datetime64("2026-04-03") not in closed
    others = np.append(have, np.datetime64("2026-04-03"))
    opened = expected_days(have, date(2026, 3, 30), date(2026, 4, 10), all_week=False, open_days=others)
    assert np.datetime64("2026-04-03") in opened


def test_nothing_is_expected_before_the_first_price():
    found = expected_days(
        days("2026-03-05", "2026-03-07"), date(2026, 3, 1), date(2026, 3, 10), all_week=True, open_days=NOBODY
    )
    assert found.tolist() == days("2026-03-05", "2026-03-11").tolist()
    assert not len(
        expected_days(NOBODY, date(2026, 3, 1), date(2026, 3, 10), all_week=True, open_days=NOBODY)
    )


def test_market_is_open_when_half_of_the_series_that_exist_have_a_price():
    early, whole = days("2026-01-01", "2026-01-03"), days("2026-01-01", "2026-01-05")
    late = days("2026-01-04", "2026-01-05")
    found = open_days([early, whole, late, NOBODY])
    assert found.astype(str).tolist() == ["2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"]
    assert np.datetime64("2026-01-03") not in open_days([early, early, whole])
    assert not len(open_days([]))


def test_coverage_by_month():
    expected, have = days("2026-01-01", "2026-03-01"), days("2026-01-01", "2026-02-15")
    months = np.arange("2025-12", "2026-04", dtype="datetime64[M]")
    assert monthly_coverage(expected, have, months) == pytest.approx([np.nan, 1.0, 0.5, np.nan], nan_ok=True)
    assert len(monthly_coverage(expected, have, months[:0])) == 0
