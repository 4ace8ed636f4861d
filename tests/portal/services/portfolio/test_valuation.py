"""Values of books from a real database: by node, by period, under both clocks, and what is missing is listed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.portfolio.rollup import period_start
from portal.domain.portfolio.terms import TradeVersion
from portal.services.evaluation import evaluator
from portal.services.passports import open_passport
from portal.services.portfolio import ledger
from portal.services.portfolio import valuation as service
from portal.services.portfolio.explain import explain, start_day
from portal.services.portfolio.portfolios import move_portfolio
from portal.services.portfolio.valuation_tables import split_table, tree_table
from tests.helpers.market import add_rates
from tests.helpers.trades import add_desk, add_level, ids, terms

DAY, BEFORE, LATER = date(2026, 3, 10), date(2026, 3, 9), date(2026, 3, 12)
JULY = {"delivery_start": date(2026, 7, 1), "delivery_end": date(2026, 8, 1), "quantity_unit": "MWh"}


@pytest.fixture
def desk(database):
    add_desk()
    for day, price in ((BEFORE, 30.0), (DAY, 33.0)):
        add_level("TTF", day, price)
    add_level("POWER_DE", DAY, 80.0)
    add_rates("EUR", "USD", {BEFORE: 1.25})


def enter(*changes):
    versions = [
        TradeVersion(
            terms=terms(**{"quantity": 100.0, **JULY, **change}),
            effective_on=date(2026, 3, 2),
            recorded_by="m",
        )
        for change in changes
    ]
    with UnitOfWork(write=True) as work:
        return ledger.record(work, versions)


def clocks(day=DAY):
    return Clocks(day, now(), live=False)


def trader(*codes):
    return Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset(codes))


def test_values_roll_up_the_tree(desk):
    books = ids("portfolios")
    enter(
        {"external_id": "A", "price": 31.0},
        {"external_id": "B", "price": 35.0, "side": -1},
        {
            "external_id": "C",
            "price": 70.0,
            "curve_id": ids("curves")["POWER_DE"],
            "portfolio_id": books["POWER_DE"],
        },
    )
    found = service.valued(clocks(), SYSTEM)
    sums = dict(
        zip((node.code for node in found.nodes), found.by_node(found.valuation.total_eur), strict=True)
    )
    assert sums == {
        "DESK": 1400.0,
        "GAS": 400.0,
        "GAS_EU": 400.0,
        "OIL": 0.0,
        "POWER": 1000.0,
        "POWER_DE": 1000.0,
    }
    gas = service.valued(clocks(), SYSTEM, portfolio="GAS")
    assert [node.code for node in gas.nodes] == ["GAS", "GAS_EU"]
    assert gas.by_node(gas.valuation.total_eur).tolist() == [400.0, 400.0]
    assert gas.valuation.legs.trade.tolist() == [0, 1]


def test_profits_count_from_the_day_before_and_new_trades_from_nothing(desk):
    enter({"external_id": "A", "price": 31.0})
    late = TradeVersion(
        terms=terms("N", price=32.0, **{**JULY, "quantity": 10.0}), effective_on=DAY, recorded_by="m"
    )
    with UnitOfWork(write=True) as work:
        ledger.record(work, [late])
    found = service.profits(clocks(), SYSTEM)
    assert found.by_trade["dtd"].tolist() == [300.0, 10.0]
    assert found.since["dtd"] == BEFORE
    assert found.by_node("dtd")[0] == 310.0
    assert not np.isnan(found.by_trade["mtd"][0])  # not entered by then, so worth 0
    assert found.by_trade["ytd"][0] == 200.0


def test_a_trade_that_changed_its_book_leaves_the_one_and_enters_the_other(desk):
    books = ids("portfolios")
    kept, moved = enter({"external_id": "A", "price": 31.0}, {"external_id": "B", "price": 29.0})
    version = TradeVersion(
        terms=replace(moved.terms, portfolio_id=books["POWER_DE"]), event="amended", version=2, effective_on=DAY,
        recorded_by="m", trade_id=moved.trade_id,
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        ledger.record(work, [version])
    at = clocks()
    found = service.profits(at, SYSTEM)
    codes = [node.code for node in found.now.nodes]
    sums = dict(zip(codes, found.by_node("dtd").tolist(), strict=True))
    assert sums == {
        "DESK": 600.0,
        "GAS": 200.0,
        "GAS_EU": 200.0,
        "OIL": 0.0,
        "POWER": 400.0,
        "POWER_DE": 400.0,
    }
    for code, wanted in sums.items():
        narrow = service.profits(at, SYSTEM, portfolio=code)
        assert narrow.total("dtd") == narrow.by_node("dtd")[0] == wanted
        shown = next(
            record for record in tree_table(GridQuery(), narrow).records() if record["portfolio"] == code
        )
        assert shown["dtd"] == wanted
        assert sum(record["dtd"] for record in split_table(GridQuery(), narrow, "kind").records()) == wanted
        told = open_passport("portfolio.dtd", {"portfolio": code}, at, SYSTEM)
        assert told.evaluation.value == wanted
    explained = explain(at, SYSTEM, BEFORE, "GAS_EU")
    assert explained.combined.total[0] == 200.0
    outside = service.profits(at, trader("GAS", "GAS_EU"))  # who does not see where it went
    assert outside.total("dtd") == 200.0
    assert kept.trade_id in outside.now.book.trade_id


def test_a_node_that_hangs_elsewhere_is_summed_there(desk):
    enter({"external_id": "A", "price": 31.0})
    at = clocks()
    assert service.valued(at, SYSTEM, portfolio="POWER").valuation.total.tolist() == []
    move_portfolio("GAS_EU", "POWER", SYSTEM)
    assert service.valued(at, SYSTEM, portfolio="POWER").valuation.total.tolist() == [200.0]


def test_periods_start_on_business_days():
    assert period_start(date(2026, 3, 9), "dtd") == date(2026, 3, 6)
    assert period_start(date(2026, 3, 8), "dtd") == date(2026, 3, 6)
    assert period_start(date(2026, 3, 9), "mtd") == date(2026, 2, 27)
    assert period_start(date(2026, 3, 9), "ytd") == date(2025, 12, 31)


@pytest.mark.parametrize(
    ("start", "off", "day"),
    [
        ("2026-04-02", "2026-04-06", "2026-04-07"),
        ("2026-04-30", "2026-05-01", "2026-05-04"),
        ("2026-12-24", "2026-12-25", "2026-12-28"),
        ("2026-12-31", "2027-01-01", "2027-01-04"),
    ],
)
def test_what_the_marks_of_a_day_off_move_is_in_the_profit_of_the_next_business_day(
    database, start, off, day
):
    start, off, day = (date.fromisoformat(one) for one in (start, off, day))
    add_desk()
    for at, price in ((start, 30.0), (off, 31.0), (day, 33.0)):
        add_level("TTF", at, price)
    delivered = {"delivery_start": date(2027, 3, 1), "delivery_end": date(2027, 4, 1)}
    enter({"external_id": "A", "price": 29.0, **delivered})
    at = Clocks(day, datetime(2099, 1, 1, tzinfo=UTC), live=False)  # the marks are known on their days
    found = service.profits(at, SYSTEM)
    assert (found.since["dtd"], found.total("dtd")) == (start, 300.0)
    assert explain(at, SYSTEM, start_day("dtd", day)).combined.total[0] == pytest.approx(300.0)
    passport = open_passport("portfolio.dtd", {}, at, SYSTEM)
    assert passport.evaluation.value == 300.0
    told = {step.name: step.value for step in passport.evaluation.steps}
    assert told["Since the close of"] == start.isoformat()
    replay = evaluator("portfolio.dtd").replay
    assert replay(passport.evaluation.inputs.records(), passport.params, at).value == 300.0
    if start.year < day.year:
        assert set(found.since.values()) == {start}
        assert {period: found.total(period) for period in found.since} == dict.fromkeys(found.since, 300.0)
    holiday = service.profits(replace(at, as_of=off), SYSTEM)
    assert (holiday.since["dtd"], holiday.total("dtd")) == (start, 100.0)


def test_what_an_actor_may_not_see_is_not_there(desk):
    books = ids("portfolios")
    enter(
        {"external_id": "A", "price": 31.0},
        {"external_id": "B", "price": 31.0, "portfolio_id": books["POWER_DE"]},
    )
    found = service.valued(clocks(), trader("GAS", "GAS_EU"))
    assert len(found.book) == 1
    assert [node.code for node in found.nodes] == ["GAS", "GAS_EU"]
    with pytest.raises(NotFound, match="that you may see"):
        service.valued(clocks(), trader("GAS", "GAS_EU"), portfolio="POWER_DE")
    with pytest.raises(NotPermitted):
        service.valued(clocks(), Actor(9, "a", "Ada", frozenset({Role.ADMINISTRATOR})))
    assert len(service.valued(clocks(), trader()).book) == 0


def test_one_missing_tenor_a_stale_curve_and_no_surface_are_listed_and_the_rest_is_valued(desk):
    curves = ids("curves")
    add_level("NBP", date(2026, 3, 4), 75.0)
    add_rates("EUR", "GBP", {BEFORE: 0.8})
    enter(
        {"external_id": "GOOD", "price": 31.0},
        {"external_id": "FAR", "price": 31.0, "delivery_start": date(2029, 1, 1), "delivery_end": date(2029, 2, 1)},
        {"external_id": "OLD", "price": 70.0, "curve_id": curves["NBP"]},
        {
            "external_id": "VOL", "kind": "option", "price": None, "strike": 30.0, "premium": 1.0, "is_call": True,
            "vol_model": "black76", "expiry": date(2026, 6, 26),
        },
    )  # fmt: skip
    found = service.valued(clocks(), SYSTEM)
    assert found.by_node(found.valuation.total_eur)[0] == pytest.approx(200.0 + 100.0 * 0.05 / 0.8)
    listed = {(found.market.curves.code[gap.curve], gap.what): gap for gap in found.gaps}
    assert set(listed) >= {("TTF", "missing"), ("NBP", "stale"), ("TTF", "no volatility")}
    assert listed["TTF", "missing"].notional_eur == pytest.approx(3100.0)
    assert not listed["TTF", "missing"].valued
    assert listed["NBP", "stale"].valued
    assert listed["NBP", "stale"].notional_eur == pytest.approx(75.0 / 0.8)
    assert found.valuation.is_missing.tolist() == [False, True, False, True]


def test_an_old_exchange_rate_is_listed_with_the_money_that_rests_on_it(desk):
    add_level("BRENT", DAY, 70.0)
    crude = {
        "curve_id": ids("curves")["BRENT"],
        "portfolio_id": ids("portfolios")["OIL"],
        "quantity_unit": "bbl",
    }
    enter({"external_id": "A", "price": 31.0}, {"external_id": "O", "price": 69.0, **crude})

    def listed():
        found = service.valued(clocks(), SYSTEM)
        assert np.isfinite(found.valuation.total_eur).all()
        return {(found.market.curves.code[gap.curve], gap.what): gap for gap in found.gaps}

    assert ("BRENT", "stale exchange rate") not in listed()  # of the day before
    add_level("BRENT", LATER, 70.0)
    add_level("TTF", LATER, 33.0)
    found = service.valued(clocks(LATER), SYSTEM)
    old = {
        found.market.curves.code[gap.curve]: gap for gap in found.gaps if gap.what == "stale exchange rate"
    }
    assert set(old) == {"BRENT"}
    assert old["BRENT"].valued
    assert old["BRENT"].notional_eur == pytest.approx(100.0 * 69.0 / 1.25)


def test_the_same_clocks_give_the_same_values_after_a_correction(desk):
    (trade,) = enter({"external_id": "A", "price": 31.0})
    first = clocks()
    before = service.valued(first, SYSTEM).valuation.total_eur.tolist()
    version = TradeVersion(
        terms=terms("A", price=25.0, **{**JULY, "quantity": 100.0}), event="amended", version=2, effective_on=DAY,
        recorded_by="m", trade_id=trade.trade_id,
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        ledger.record(work, [version])
    assert (
        service.valued(Clocks(first.as_of, first.known_at, live=False), SYSTEM).valuation.total_eur.tolist()
        == before
    )
    assert service.valued(clocks(), SYSTEM).valuation.total_eur.tolist() == [800.0]
    assert service.valued(clocks(BEFORE), SYSTEM).valuation.total_eur.tolist() == [-100.0]


def test_live_clocks_see_a_new_trade_at_once(desk):
    enter({"external_id": "A", "price": 31.0})
    assert len(service.valued(Clocks(DAY, now()), SYSTEM).book) == 1
    enter({"external_id": "B", "price": 31.0})
    assert len(service.valued(Clocks(DAY, now()), SYSTEM).book) == 2


def test_peak_hours_are_marked_on_the_peak_curve(desk):
    add_level("POWER_DE_PEAK", DAY, 100.0)
    enter({
        "external_id": "P", "price": 80.0, "curve_id": ids("curves")["POWER_DE"], "quantity_unit": "MW",
        "quantity": 1.0, "profile": "peak",
    })  # fmt: skip
    found = service.valued(clocks(), SYSTEM)
    assert found.valuation.total_eur[0] == pytest.approx(20.0 * 23 * 12)  # weekdays of July 2026
