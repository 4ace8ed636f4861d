"""Reports of the demo desk: the last days; one of them was released and submitted, the others are drafts."""

from collections.abc import Callable
from datetime import date, timedelta

from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.services.compliance import reports
from portal.services.compliance.report_making import Ask, make_report
from portal.services.compliance.reports import State

OFFICER = Actor(None, "compliance", "Claire Dubois", frozenset({Role.COMPLIANCE_OFFICER}))
HEAD = Actor(None, "compliance_head", "Henrik Lund", frozenset({Role.COMPLIANCE_HEAD}))
_MADE: tuple[tuple[str, int, int, bool], ...] = (
    ("remit-t1", 7, 2, True),
    ("remit-t1", 2, 0, False),
    ("remit-t2", 60, 0, False),
    ("emir", 1, 0, False),
)
"""Kind, days before the last one of the desk at which the period begins and ends, and whether it was released."""


def load(last: date, say: Callable[[str], None]) -> None:
    """Make a few reports; ``last`` is the desk's last day."""
    for kind, begin, end, is_released in _MADE:
        say("Making reports")
        ask = Ask(kind, last - timedelta(days=begin), last - timedelta(days=end - 1))
        number = make_report(ask, _silent, OFFICER)
        if is_released:
            reports.decide(number, State.RELEASED, "All rows looked at.", HEAD)
            reports.decide(number, State.SUBMITTED, "Handed to the RRM.", OFFICER)


def _silent(_share: float, _words: str) -> None:
    """Hear nothing of the progress: a report of a few days takes a second or two."""
