"""Changing parameters: replayed before anything is stored, proposed by one person, decided by another."""

import json
from dataclasses import replace
from datetime import date

import pytest

from data.session import UnitOfWork
from data.writes import compliance_records as record_writes
from data.writes import trade_facts as fact_writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.compliance import parameter_changes as changes
from portal.services.compliance import parameters
from portal.services.compliance.parameter_changes import Decision, Draft
from portal.services.portfolio import ledger
from tests.helpers import trades as desk

DAY = date(2026, 6, 8)
CAP = "GL-SN-04.crude_cap_usd_per_bbl.EU"
WARNING = "EU-ET-02.warning_days"
CARGO = {
    "trade": {
        "origin": "RU", "cn": "2709", "price_usd_bbl": 52.4, "seaborne": True, "attestation": True,
        "contract_date": "2026-06-08", "lifting_date": "2026-07-01",
    },
    "service_jurisdictions": ["EU"],
}  # fmt: skip
SHORT = {
    "scheme": "EU", "year": 2025, "verified_emissions_t": 120000, "surrendered": 0, "holdings.EUA": 100000,
    "secured_deliveries_before_due": 0,
}  # fmt: skip


def person(name, role):
    return Actor(7, name, name.capitalize(), frozenset({role}))


OFFICER = person("officer", Role.COMPLIANCE_OFFICER)
HEAD = person("head", Role.COMPLIANCE_HEAD)
AUDITOR = person("auditor", Role.AUDITOR)
TRADER = person("trader", Role.TRADER)


def clocks():
    return Clocks(DAY, clock.now())


def draft(code=CAP, value=60, **more):
    given = {
        "valid_from": date(2026, 1, 1), "valid_to": None, "source": "20th package", "trust": "S",
        "reason": "The Council raised the cap again.", **more,
    }  # fmt: skip
    return Draft(code=code, value=value, **given)


@pytest.fixture
def cargo(database):
    desk.add_desk()
    books, parties, curves = desk.ids("portfolios"), desk.ids("counterparties"), desk.ids("curves")
    terms = replace(
        desk.terms(), trade_date=DAY, kind="forward_physical", portfolio_id=books["OIL"], price=52.4,
        counterparty_id=parties["NORDWIND"], curve_id=curves["BRENT"], quantity=30_000.0, quantity_unit="bbl",
        profile="base", delivery_start=date(2026, 7, 1), delivery_end=date(2026, 8, 1),
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        (stored,) = ledger.record(work, [TradeVersion(terms=terms, effective_on=DAY, recorded_by="anna")])
        fact_writes.add_trade_facts(work.session, [(stored.trade_id, clock.now(), CARGO)], by="anna")
    return stored.trade_id


@pytest.fixture
def installation(database):
    with UnitOfWork(write=True) as work:
        run = record_writes.add_run(
            work.session, kind="nightly", as_of=DAY, known_at=clock.now(), job_id=None, rules_sha256="a",
            parameters_sha256="b", subjects=1, counts={}, seconds=0.1, run_by="system",
        )  # fmt: skip
        row = (
            run, "f" * 64, "EU-ET-02", 1, "EU-ETS", "report", "installation", "DE-1", None, None, None, None, DAY, None,
            "Not surrendered.", None, None, None, json.dumps(SHORT), "{}", "{}", "system",
        )  # fmt: skip
        record_writes.add_records(work.session, [row])


def test_a_change_is_replayed_over_trades(cargo):
    found = changes.trial(draft(), clocks(), OFFICER)
    assert (found.trades, found.records, found.rules) == (1, 0, ("GL-SN-04",))
    assert found.effect.now["GL-SN-04", "block"] == found.effect.gone["GL-SN-04", "block"] == 1
    assert found.effect.then["GL-SN-04", "block"] == 0
    (item,) = [item for item in found.effect.changed if item.before == "block"]
    assert item.subject == f"trade {cargo}"
    assert item.message.endswith(".")


def test_a_change_is_replayed_over_what_records_were_told(installation):
    found = changes.trial(draft(WARNING, 130), clocks(), OFFICER)
    assert (found.trades, found.records) == (0, 1)
    assert found.effect.new == {("EU-ET-02", "flag"): 1}
    assert ("EU-ET-02", "Sixty-one days are left: a task, no flag") in found.examples


def test_a_value_counts_once_a_second_person_approved_it(database):
    number = changes.propose(draft(), clocks(), OFFICER)
    with UnitOfWork() as work:
        assert parameters.in_force(work, clocks()).in_force(CAP, DAY).value == 44.1
    changes.decide(number, Decision.APPROVED, "", HEAD)
    with UnitOfWork() as work:
        assert parameters.in_force(work, clocks()).in_force(CAP, DAY).value == 60
    (row,) = changes.changes(clocks(), AUDITOR)
    assert (row.decision, row.decided_by, row.proposed_by) == ("approved", "head", "officer")
    assert row.replay["rules"] == ["GL-SN-04"]
    with pytest.raises(DomainError, match="already"):
        changes.decide(number, Decision.REJECTED, "Too late for that.", HEAD)


def test_nobody_decides_about_their_own(database):
    number = changes.propose(draft(), clocks(), HEAD)
    with pytest.raises(NotPermitted, match="second person"):
        changes.decide(number, Decision.APPROVED, "", HEAD)
    with pytest.raises(NotPermitted):
        changes.decide(number, Decision.APPROVED, "", OFFICER)
    with pytest.raises(NotPermitted, match="Only head"):
        changes.decide(number, Decision.WITHDRAWN, "", OFFICER)
    changes.decide(number, Decision.WITHDRAWN, "", HEAD)


def test_only_compliance_changes(database):
    for actor in (AUDITOR, TRADER):
        with pytest.raises(NotPermitted):
            changes.propose(draft(), clocks(), actor)
    with pytest.raises(NotPermitted):
        changes.changes(clocks(), TRADER)
    with pytest.raises(NotFound):
        changes.decide(99, Decision.APPROVED, "", HEAD)


def test_a_rejection_says_why(database):
    number = changes.propose(draft(), clocks(), OFFICER)
    with pytest.raises(DomainError, match="why"):
        changes.decide(number, Decision.REJECTED, "no", HEAD)
    changes.decide(number, Decision.REJECTED, "The source says 44.10.", HEAD)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"code": "XX-1"}, "no parameter"),
        ({"value": "sixty"}, "number"),
        ({"value": -1}, "below zero"),
        ({"source": " "}, "source"),
        ({"trust": "X"}, "says nothing"),
        ({"reason": "short"}, "Say why"),
        ({"valid_to": date(2025, 1, 1)}, "last day"),
        (
            {"value": 44.1, "valid_from": date(2026, 2, 1), "source": "Commission review Jan 2026"},
            "already",
        ),
    ],
)
def test_what_cannot_be_proposed(database, more, refusal):
    with pytest.raises(DomainError, match=refusal):
        changes.trial(replace(draft(), **more), clocks(), OFFICER)


def test_a_view_of_the_past_changes_nothing(database):
    with pytest.raises(DomainError, match="past"):
        changes.propose(draft(), replace(clocks(), live=False), OFFICER)
