"""Closed days: what is stored equals the values of each day alone, is appended, and is seen by its readers."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotPermitted
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import closing, ledger
from portal.services.portfolio import valuation as service
from tests.helpers.market import add_instrument, add_rates
from tests.helpers.trades import add_desk, add_level, ids, terms

FIRST, LAST = date(2026, 6, 8), date(2026, 7, 14)
JULY = {
    "delivery_start": date(2026, 7, 1),
    "delivery_end": date(2026, 9, 1),
    "quantity_unit": "MWh",
    "quantity": 100.0,
}


@pytest.fixture
def desk(database):
    add_desk()
    days = [day.item() for day in np.arange(FIRST, LAST, dtype="M8[D]") if np.is_busday(day)]
    rng = np.random.default_rng(7)
    for at, day in enumerate(days):
        months = [date(2026, month, 1) for month in range(7 if day < date(2026, 6, 29) else 8, 13)]
        add_level("TTF", day, 30.0 + float(rng.normal()), months)
        if at % 3:  # a curve that is stale now and then
            add_level("POWER_DE", day, 80.0 + float(rng.normal()))
        add_level("POWER_DE_PEAK", day, 95.0 + float(rng.normal()))
    add_instrument("TTF", [(day, 31.0 + float(rng.normal())) for day in days], unit="EUR/MWh")
    run("UPDATE curves SET instrument_code = 'TTF' WHERE code = 'TTF'")
    for day in days[::4]:
        run(
            "INSERT INTO vol_points SELECT id, :day, :month, node, :day, 0.5 + node / 10, 'black76', 0 "
            "FROM curves, unnest(ARRAY[-1.0, 0.0, 1.0]) AS node WHERE code = 'TTF'",
            day=day, month=date(2026, 8, 1),
        )  # fmt: skip
        run(
            "INSERT INTO rate_points VALUES ('EUR', :day, 12, :day, :rate, 0)",
            day=day,
            rate=0.02 + 0.001 * day.day,
        )
    add_rates("EUR", "USD", {FIRST: 1.25})
    enter()


def run(statement, **values):
    with UnitOfWork(write=True) as work:
        work.session.execute(text(statement), values)


def enter():
    books, curves = ids("portfolios"), ids("curves")
    deals = [
        {"external_id": "A", "price": 31.0},
        {
            "external_id": "B", "price": 75.0, "curve_id": curves["POWER_DE"], "portfolio_id": books["POWER_DE"],
            "quantity_unit": "MW", "quantity": 1.0, "profile": "offpeak",
        },
        {
            "external_id": "C", "kind": "future", "price": 29.0, "expiry": date(2026, 6, 27),
            "delivery_end": date(2026, 8, 1),
        },
        {
            "external_id": "D", "kind": "option", "price": None, "strike": 30.0, "premium": 1.0, "is_call": True,
            "vol_model": "black76", "expiry": date(2026, 7, 8), "delivery_start": date(2026, 8, 1), "side": -1,
        },
    ]  # fmt: skip
    versions = [
        TradeVersion(terms=terms(**{**JULY, **deal}), effective_on=date(2026, 6, 9 + at), recorded_by="m")
        for at, deal in enumerate(deals)
    ]
    with UnitOfWork(write=True) as work:
        stored = ledger.record(work, versions)
        cheaper = terms(**{**JULY, "external_id": "A", "price": 25.0})
        ledger.record(
            work,
            [
                TradeVersion(
                    terms=cheaper, effective_on=date(2026, 6, 30), recorded_by="m", version=2, event="amended",
                    trade_id=stored[0].trade_id, recorded_at=now(),
                )
            ],
        )  # fmt: skip


def clocks(day):
    return Clocks(day, now(), live=False)


def test_closed_days_equal_the_values_of_each_day(desk):
    stored = closing.close_days(FIRST, LAST, SYSTEM)
    found = closing.history(clocks(LAST), SYSTEM)
    assert set(found) == {"GAS_EU", "POWER_DE"}
    assert stored == sum(len(days) for days in found.values())
    by_day = {(code, row.as_of): row for code, rows in found.items() for row in rows}
    for day in {row.as_of for rows in found.values() for row in rows}:
        alone = service.valued(clocks(day), SYSTEM)
        values = alone.valuation
        for at, node in enumerate(alone.nodes):
            if (node.code, day) in by_day:
                row = by_day[node.code, day]
                assert row.unrealised == pytest.approx(alone.by_node(values.unrealised_eur)[at], abs=1e-9), (
                    day
                )
                assert row.realised == pytest.approx(alone.by_node(values.realised_eur)[at], abs=1e-9), day
                assert row.missing == int(values.is_missing[alone.node_of == at].sum())


def test_a_second_run_is_appended_and_counts_from_its_own_moment(desk):
    closing.close_days(FIRST, LAST, SYSTEM)
    between = now()
    run("UPDATE curve_points SET value = value + 1 WHERE trade_date = :day", day=date(2026, 7, 13))
    closing.close_days(date(2026, 7, 13), date(2026, 7, 13), SYSTEM)
    before = closing.history(Clocks(LAST, between, live=False), SYSTEM)["GAS_EU"][-2]
    after = closing.history(clocks(LAST), SYSTEM)["GAS_EU"][-2]
    assert before.as_of == after.as_of == date(2026, 7, 13)
    assert after.unrealised != before.unrealised
    assert after.recorded_at > before.recorded_at


def test_readers_see_the_history_of_their_books(desk):
    closing.close_days(FIRST, LAST, SYSTEM)
    mara = Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"POWER", "POWER_DE"}))
    assert set(closing.history(clocks(LAST), mara)) == {"POWER_DE"}
    assert set(closing.history(clocks(LAST), SYSTEM, portfolio="GAS")) == {"GAS_EU"}
    assert closing.history(clocks(LAST), mara, portfolio="GAS_EU") == {}
    with pytest.raises(NotPermitted):
        closing.close_days(FIRST, LAST, mara)


def test_no_days_are_refused(desk):
    with pytest.raises(DomainError, match="0 business days"):
        closing.close_days(LAST, FIRST, SYSTEM)
