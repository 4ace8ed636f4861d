"""What a run looks at beside trades: positions in listed contracts and installations of emissions trading.

API: ``firm_cases(work, clocks, book) -> list of FirmCase``.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.services.compliance.installations import standings
from portal.services.compliance.positions import held
from portal.services.compliance.records import Subject
from portal.services.compliance.rulebook import Rulebook

POSITION_REGIMES = frozenset({"GLOBAL", "US-CFTC"})


@dataclass(frozen=True, slots=True)
class FirmCase:
    """One question about the firm; ``regimes`` None are told from the facts."""

    subject: Subject
    facts: dict[str, Any]
    regimes: frozenset[str] | None = None


def firm_cases(work: UnitOfWork, clocks: Clocks, book: Rulebook) -> list[FirmCase]:
    """Return the questions of a run beside those about trades."""
    days = book.calendars.get("US", book.calendar)
    found = [
        FirmCase(Subject("position", one.ref, clocks.as_of), one.case, POSITION_REGIMES)
        for one in held(work, clocks, days)
    ]
    for one in standings(work, clocks, book.parameters):
        event_on = date(one.row.year + 1, 1, 1)
        found.append(FirmCase(Subject("installation", f"{one.row.code} {one.row.year}", event_on), one.case))
    return found
