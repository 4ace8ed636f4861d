"""Forward curves on rows that the test knows: clocks, comparisons, products, spreads, history."""

from datetime import date, timedelta

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.table import GridQuery
from portal.services.market import curve_tables as tables
from portal.services.market import curves
from tests.helpers.market import add_curve, add_curve_day, evening

LAST = date(2026, 11, 20)


def strip(level: float, first: str = "2026-12", n: int = 25) -> list[tuple[str, float]]:
    start = np.datetime64(first, "M")
    return [(str(start + i), level - 0.5 * i) for i in range(n)]


def known(day: date = LAST, hours: int = 0) -> Clocks:
    return Clocks(day, evening(day) + timedelta(hours=hours), live=False)


@pytest.fixture
def ttf(database: str) -> int:
    days = [date(2026, 10, 20), date(2026, 11, 13), date(2026, 11, 18), date(2026, 11, 19)]
    curve = {day: strip(28.0 + at) for at, day in enumerate(days)}
    now = strip(33.0)
    curve[LAST] = [*now[:23], (*now[23], "interpolated"), (*now[24], "proxied")]
    return add_curve("TTF", curve)


def test_the_curve_of_the_clock_and_its_reference_days(ttf):
    view = curves.curve_view("TTF", known(), SYSTEM, compare=["2026-11-16"])
    assert (view.shown.as_of, view.product("M1"), len(view.shown)) == (LAST, 33.0, 25)
    assert {item.key: item.curve.as_of for item in view.others} == {
        "day": date(2026, 11, 19),
        "week": date(2026, 11, 13),
        "month": date(2026, 10, 20),
        "2026-11-16": date(2026, 11, 13),  # the last day before it that has a curve
    }
    assert not view.late


def test_an_earlier_clock_shows_the_earlier_curve(ttf):
    assert curves.curve_view("TTF", known(date(2026, 11, 19)), SYSTEM).shown.as_of == date(2026, 11, 19)
    assert curves.curve_view("TTF", known(date(2026, 10, 1)), SYSTEM) is None


def test_a_correction_is_seen_from_its_moment_on(ttf):
    add_curve_day(ttf, LAST, [("2026-12", 40.0)], evening(LAST) + timedelta(hours=2))
    assert curves.curve_view("TTF", known(hours=1), SYSTEM).product("M1") == 33.0
    later = curves.curve_view("TTF", known(hours=3), SYSTEM)
    assert (later.product("M1"), later.product("M2")) == (40.0, 32.5)
    series = curves.product_series("TTF", known(hours=3), SYSTEM, near="2026-12")
    assert series.price[-1] == 40.0


def test_a_late_curve_says_so(ttf):
    assert curves.curve_view("TTF", known(date(2026, 11, 27)), SYSTEM).late


def test_a_comparison_without_a_day_is_named(ttf):
    view = curves.curve_view("TTF", known(), SYSTEM, compare=["year", "2020-01-01"])
    assert view.missing == ("year", "2020-01-01")


def test_wrong_questions_are_refused(ttf):
    with pytest.raises(NotFound):
        curves.curve_view("NOPE", known(), SYSTEM)
    with pytest.raises(DomainError, match="is no day"):
        curves.curve_view("TTF", known(), SYSTEM, compare=["someday"])
    with pytest.raises(DomainError, match="up to 6 days"):
        curves.curve_view("TTF", known(), SYSTEM, compare=[f"2026-01-0{i}" for i in range(1, 8)])
    with pytest.raises(NotPermitted):
        curves.curve_choices(Actor(9, "x", "X", frozenset()))


def test_products_and_their_changes(ttf):
    view = curves.curve_view("TTF", known(), SYSTEM)
    found = {row["product"]: row for row in tables.product_table(view, GridQuery(limit=None)).records()}
    days = [31, 28, 31]
    first_quarter = sum(d * p for d, p in zip(days, (32.5, 32.0, 31.5), strict=True)) / 90
    assert found["Q1-27"]["price"] == pytest.approx(first_quarter)
    assert (found["Dec-26"]["day"], found["Dec-26"]["month"], found["Dec-26"]["year"]) == (2.0, 5.0, None)
    assert {"Sum-27", "Win-27", "Cal-27"} <= found.keys()
    assert "Q4-26" not in found  # two of its months have been delivered
    assert (found["Q4-28"]["status"] if "Q4-28" in found else found["Dec-28"]["status"]) == "proxied"


def test_calendar_spreads(ttf):
    view = curves.curve_view("TTF", known(), SYSTEM)
    found = {row["spread"]: row for row in tables.spread_table(view, GridQuery(limit=None)).records()}
    assert found["Dec-26 / Jan-27"]["value"] == pytest.approx(0.5)
    assert found["Dec-26 / Dec-27"]["value"] == pytest.approx(6.0)
    assert found["Jan-27 / Feb-27"]["day"] == pytest.approx(0.0)
    assert found["Dec-27 / Dec-28"]["status"] == "proxied"
    matrix = tables.spread_matrix(view, "month")
    assert matrix.value.shape == (25, 25)
    assert matrix.value[0, 24] == pytest.approx(12.0)
    assert np.isnan(matrix.value[3, 3])
    rows = tables.matrix_table(view, GridQuery(limit=None), kind="quarter").rows
    assert rows[0][:2] == ("2027-Q1", "2027-Q2")


def test_history_of_a_product_and_of_a_spread(ttf):
    single = curves.product_series("TTF", known(), SYSTEM, near="Cal-27")
    assert single.day.astype(str).tolist()[-1] == "2026-11-20"
    assert np.diff(single.price).tolist() == pytest.approx([1.0, 1.0, 1.0, 2.0])
    spread = curves.product_series("TTF", known(), SYSTEM, near="M1", far="M3")
    assert spread.price.tolist() == pytest.approx([1.0] * 5)
    assert spread.title == "M1 less M3"
    assert tables.history_table(spread, GridQuery()).rows[0][0] == LAST
    assert len(curves.product_series("TTF", known(), SYSTEM, near="2031-01").day) == 0


def test_node_and_replay_rows_are_what_is_drawn(ttf):
    view = curves.curve_view("TTF", known(), SYSTEM, compare=["day"], span="3m")
    nodes = tables.node_table(view, GridQuery(limit=None), kind="month", compare=["day"])
    assert len(nodes.rows) == 25
    assert nodes.records()[0] | {} == {
        "product": "Dec-26",
        "first": "2026-12",
        "price": 33.0,
        "status": "quoted",
        "day": 31.0,
        "day-change": 2.0,
    }
    assert len(tables.replay_table(view, GridQuery(limit=None)).rows) == 5 * 25


def test_long_ranges_are_thinned_to_the_newest_day(database):
    days = np.busday_offset("2025-12-01", np.arange(240)).astype(object).tolist()
    add_curve("TTF", {day: strip(20.0, n=2) for day in days})
    frames = curves.curve_view("TTF", known(days[-1]), SYSTEM, span="1y").frames
    assert len(frames) <= curves.MAX_FRAMES
    assert frames[-1].day == days[-1]
