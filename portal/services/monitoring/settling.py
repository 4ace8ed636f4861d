"""The monitor's rounds over incidents: snoozes end, what nobody has to deal with resolves itself, none is forgotten."""

from data.queries import incidents as queries
from data.session import UnitOfWork
from data.writes import incidents as writes
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.domain.monitoring.incidents import QUIET, SETTLED, TOUCHES, Step
from portal.services import audit
from portal.services.monitoring import joining, telling
from portal.services.monitoring.agent import Task, register_task

SECONDS = 30.0
LASTING = ("feed.late", "service.down")
"""Rules that clear their alerts when it is over, and renew them only when they change: open means still found.

Rules that people write renew theirs every few minutes; alerts of single events stay open after it.
"""


def settle() -> None:
    """Wake what was put off, resolve what is over and untouched, and look at alerts without an incident."""
    wake_slept()
    resolve_quiet()
    follow_untold()


def wake_slept() -> int:
    """End the snoozes whose time has come, so that they ask again; return how many."""
    with UnitOfWork(write=True) as work:
        found = queries.slept(work.session, now=clock.now())
        woken = [one for one in found if writes.lock(work.session, one)]
        for incident_id in woken:
            writes.move(work.session, incident_id, state="open", snoozed_until=None)
            writes.add_event(work.session, incident_id, Step.WOKEN, SYSTEM.username)
    return len(woken)


def resolve_quiet() -> int:
    """Resolve incidents that nobody touched when all their alerts have been over for a while; return how many.

    Critical ones, and those that somebody deals with, are resolved by people.
    """
    done = 0
    for incident_id in _quiet():
        with UnitOfWork(write=True) as work:
            if not writes.lock(work.session, incident_id) or incident_id not in _quiet(work):
                continue  # an alert joined it, or somebody took it, a moment ago
            writes.resolve(work.session, incident_id)
            writes.add_event(work.session, incident_id, Step.RESOLVED, SYSTEM.username)
            audit.note(work, SYSTEM, "incident.resolved", "incident", str(incident_id), {"by": "itself"})
            done += 1
    return done


def _quiet(work: UnitOfWork | None = None) -> list[int]:
    if work is None:
        with UnitOfWork() as reading:
            return _quiet(reading)
    before = clock.now() - QUIET
    return queries.quiet(work.session, before=before, touched=[step.value for step in TOUCHES])


def follow_untold() -> int:
    """Let open alerts without an incident have one and be told: what kept them silent may be over.

    So do those that are still found long after people resolved their incident.
    """
    with UnitOfWork(write=True) as work:
        found = queries.untold(work.session, lasting=LASTING, settled=clock.now() - SETTLED)
        for alert in found:
            joining.follow(work, alert, "renewed")
            telling.follow(work, alert, "renewed")
    return len(found)


TASK = register_task(Task("incidents", SECONDS, settle))
