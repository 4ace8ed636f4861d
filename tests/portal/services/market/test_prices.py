"""The watchlist and the history of one instrument, on rows that the test knows."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.table import GridQuery
from portal.services.market import overview, prices, volatility
from tests.helpers.market import add_instrument, evening

MONDAY = date(2024, 3, 4)


def business_days(n: int, first: date = MONDAY) -> list[date]:
    return np.busday_offset(first, range(n), roll="forward").astype(object).tolist()


def known(day: date, **late: int) -> Clocks:
    return Clocks(day, evening(day) + timedelta(**late), live=False)


@pytest.fixture
def brent(database: str) -> list[date]:
    days = business_days(40)
    add_instrument("BRENT", [(day, 80.0 + i) for i, day in enumerate(days)])
    return days


def test_quote_is_the_newest_day_and_what_moved(brent):
    (quote,) = prices.quotes(known(brent[-1]), SYSTEM)
    assert (quote.day, quote.last, quote.previous) == (brent[-1], 119.0, 118.0)
    assert quote.change == pytest.approx(1.0)
    assert quote.change_pct == pytest.approx(1 / 118)
    assert len(quote.recent) == 20
    assert not quote.late


def test_as_of_hides_later_days(brent):
    (quote,) = prices.quotes(known(brent[10]), SYSTEM)
    assert (quote.day, quote.last) == (brent[10], 90.0)


def test_known_at_hides_what_was_recorded_later(brent):
    (quote,) = prices.quotes(Clocks(brent[-1], evening(brent[-1]) - timedelta(hours=1), live=False), SYSTEM)
    assert quote.day == brent[-2]


def test_correction_is_seen_only_from_its_moment_on(database):
    days = business_days(3)
    corrected = evening(days[-1]) + timedelta(hours=5)
    add_instrument("TTF", [*((day, 30.0) for day in days), (days[1], 31.5, corrected)], unit="EUR/MWh")
    before = prices.history("TTF", Clocks(days[-1], corrected - timedelta(seconds=1)), SYSTEM).bars.settle
    after = prices.history("TTF", Clocks(days[-1], corrected), SYSTEM).bars.settle
    assert before.tolist() == [30.0, 30.0, 30.0]
    assert after.tolist() == [30.0, 31.5, 30.0]


def test_silent_instrument_keeps_its_last_price_and_is_late(brent):
    add_instrument("OLD", [(date(2019, 1, 3), 46.9)])
    old = next(q for q in prices.quotes(known(brent[-1]), SYSTEM) if q.instrument.code == "OLD")
    assert (old.day, old.last, old.change, old.late) == (date(2019, 1, 3), 46.9, None, True)


def test_instrument_without_prices_has_no_number(brent):
    add_instrument("EMPTY", [])
    empty = next(q for q in prices.quotes(known(brent[-1]), SYSTEM) if q.instrument.code == "EMPTY")
    assert (empty.last, empty.change, empty.volatility) == (None, None, None)


def test_no_percentage_over_a_negative_price(database):
    days = business_days(2)
    add_instrument("WTI", [(days[0], -36.98), (days[1], 8.91)])
    (quote,) = prices.quotes(known(days[1]), SYSTEM)
    assert quote.change == pytest.approx(45.89)
    assert quote.change_pct is None


def test_volatility_is_absolute_where_prices_cross_zero(database):
    days = business_days(30)
    add_instrument("POWER", [(day, float((-1) ** i * 10)) for i, day in enumerate(days)], unit="EUR/MWh")
    (quote,) = prices.quotes(known(days[-1]), SYSTEM)
    assert quote.volatility is not None
    assert not quote.volatility.relative


def test_watchlist_sorts_with_empty_cells_last(brent):
    add_instrument("EMPTY", [])
    for descending in (False, True):
        table = prices.watchlist(GridQuery(sort="last", descending=descending), known(brent[-1]), SYSTEM)
        assert table.column("code") == ["BRENT", "EMPTY"]


def test_watchlist_filters_by_part_of_the_name_and_takes_wildcards_literally(brent):
    clocks = known(brent[-1])
    assert prices.watchlist(GridQuery(text="bre"), clocks, SYSTEM).total == 1
    assert prices.watchlist(GridQuery(text="%"), clocks, SYSTEM).total == 0


def test_history_of_an_unknown_instrument_says_what_to_do(brent):
    with pytest.raises(NotFound, match="no instrument 'NONE'"):
        prices.history("NONE", known(brent[-1]), SYSTEM)


def test_comparison_is_bounded(brent):
    with pytest.raises(DomainError, match="up to five"):
        prices.history("BRENT", known(brent[-1]), SYSTEM, compare=["A"] * 6)


def test_reading_needs_the_right(brent):
    nobody = Actor(9, "nobody", "Nobody", frozenset())
    with pytest.raises(NotPermitted):
        prices.quotes(known(brent[-1]), nobody)


def test_bar_table_is_newest_first_and_has_no_nan(brent):
    table = prices.bar_table(GridQuery(), known(brent[-1]), SYSTEM, code="BRENT", first=brent[30])
    assert table.column("day") == brent[:29:-1]
    assert set(table.column("open")) == {None}


def test_compare_table_aligns_days(brent):
    add_instrument("WTI", [(brent[5], 70.0)])
    table = prices.compare_table(
        GridQuery(sort="day"), known(brent[-1]), SYSTEM, codes=["BRENT", "WTI"], first=brent[4]
    )
    assert table.rows[0] == (brent[4], 84.0, None)
    assert table.rows[1] == (brent[5], 85.0, 70.0)


def test_newest_day_counts_in_utc(brent):
    assert prices.quotes(Clocks(brent[-1], datetime(2099, 1, 1, tzinfo=UTC)), SYSTEM)[0].day == brent[-1]


def test_volatility_of_a_series_of_all_days_is_annualised_as_on_the_volatility_page(database):
    days = [MONDAY + timedelta(days=n) for n in range(60)]
    add_instrument("POWER", [(day, 50.0 + n % 7) for n, day in enumerate(days)], unit="EUR/MWh")
    (quote,) = prices.quotes(known(days[-1]), SYSTEM)
    shown = volatility.study("POWER", known(days[-1]), SYSTEM, window=prices.VOL_WINDOW)
    assert shown.per_year == 365
    assert quote.volatility.value == pytest.approx(shown.realised[-1], rel=1e-12)
    daily = quote.volatility.value / np.sqrt(365)
    assert overview.move_size(quote) == pytest.approx(quote.change_pct / daily)
