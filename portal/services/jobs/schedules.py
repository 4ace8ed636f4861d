"""Schedules: jobs that are started without anybody asking, at the moments of a cron line.

An area declares what it wants (:func:`register_schedule`, beside its kinds); a row keeps what people changed and which
moment was fired last. Whoever looks for work calls :func:`fire_due`, as often as they like and from as many processes
as there are: the row is locked while its job is asked for, so each moment is fired once. Moments that were missed while
nothing ran are made up for by one run. While the last run is still under way no second one is started.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from data.queries import schedules as queries
from data.queries.schedules import ScheduleRow
from data.session import UnitOfWork
from data.writes import jobs as job_writes
from data.writes import schedules as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.canonical import plain
from portal.core.config import settings
from portal.core.errors import EnerscopeError, NotFound, UpstreamError
from portal.core.job import ACTIVE
from portal.core.permissions import Permission
from portal.domain.monitoring.cron import CronLine, read_cron
from portal.services import audit
from portal.services.jobs.asking import announce, ask_in
from portal.services.jobs.context import log
from portal.services.jobs.outcomes import SCHEDULE, tell_of_schedule
from portal.services.jobs.registry import all_kinds, find_kind, title_of


@dataclass(frozen=True, slots=True)
class Schedule:
    """What an area wants to be started by itself.

    ``title`` says what it is for. ``params`` are those of the kind; what depends on the day is left to their defaults.
    """

    code: str
    title: str
    kind: str
    cron: str
    timezone: str = "UTC"
    params: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class ScheduleView:
    """A schedule as people see it; ``next_at`` is None while it is off, ``is_own`` when somebody changed it."""

    code: str
    title: str
    kind: str
    kind_title: str
    params: Mapping[str, Any]
    cron: str
    timezone: str
    words: str
    enabled: bool
    next_at: datetime | None
    last_fired_at: datetime | None
    last_job_id: int | None
    last_state: str
    changed_by: str
    changed_at: datetime | None
    declared_cron: str
    may_change: bool

    @property
    def is_own(self) -> bool:
        """Whether somebody changed what the code declares."""
        return bool(self.changed_by)


_SCHEDULES: dict[str, Schedule] = {}
SCHEDULES: Mapping[str, Schedule] = MappingProxyType(_SCHEDULES)


def register_schedule(schedule: Schedule) -> Schedule:
    """Make ``schedule`` known; a second one with its code raises ValueError, a line that cannot be read DomainError."""
    if schedule.code in _SCHEDULES:
        raise ValueError(f"The schedule '{schedule.code}' is registered twice.")
    read_cron(schedule.cron, schedule.timezone, now=clock.now())
    _SCHEDULES[schedule.code] = schedule
    return schedule


def all_schedules() -> Mapping[str, Schedule]:
    """Return all schedules by their code, with every area's module imported."""
    all_kinds()
    return SCHEDULES


def fire_due(now: datetime | None = None) -> list[int]:
    """Ask for the jobs that are due and return them; nothing happens with the setting ``schedules`` off.

    ``now`` is the moment of the look; tests choose it.
    """
    if not settings().schedules or not all_schedules():
        return []
    moment = now or clock.now()
    with UnitOfWork() as work:
        rows = queries.schedules(work.session)
    if any(_outdated(one, rows.get(one.code)) for one in SCHEDULES.values()):
        rows = _declare(moment)
    found = []
    for code in SCHEDULES:
        row = rows.get(code)
        if row is not None and _due(row, moment) is not None:
            job_id = _fire(code, moment)
            found += [] if job_id is None else [job_id]
    return found


def _outdated(declared: Schedule, row: ScheduleRow | None) -> bool:
    """Tell whether a row is missing or does not say what the code does."""
    if row is None or (row.kind, row.params) != (declared.kind, plain(dict(declared.params))):
        return True
    terms = (declared.cron, declared.timezone, declared.enabled)
    return not row.changed_by and (row.cron, row.timezone, row.enabled) != terms


def _declare(moment: datetime) -> dict[str, ScheduleRow]:
    with UnitOfWork(write=True) as work:
        for one in SCHEDULES.values():
            writes.declare(
                work.session, at=moment, code=one.code, kind=one.kind, params=plain(dict(one.params)), cron=one.cron,
                timezone=one.timezone, enabled=one.enabled,
            )  # fmt: skip
        return queries.schedules(work.session)


def _due(row: ScheduleRow, moment: datetime) -> datetime | None:
    """Return the latest moment that was not fired yet; those before the last change do not count."""
    if not row.enabled:
        return None
    after = row.changed_at if row.last_fired_at is None else max(row.changed_at, row.last_fired_at)
    return CronLine(row.cron, row.timezone).latest(after, moment)


def _fire(code: str, moment: datetime) -> int | None:
    """Ask for the job of a schedule that looks due, and return it when it is new."""
    with UnitOfWork(write=True) as work:
        row = queries.held(work.session, code)
        due = None if row is None else _due(row, moment)
        if row is None or due is None:
            return None  # another look was faster
        if row.last_state in ACTIVE and row.last_job_id is not None:
            words = f"It was due again at {due:%Y-%m-%d %H:%M} UTC while it was under way; it is not started twice."
            job_writes.log(work.session, row.last_job_id, "warning", words)
            writes.fired(work.session, code, due=due, job_id=None)
            return None
        job_id, is_new = _ask(work, row)
        writes.fired(work.session, code, due=due, job_id=job_id)
        if is_new:
            audit.note(work, SYSTEM, "schedule.fired", "schedule", code, {"job": job_id, "kind": row.kind})
    if is_new and job_id is not None:
        announce(job_id)
    return job_id


def _ask(work: UnitOfWork, row: ScheduleRow) -> tuple[int | None, bool]:
    """Ask for the job; one that cannot even be asked for is told to those who look after jobs."""
    try:
        kind = find_kind(row.kind)
        return ask_in(work, kind, kind.read(row.params), f"{SCHEDULE}{row.code}")
    except UpstreamError:
        raise
    except EnerscopeError as problem:
        log.warning("Schedule %s: %s", row.code, problem.message)
        tell_of_schedule(work, row.code, problem.message)
        return None, False


def list_schedules(actor: Actor, now: datetime | None = None) -> list[ScheduleView]:
    """Return all schedules, the next one first, those that are off last.

    Raises
    ------
    NotPermitted
        The actor may not see the jobs of everybody.
    """
    actor.require(Permission.JOBS_READ)
    moment = now or clock.now()
    with UnitOfWork() as work:
        rows = queries.schedules(work.session)
    views = [_view(one, rows.get(one.code), actor, moment) for one in all_schedules().values()]
    return sorted(views, key=lambda view: (view.next_at is None, view.next_at or moment, view.code))


def _view(declared: Schedule, row: ScheduleRow | None, actor: Actor, moment: datetime) -> ScheduleView:
    cron, timezone, enabled = (
        (declared.cron, declared.timezone, declared.enabled)
        if row is None or not row.changed_by
        else (row.cron, row.timezone, row.enabled)
    )
    line = CronLine(cron, timezone)
    fires = enabled and settings().schedules
    return ScheduleView(
        declared.code, declared.title, declared.kind, title_of(declared.kind), declared.params, cron, timezone,
        line.words(), enabled, line.next_after(moment) if fires else None, row.last_fired_at if row else None,
        row.last_job_id if row else None, (row.last_state or "") if row else "", row.changed_by if row else "",
        row.changed_at if row else None, declared.cron, may_change=actor.can(Permission.JOBS_MANAGE),
    )  # fmt: skip


def change_schedule(
    code: str, actor: Actor, *, cron: str | None = None, timezone: str | None = None, enabled: bool | None = None,
    now: datetime | None = None,
) -> ScheduleView:  # fmt: skip
    """Change when a schedule is due, or switch it off or on; moments before the change are not made up for.

    Raises
    ------
    NotPermitted
        The actor may not manage jobs.
    NotFound
        There is no such schedule.
    DomainError
        The cron line or the time zone cannot be read.
    """
    actor.require(Permission.JOBS_MANAGE)
    declared, moment = _find(code), now or clock.now()
    with UnitOfWork(write=True) as work:
        row = _locked(work, declared, moment)
        line = read_cron(cron or row.cron, timezone or row.timezone, now=moment)
        writes.change(
            work.session, code, by=actor.username, at=moment, cron=line.text, timezone=line.timezone,
            enabled=row.enabled if enabled is None else enabled,
        )  # fmt: skip
        detail = {"cron": line.text, "timezone": line.timezone, "enabled": enabled}
        audit.note(work, actor, "schedule.changed", "schedule", code, detail)
        found = queries.schedules(work.session)[code]
    return _view(declared, found, actor, moment)


def restore_schedule(code: str, actor: Actor, now: datetime | None = None) -> ScheduleView:
    """Give a schedule back to what the code declares.

    Raises
    ------
    NotPermitted
        The actor may not manage jobs.
    NotFound
        There is no such schedule.
    """
    actor.require(Permission.JOBS_MANAGE)
    declared, moment = _find(code), now or clock.now()
    with UnitOfWork(write=True) as work:
        _locked(work, declared, moment)
        writes.change(
            work.session, code, by="", at=moment, cron=declared.cron, timezone=declared.timezone,
            enabled=declared.enabled,
        )  # fmt: skip
        audit.note(work, actor, "schedule.restored", "schedule", code)
        found = queries.schedules(work.session)[code]
    return _view(declared, found, actor, moment)


def _find(code: str) -> Schedule:
    declared = all_schedules().get(code)
    if declared is None:
        names = ", ".join(sorted(SCHEDULES)) or "none"
        raise NotFound(f"There is no schedule '{code[:40]}'. There are: {names}.", schedule=code[:40])
    return declared


def _locked(work: UnitOfWork, declared: Schedule, moment: datetime) -> ScheduleRow:
    writes.declare(
        work.session, at=moment, code=declared.code, kind=declared.kind, params=plain(dict(declared.params)),
        cron=declared.cron, timezone=declared.timezone, enabled=declared.enabled,
    )  # fmt: skip
    row = queries.held(work.session, declared.code, wait=True)
    if row is None:
        raise NotFound(f"There is no schedule '{declared.code}'.", schedule=declared.code)
    return row
