"""Built curves on rows that the test knows: clocks, what is stored and when, refusals."""

from datetime import date, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services.market import curve_build as service
from portal.services.market import curve_build_tables as tables
from tests.helpers.market import add_curve, add_curve_day, evening
from tests.helpers.quotes import add_quotes

DAY = date(2026, 11, 20)
BEFORE = date(2026, 11, 19)
QUOTES = {"2027-01": 41.0, "2027-02": 40.2, "2027-03": 38.5, "2027-Q1": 40.4, "2027-Q2": 30.0, "Cal-28": 33.0}
LATER = evening(DAY) + timedelta(hours=3)
AUDITOR = Actor(5, "ann", "Ann Auditor", frozenset({Role.AUDITOR}))


def known(day: date = DAY, hours: int = 1) -> Clocks:
    return Clocks(day, evening(day) + timedelta(hours=hours), live=False)


def live() -> Clocks:
    return Clocks(DAY, clock.now())


@pytest.fixture
def ttf(database: str) -> int:
    key = add_curve("TTF", {})
    add_curve("BARE", {})
    add_quotes(key, BEFORE, {product: price - 1 for product, price in QUOTES.items()})
    add_quotes(key, DAY, QUOTES)
    add_quotes(key, DAY, {"2027-Q1": 39.89}, LATER)
    return key


def test_the_curve_is_that_of_the_quotes_known(ttf):
    view = service.build_view("TTF", known(), SYSTEM)
    assert (view.day, view.known_at, view.late) == (DAY, evening(DAY), False)
    assert view.curve.quoted[view.curve.products.index("2027-Q1")] == 40.4
    assert view.largest_gap == pytest.approx(0.51, abs=0.003)
    assert 0.1 < view.largest_residual < 0.4
    corrected = service.build_view("TTF", known(hours=4), SYSTEM)
    assert corrected.known_at == LATER
    assert corrected.largest_gap < 0.01
    assert service.build_view("TTF", known(BEFORE), SYSTEM).curve.quoted[0] == 40.0
    assert service.build_view("TTF", known(date(2026, 11, 1)), SYSTEM) is None
    assert service.build_view("TTF", known(DAY + timedelta(days=9)), SYSTEM).late


def test_only_curves_with_quotes_are_offered(ttf):
    assert [row.code for row in service.build_choices(SYSTEM)] == ["TTF"]
    with pytest.raises(NotFound, match="a curve 'BARE' are quoted"):
        service.build_view("BARE", known(), SYSTEM)


def test_a_fit_is_stored_once_and_read_back_under_both_clocks(ttf):
    earlier = clock.now()
    before = service.build_view("TTF", live(), SYSTEM)
    assert (before.stored, before.stored_at, before.is_stored) == ((), None, False)
    assert service.store_fit("TTF", live(), SYSTEM) == 6
    assert service.store_fit("TTF", live(), SYSTEM) == 0
    view = service.build_view("TTF", live(), SYSTEM)
    assert view.is_stored
    assert {row.product: row.residual for row in view.stored} == dict(
        zip(view.curve.products, view.curve.residual.tolist(), strict=True)
    )
    assert {row.quotes_known_at for row in view.stored} == {LATER}
    assert [fit.day for fit in view.history] == [DAY]
    assert view.history[0].residual == pytest.approx(view.largest_residual)
    assert service.build_view("TTF", Clocks(DAY, earlier, live=False), SYSTEM).stored == ()


def test_corrected_quotes_ask_for_a_new_fit_and_the_old_one_stays(ttf):
    service.store_fit("TTF", live(), SYSTEM)
    first = service.build_view("TTF", live(), SYSTEM).stored_at
    add_quotes(ttf, DAY, {"2027-Q1": 41.0}, clock.now())
    stale = service.build_view("TTF", live(), SYSTEM)
    assert (bool(stale.stored), stale.is_stored) == (True, False)
    assert service.store_fit("TTF", live(), SYSTEM) == 6
    assert service.build_view("TTF", live(), SYSTEM).is_stored
    with UnitOfWork() as work:
        assert work.session.scalar(text("SELECT count(*) FROM curve_fits")) == 12
    old = service.build_view("TTF", Clocks(DAY, first, live=False), SYSTEM)
    assert {row.product: row.quoted for row in old.stored}["2027-Q1"] == 39.89


def test_a_history_is_stored_where_a_desk_would_have_stored_it(ttf):
    assert service.store_history(SYSTEM) == 12
    assert service.store_history(SYSTEM) == 0
    view = service.build_view("TTF", known(BEFORE), SYSTEM)
    assert view.is_stored
    assert view.stored_at == evening(BEFORE) + timedelta(minutes=1)
    now = service.build_view("TTF", live(), SYSTEM)
    assert [fit.day for fit in now.history] == [BEFORE, DAY]
    assert now.history[0].gap == pytest.approx(0.51, abs=0.003)


def test_tables_hold_what_the_curve_holds(ttf):
    service.store_history(SYSTEM)
    view = service.build_view("TTF", live(), SYSTEM)
    every = GridQuery(limit=None)
    products = {row["product"]: row for row in tables.product_table(view, every).records()}
    assert products["Q1-27"]["kind"] == "quarter"
    assert products["Q1-27"]["stored"] == products["Q1-27"]["residual"]
    assert products["Jan-27"]["gap"] is None
    gaps = tables.gap_table(view, every).records()
    assert [(row["product"], row["parts"]) for row in gaps] == [("Q1-27", "Jan-27 + Feb-27 + Mar-27")]
    months = tables.month_table(view, every).records()
    assert [row["covered"] for row in months] == ["quoted"] * 3 + ["split"] * 3 + ["bridged"] * 6 + [
        "split"
    ] * 12
    days = tables.day_table(view, every).records()
    january = [row["price"] for row in days if f"{row['day']:%Y-%m}" == "2027-01"]
    assert np.mean(january) == pytest.approx(products["Jan-27"]["built"])
    assert [row["day"] for row in tables.history_table(view, GridQuery()).records()] == [DAY, BEFORE]


def test_who_may_not_store_and_when_nobody_may(ttf):
    with pytest.raises(NotPermitted):
        service.store_fit("TTF", live(), AUDITOR)
    with pytest.raises(NotPermitted):
        service.build_choices(Actor(9, "x", "X", frozenset()))
    with pytest.raises(Conflict, match="Clear 'known at'"):
        service.store_fit("TTF", known(), SYSTEM)
    with pytest.raises(NotFound, match="up to 2026-11-01"):
        service.store_fit("TTF", Clocks(date(2026, 11, 1), clock.now()), SYSTEM)


def test_the_settled_curve_lends_its_shape_but_moves_no_residual(ttf):
    season = [(str(np.datetime64("2027-01", "M") + i), 30 + 5 * np.cos(np.pi * i / 6)) for i in range(24)]
    add_curve_day(ttf, DAY, season)
    smooth = service.build_view("TTF", known(), SYSTEM)
    shaped = service.build_view("TTF", known(), SYSTEM, shape="settled")
    assert (smooth.settled_on, shaped.settled_on) == (None, DAY)
    np.testing.assert_array_equal(shaped.curve.residual, smooth.curve.residual)
    winters = [view.curve.price("2028-01") - view.curve.price("2028-07") for view in (smooth, shaped)]
    assert winters[1] > winters[0] + 5.0
    assert shaped.curve.price("Cal-28") == smooth.curve.price("Cal-28")
    before = Clocks(BEFORE, evening(BEFORE), live=False)  # nothing was settled yet
    assert service.build_view("TTF", before, SYSTEM, shape="settled").settled_on is None
