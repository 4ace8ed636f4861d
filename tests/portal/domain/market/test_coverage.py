"""Expected days: weekdays, all days, excused holidays; and the share of them that is there."""

from datetime import date

import numpy as np
import pytest

from portal.domain.market.coverage import (
    easter_sunday,
    expected_days,
    missing_runs,
    monthly_coverage,
    possible_closures,
)
from portal.domain.market.quality import Gap


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


WEEKS = days("2026-03-30", "2026-04-11")
GOOD_FRIDAY = np.datetime64("2026-04-03")
OPEN = np.is_busday(WEEKS)


def expected(have: np.ndarray, **options) -> np.ndarray:
    k = len(have)
    usual = {
        "all_week": np.zeros(k, dtype=bool),
        "markets": ["EUR"] * k,
        "begin": date(2026, 3, 30),
        "due": np.full(k, WEEKS[-1]),
    }
    return expected_days(have, WEEKS, **{**usual, **options})


def test_holiday_is_excused_when_most_of_the_market_pauses():
    pause = OPEN & (WEEKS != GOOD_FRIDAY)
    found = expected(np.array([pause, pause, OPEN]))
    assert found.tolist() == [pause.tolist()] * 3
    found = expected(np.array([pause, OPEN]))
    assert found.tolist() == [OPEN.tolist()] * 2  # half of it is open


def test_other_markets_and_seven_day_series_have_no_say():
    pause, every = OPEN & (WEEKS != GOOD_FRIDAY), np.ones(len(WEEKS), dtype=bool)
    have = np.array([pause, OPEN, OPEN, every])
    found = expected(
        have, markets=["EUR", "USD", "USD", "EUR"], all_week=np.array([False, False, False, True])
    )
    assert found[0].tolist() == pause.tolist()
    assert found[3].all()


def test_an_ordinary_day_is_never_excused():
    have = np.array([OPEN & (np.datetime64("2026-04-08") != WEEKS)] * 3)
    found = expected(have)
    assert found[:, np.datetime64("2026-04-08") == WEEKS].all()


def test_nothing_is_expected_before_the_first_price_nor_after_it_is_due():
    late = OPEN & (np.datetime64("2026-04-08") <= WEEKS)
    found = expected(
        np.array([late, OPEN]), due=np.array(["2026-04-09", "2026-04-10"], dtype="datetime64[D]")
    )
    assert WEEKS[found[0]].astype(str).tolist() == ["2026-04-08", "2026-04-09"]
    assert not expected(np.zeros((1, len(WEEKS)), dtype=bool)).any()
    assert WEEKS[expected(np.array([OPEN]), begin=date(2026, 4, 9))[0]].astype(str).tolist() == [
        "2026-04-09",
        "2026-04-10",
    ]


def test_gap_spans_a_weekend_and_counts_only_expected_days():
    have = OPEN & ~np.isin(WEEKS, np.array(["2026-04-02", "2026-04-06", "2026-04-09"], dtype="datetime64[D]"))
    have &= WEEKS != GOOD_FRIDAY
    closed = OPEN & (WEEKS != GOOD_FRIDAY)
    gaps = missing_runs(closed, have, WEEKS)
    assert gaps == (
        Gap(date(2026, 4, 2), date(2026, 4, 6), 2),
        Gap(date(2026, 4, 9), date(2026, 4, 9), 1),
    )
    assert missing_runs(closed, OPEN, WEEKS) == ()


def test_coverage_by_month():
    calendar = days("2026-01-01", "2026-04-01")
    due = np.array([calendar < np.datetime64("2026-03-01")])
    have = np.array([calendar < np.datetime64("2026-02-15")])
    months, share = monthly_coverage(due, have, calendar)
    assert months.astype(str).tolist() == ["2026-01", "2026-02", "2026-03"]
    assert share[0] == pytest.approx([1.0, 0.5, np.nan], nan_ok=True)
    assert monthly_coverage(due[:, :0], have[:, :0], calendar[:0])[1].shape == (1, 0)
