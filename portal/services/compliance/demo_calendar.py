"""The compliance calendar of the demo desk: the year ahead, and filings of which all but the last are done."""

from collections.abc import Callable
from datetime import date, timedelta

from data.session import UnitOfWork
from data.writes import obligations as writes
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.compliance.obligations import Step
from portal.services.compliance import obligations

FILED = timedelta(days=5)
"""What was due longer ago was filed by the system that the desk used before."""
LATE_EVERY = 40
"""One filing in so many of the past was made after its deadline."""
_BEFORE, _AFTER = timedelta(hours=7), timedelta(days=1)
_NOTE = "Filed from the system used before (demo)."


def load(last: date, say: Callable[[str], None]) -> None:
    """Enter the calendar of a desk whose last day is ``last``."""
    say("Entering the compliance calendar")
    now = clock.now()
    with UnitOfWork(write=True) as work:
        obligations.ensure_standing(work, now.date())
        obligations.ensure_filings(work)
        known = Clocks(last, clock.now() + timedelta(seconds=1))
        past = [
            view.row
            for view in obligations.listed_in(work, known, SYSTEM)
            if view.is_open and view.row.due_at < now - FILED
        ]
        steps = [
            writes.step(
                row.id,
                Step.DONE.value,
                "demo",
                row.due_at + (_AFTER if number % LATE_EVERY == 7 else -_BEFORE),
                _NOTE,
            )
            for number, row in enumerate(past)
        ]
        writes.add_steps(work.session, steps)
