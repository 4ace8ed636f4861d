"""The schedules that the demo desk begins with."""

from data.session import UnitOfWork
from data.writes import packs as writes
from portal.services.packs import schedules
from portal.services.packs.schedules import SAME, Terms

BY = "demo"
SCHEDULES = (
    Terms("morning", "Morning pack", "morning", ("executive", "risk"), formats=("pdf", "xlsx")),
    Terms(
        "risk-evening", "Risk pack of the evening", "risk", ("risk",), formats=("pdf",), cron="30 22 * * mon-fri",
        wait_minutes=30, day=SAME,
    ),
    Terms(
        "compliance-week", "Compliance pack of the week", "compliance", ("compliance_head",), formats=("pdf", "xlsx"),
        cron="0 7 * * mon", wait_minutes=0,
    ),
)  # fmt: skip


def load() -> int:
    """Store the schedules of the demo desk where there are none, and return how many were stored."""
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, "schedules of the demo")
        if schedules.stored(work):
            return 0
        for one in SCHEDULES:
            schedules.put(work, one, BY)
    return len(SCHEDULES)
