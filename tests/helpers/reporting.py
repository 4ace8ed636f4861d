"""A small desk that can report: an own firm and a party with codes, and two physical gas forwards of one day."""

from datetime import UTC, date, datetime
from typing import Any

from data.session import UnitOfWork
from data.writes import trade_facts as fact_writes
from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.domain.portfolio.terms import Terms, TradeVersion
from portal.services.compliance.report_making import Ask, make_report
from portal.services.portfolio import ledger
from tests.helpers import trades as desk

DAY, NEXT = date(2026, 3, 2), date(2026, 3, 3)
LEI = "5493001KJTIIGC8Y1R12"
SELF = {"acer_code": "A0000111A.NL", "lei": LEI, "simulated": True}
NORDWIND = {"acer_code": "B0000222B.DE", "lei": LEI}
OFFICER = Actor(2, "claire", "Claire", frozenset({Role.COMPLIANCE_OFFICER}))
HEAD = Actor(3, "henrik", "Henrik", frozenset({Role.COMPLIANCE_HEAD}))
AUDITOR = Actor(4, "anton", "Anton", frozenset({Role.AUDITOR}))
TRADER = Actor(5, "mara", "Mara", frozenset({Role.TRADER}))


def silent(_share: float, _words: str = "") -> None:
    """Hear nothing."""


def add_reporting_desk() -> None:
    """Add the desk, its parties' codes and the two deals."""
    desk.add_desk()
    with UnitOfWork(write=True) as work:
        parties = [("SELF", date(2020, 1, 1), SELF), ("NORDWIND", date(2020, 1, 1), NORDWIND)]
        known = datetime(2026, 3, 1, tzinfo=UTC)
        fact_writes.add_party_facts(work.session, parties, by="test", recorded_at=known)
    store(physical("T-1"), physical("T-2"))


def physical(external_id: str, **changes: Any) -> Terms:
    """Return a physical forward of TTF gas."""
    return desk.terms(external_id, **{"kind": "forward_physical", **changes})


def store(*terms: Terms) -> list[int | None]:
    """Book trades and return their numbers."""
    versions = [TradeVersion(terms=item, effective_on=item.trade_date, recorded_by="mara") for item in terms]
    with UnitOfWork(write=True) as work:
        return [item.trade_id for item in ledger.record(work, versions)]


def make(**changes: Any) -> int:
    """Make a report of the day as the compliance officer."""
    ask = {"kind": "remit-t1", "start": DAY, "end": NEXT, **changes}
    return make_report(Ask(**ask), silent, OFFICER)
