"""What the demo desk has to do with compliance: facts, orders, parties, a night's run, cases and reports.

Each part of the area has a module ``demo_<part>.py`` with ``load(last, say)`` and a line here; they run in this order.
"""

from collections.abc import Callable
from datetime import date
from functools import partial

from portal.services.compliance import (
    demo_calendar,
    demo_cases,
    demo_checks,
    demo_facts,
    demo_installations,
    demo_orders,
    demo_parties,
    demo_reports,
)

Progress = Callable[[float, str], None]
Step = Callable[[date, Callable[[str], None]], None]

STEPS: tuple[Step, ...] = (
    demo_facts.load, demo_parties.load, demo_installations.load, demo_orders.load, demo_checks.load, demo_calendar.load,
    demo_cases.load, demo_reports.load,
)  # fmt: skip


def load(last: date, progress: Progress) -> None:
    """Load everything for a desk whose last day is ``last``; ``progress`` hears the share done and a sentence."""
    for number, step in enumerate(STEPS):
        step(last, partial(progress, number / len(STEPS)))
