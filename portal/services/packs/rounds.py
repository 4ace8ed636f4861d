"""The monitor's round that has scheduled packs made when they are due.

A pack that is due waits for the numbers of its day, as long as its schedule says, and is then made with what is there:
never later. What it says is taken at a moment that does not depend on when somebody looked: when it was due, when its
time was up, or, in between, when the numbers were found. A round that comes late, or a second monitor, asks for the
same packs, and for each of them once. A pack that waits while its schedule is changed goes on waiting, and is made by
what the new version says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.session import UnitOfWork
from data.writes import packs as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.config import settings
from portal.core.permissions import Permission
from portal.domain.market.business_days import shift_business_days
from portal.domain.market.holidays import desk_holidays
from portal.services import audit
from portal.services.jobs.asking import announce, ask_in
from portal.services.packs import readiness, schedules
from portal.services.packs.jobs import ASKS, PACK, PackParams
from portal.services.packs.schedules import SAME, Terms

BACK = timedelta(days=3)  # older packs are not made up for: whoever wants one makes it by hand
_SPAN = timedelta(days=20)


@dataclass(frozen=True, slots=True)
class Due:
    """A pack that is due now: of which day, and what counts as known."""

    terms: Terms
    at: datetime
    as_of: date
    known_at: datetime


def make_due(now: datetime | None = None) -> list[int]:
    """Ask for the packs that are due and return the new jobs; nothing happens with the setting ``schedules`` off.

    ``now`` is the moment of the look; tests choose it.
    """
    if not settings().schedules:
        return []
    moment = now or clock.now()
    with UnitOfWork() as work:
        waiting = [pair for terms in schedules.stored(work) if (pair := _waiting(work, terms, moment))]
    asked: list[int] = []
    for terms, at in waiting:
        found = judge(terms, at, moment)
        if found is not None:
            asked += _ask(found)
    for job_id in asked:
        announce(job_id)
    return asked


def _waiting(work: UnitOfWork, terms: Terms, moment: datetime) -> tuple[Terms, datetime] | None:
    """Return what a schedule says and the moment at which it was due, if somebody still waits for its pack."""
    begin = moment - BACK
    is_new = terms.recorded_at is not None and terms.recorded_at > begin
    known = schedules.versions_in(work, terms.code) if is_new else [terms]
    at = _owed(work, known, moment, begin)
    return None if at is None else (known[0], at)


def _owed(work: UnitOfWork, known: Sequence[Terms], moment: datetime, begin: datetime) -> datetime | None:
    """Return the moment whose pack the newest of some versions had still to have made at a moment.

    It is the last one at which it was due since it was written; until there is one, that of the pack that waited then.
    """
    terms = known[0]
    if not terms.enabled:
        return None
    written = terms.recorded_at or moment
    at = terms.latest(max(written, begin), moment) or _left(work, known, begin)
    if at is None or not schedules.unserved(work, terms.code, at, terms.recipients):
        return None
    return at


def _left(work: UnitOfWork, known: Sequence[Terms], begin: datetime) -> datetime | None:
    """Return the moment whose pack waited for its numbers when the newest of some versions was written."""
    written, before = known[0].recorded_at, known[1:]
    if written is None or written <= begin or not before:
        return None
    at = _owed(work, before, written, begin)
    return at if at is not None and written < _deadline(before[0], at) else None


def given_up(code: str, actor: Actor) -> str:
    """Return a sentence on the pack that was due and will not be made since a schedule was changed; "" for none.

    That is so when the change switches the schedule off, or when the pack was still to be made although its wait was
    over: nobody looked meanwhile.

    Raises
    ------
    NotPermitted
        The actor may not look after schedules.
    """
    actor.require(Permission.PACK_SCHEDULE)
    with UnitOfWork() as work:
        known = schedules.versions_in(work, code)
        written = known[0].recorded_at if len(known) > 1 else None
        if written is None:
            return ""
        begin = written - BACK
        at = _owed(work, known[1:], written, begin)
        if at is None or (known[0].enabled and _left(work, known, begin) is not None):
            return ""
    due = at.astimezone(ZoneInfo(known[1].timezone))
    return (
        f"The pack that was due at {due:%H:%M} on {due:%Y-%m-%d} ({known[1].timezone}) will not be made. Whoever needs "
        "it makes it by hand."
    )


def judge(terms: Terms, at: datetime, moment: datetime) -> Due | None:
    """Say what a pack that was due ``at`` a moment is made from; None while it waits for the numbers of its day."""
    day, deadline = day_of(terms, at), _deadline(terms, at)
    if readiness.is_ready(day, at):
        return Due(terms, at, day, at)
    if moment >= deadline:
        return Due(terms, at, day, deadline)
    if readiness.is_ready(day, moment):
        return Due(terms, at, day, moment)
    return None


def _deadline(terms: Terms, at: datetime) -> datetime:
    """Return up to when a pack that was due at a moment waits for its numbers."""
    return at + timedelta(minutes=terms.wait_minutes)


def day_of(terms: Terms, at: datetime) -> date:
    """Return the day that a pack is about: a working day of the desk, and no later than its numbers reach."""
    local = terms.local_day(at)
    off = desk_holidays(local - _SPAN, local)
    day = shift_business_days(local, 0 if terms.day == SAME else -1, off)
    return min(day, readiness.newest(at))


def _ask(due: Due) -> list[int]:
    """Ask for the packs of those who have none yet; others who look at the same time wait, then find them asked for."""
    terms, made = due.terms, []
    with UnitOfWork(write=True) as work:
        writes.lock(work.session, f"due {terms.code}")
        for name in schedules.unserved(work, terms.code, due.at, terms.recipients):
            params = PackParams(
                template=terms.template, params=dict(terms.params), as_of=due.as_of, known_at=due.known_at,
                formats=terms.formats, reader=name, schedule=terms.code, due_at=due.at,
            )  # fmt: skip
            job_id, is_new = ask_in(work, PACK, params, f"{ASKS}{terms.code}")
            made += [job_id] if is_new else []
        if made:
            detail = {"due_at": due.at.isoformat(), "as_of": str(due.as_of), "jobs": made}
            audit.note(work, SYSTEM, "pack.due", "pack-schedule", terms.code, detail)
    return made
