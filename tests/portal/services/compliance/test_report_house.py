"""Allowance positions, limit breaches and best execution, from rows in the database to cells that add up."""

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from data.writes import installations as installation_writes
from data.writes import trade_facts as fact_writes
from portal.core.actor import Actor
from portal.core.clock import Clocks, now
from portal.core.permissions import Role
from portal.domain.compliance.base import Case
from portal.domain.compliance.engine import evaluate
from portal.domain.compliance.parameters import shipped
from portal.domain.compliance.working_days import WorkingDays
from portal.services.compliance import demo_installations, reports
from portal.services.compliance.installations import standings
from portal.services.compliance.report_making import Ask, make_report
from tests.helpers import trades as desk

OFFICER = Actor(2, "claire", "Claire", frozenset({Role.COMPLIANCE_OFFICER}))
DAY = date(2026, 8, 15)


def silent(_share, _words=""):
    return None


def plant(code: str, scheme: str = "EU", **facts: object) -> dict[str, object]:
    unit = "EUA" if scheme == "EU" else "UKA"
    known = {
        "as_of": "2026-04-01", "verified_emissions_t": 120_000, "surrendered": 0, "holdings": {unit: 100_000},
        "report_verified_on": "2026-03-20", "account_id": f"{scheme}-100-1", "free_allocation": {},
        "surrender_units": [],
    }  # fmt: skip
    return {
        "code": code, "year": 2025, "recorded_at": datetime(2026, 4, 2, tzinfo=UTC), "name": f"Plant {code}",
        "scheme": scheme, "country": "NL", "activity": "industry", "simulated": False, "recorded_by": "test",
        "facts": known | facts,
    }  # fmt: skip


@pytest.fixture
def firm(database):
    with UnitOfWork(write=True) as work:
        parties = [("SELF", date(2020, 1, 1), {"acer_code": "A0000111A.NL", "lei": "5493001KJTIIGC8Y1R12"})]
        fact_writes.add_party_facts(
            work.session, parties, by="test", recorded_at=datetime(2026, 3, 1, tzinfo=UTC)
        )


def add(*rows):
    with UnitOfWork(write=True) as work:
        installation_writes.add_years(work.session, list(rows))


def cells(kind, start, end):
    number = make_report(Ask(kind, start, end), silent, OFFICER)
    file = reports.download(number, OFFICER)
    return list(csv.DictReader(io.StringIO(file.content.decode())))


def standing(clocks):
    with UnitOfWork() as work:
        return standings(work, clocks, shipped())


def test_what_is_owed_held_and_still_to_buy(firm):
    add(plant("P1"), plant("P2", "UK", surrendered=120_000))
    one, other = cells("ets-position", DAY - timedelta(days=14), DAY + timedelta(days=1))
    assert (one["shortfall_t"], one["surrender_due"], one["days_to_deadline"]) == (
        "120000",
        "2026-09-30",
        "46",
    )
    assert one["cover_ratio"] == "0.8333"
    assert one["penalty_if_not_covered"] == "2000000", "20,000 t at 100 EUR"
    assert (other["unit"], other["shortfall_t"], other["cover_ratio"]) == ("UKA", "0", "")
    assert other["surrender_due"] == "2026-04-30"


def test_the_rules_see_what_the_report_shows(firm):
    add(plant("P1"))
    (found,) = standing(Clocks(DAY, now()))
    verdict = evaluate(Case(found.case, DAY, shipped(), WorkingDays()), live=True)
    fired = [(item.code, item.finding.action) for item in verdict.fired]
    assert fired == [("EU-ET-02", "report"), ("EU-ET-02", "flag")]
    assert verdict.values["to_buy"] == 20_000


def test_a_later_version_counts_from_when_it_was_recorded(firm):
    add(plant("P1"))
    between = now()
    add(plant("P1", surrendered=120_000, as_of="2026-08-10") | {"recorded_at": now()})
    assert standing(Clocks(DAY, now()))[0].shortfall == 0
    assert standing(Clocks(DAY, between))[0].shortfall == 120_000, "nobody knew then"
    assert standing(Clocks(date(2026, 8, 1), now()))[0].shortfall == 120_000, "it had not happened yet"
    assert standing(Clocks(date(2026, 3, 1), now())) == []


def test_an_account_that_nobody_named_is_a_reject(firm):
    add(plant("P1", account_id=None))
    number = make_report(Ask("ets-position", DAY, DAY + timedelta(days=1)), silent, OFFICER)
    found = reports.one(number, Clocks(DAY, now()), OFFICER)
    assert (found.line.rows, found.line.rejected) == (0, 1)


def test_the_installations_of_the_demo_desk(firm):
    demo_installations.load(date(2026, 11, 20), lambda _words: None)
    demo_installations.load(date(2026, 11, 20), lambda _words: None)
    found = {(item.row.code, item.row.year): item for item in standing(Clocks(date(2026, 11, 20), now()))}
    assert len(found) == 8
    assert found["FR-118", 2025].shortfall == 1_150
    assert sum(item.shortfall for item in found.values()) == 1_150


def test_breaches_of_the_period(firm):
    moment = datetime(2026, 8, 3, 7, tzinfo=UTC)
    with UnitOfWork(write=True) as work:
        node = work.session.scalar(
            text("INSERT INTO portfolios (code, name) VALUES ('DESK', 'Desk') RETURNING id")
        )
        version = work.session.scalar(
            text(
                "INSERT INTO limits (code, title, portfolio_id, terms, effective_from, approvals_needed, reason, "
                "proposed_by, recorded_at) VALUES ('VAR-DESK', 'Value at risk of the desk', :node, "
                '\'{"all": [{"measure": "var", "level": 0.99, "method": "historical", "hard": 1000000.0, "soft": 0.9, '
                '"unit": "EUR"}]}\', '
                "'2026-01-01', 1, 'first', 'rita', '2026-01-01') RETURNING id"
            ),
            {"node": node},
        )
        opened = (
            "INSERT INTO limit_events (breach, limit_code, limit_id, portfolio_id, as_of, event, tier, used, owner, "
            "due, note, written_by, recorded_at) VALUES (:breach, 'VAR-DESK', :version, :node, :day, :event, :tier, "
            ":used, :owner, :due, :note, :by, :at) RETURNING id"
        )
        first = work.session.scalar(
            text(opened),
            {"breach": None, "version": version, "node": node, "day": moment.date(), "event": "opened", "tier": "hard",
             "used": 1.08, "owner": None, "due": moment + timedelta(days=1), "note": "", "by": "system", "at": moment},
        )  # fmt: skip
        work.session.execute(
            text(opened),
            {"breach": first, "version": version, "node": node, "day": moment.date(), "event": "acknowledged",
             "tier": "hard", "used": 1.08, "owner": "rita", "due": moment + timedelta(days=2), "note": "seen",
             "by": "rita", "at": moment + timedelta(hours=2)},
        )  # fmt: skip
    (row,) = cells("limit-breach", date(2026, 8, 1), date(2026, 9, 1))
    assert (row["limit_id"], row["portfolio"], row["tier"], row["owner"]) == (
        "VAR-DESK",
        "DESK",
        "hard",
        "rita",
    )
    assert (row["worst_use_percent"], row["excess_percent"]) == ("108", "8")
    assert row["steps"].startswith("opened by system at 2026-08-03 07:00 UTC; acknowledged by rita")
    assert cells("limit-breach", date(2026, 7, 1), date(2026, 8, 1)) == [], "it was not open yet"


def tell(session, curve, event, order, at, **more):
    values = {
        "side": None, "price": None, "quantity": None, "best_bid": None, "best_offer": None, "counterparty_code": None,
    } | more  # fmt: skip
    session.execute(
        text(
            "INSERT INTO order_events (at, event, order_ref, trader, account, curve_id, contract, month, side, price, "
            "quantity, best_bid, best_offer, counterparty_code, venue, is_algo, simulated) VALUES (:at, :event, "
            ":order, 'mara', 'A1', :curve, 'TTF', '2026-10-01', :side, :price, :quantity, :best_bid, :best_offer, "
            ":counterparty_code, 'NDEX', false, true)"
        ),
        values | {"curve": curve, "event": event, "order": order, "at": at},
    )


def test_what_orders_paid_against_the_market_at_their_arrival(firm):
    desk.add_desk()
    at = datetime(2026, 8, 3, 9, tzinfo=UTC)
    with UnitOfWork(write=True) as work:
        session = work.session
        curve = session.scalar(text("SELECT id FROM curves ORDER BY id LIMIT 1"))
        tell(session, curve, "quote", None, at - timedelta(minutes=5), best_bid=30.0, best_offer=30.1)
        tell(session, curve, "new", "O1", at, side=1, price=30.2, quantity=10.0)
        tell(
            session,
            curve,
            "fill",
            "O1",
            at + timedelta(seconds=1),
            side=1,
            price=30.1,
            quantity=4.0,
            counterparty_code="X",
        )
        tell(
            session,
            curve,
            "fill",
            "O1",
            at + timedelta(seconds=3),
            side=1,
            price=30.2,
            quantity=6.0,
            counterparty_code="Y",
        )
        tell(
            session, curve, "new", "O2", at, side=-1, price=-2.0, quantity=5.0, best_bid=-2.0, best_offer=-1.0
        )
        tell(session, curve, "fill", "O2", at + timedelta(seconds=9), side=-1, price=-2.0, quantity=5.0)
        tell(session, curve, "new", "O3", at, side=1, price=1.0, quantity=5.0)  # never filled
    one, other = cells("best-execution", date(2026, 8, 1), date(2026, 9, 1))
    assert (one["fill_vwap"], one["arrival_mid"], one["slippage"], one["slippage_bp"]) == (
        "30.16",
        "30.05",
        "0.11",
        "36.61",
    )
    assert (one["fill_rate"], one["fills"], one["seconds_to_last_fill"], one["counterparties"]) == (
        "1",
        "2",
        "3",
        "X Y",
    )
    assert (other["slippage"], other["slippage_bp"]) == ("0.5", ""), "below zero there are no basis points"
