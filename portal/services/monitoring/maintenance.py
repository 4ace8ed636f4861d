"""Maintenance windows: times in which alerts of some services are not told, with the reason and who said so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import alert_rules as queries
from data.queries.alert_rules import WindowRow
from data.session import UnitOfWork
from data.writes import alert_rules as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Permission
from portal.services import audit

LONGEST = timedelta(days=14)
MOST_WORDS = 300
PAST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Window:
    """A window as people see it; ``state`` is planned, under way or over."""

    id: int
    services: tuple[str, ...]
    begins_at: datetime
    ends_at: datetime
    reason: str
    set_by: str
    state: str


def windows(actor: Actor) -> list[Window]:
    """Return the windows of the last 30 days and those to come, the latest first."""
    actor.require(Permission.MONITORING_READ)
    now = clock.now()
    with UnitOfWork() as work:
        rows = queries.windows(work.session, ending_after=now - PAST)
    return [_view(row, now) for row in reversed(rows)]


def _view(row: WindowRow, now: datetime) -> Window:
    end = row.ended_early_at or row.ends_at
    state = "planned" if row.begins_at > now and end > now else "under way" if end > now else "over"
    return Window(
        row.id, tuple(row.services.get("services", ())), row.begins_at, end, row.reason, row.set_by, state
    )


def plan(actor: Actor, services: Sequence[str], begins_at: datetime, ends_at: datetime, reason: str) -> int:
    """Set a window and return its id.

    Raises
    ------
    NotPermitted
        The actor may not write alert rules.
    DomainError
        There is no service, no reason, or the times make no window of at most 14 days that ends after now.
    """
    actor.require(Permission.ALERT_RULE_WRITE)
    chosen = sorted({one.strip() for one in services if one.strip()})
    words = reason.strip()[:MOST_WORDS]
    if not chosen:
        raise DomainError("Choose at least one service for the maintenance window.", term="services")
    if not words:
        raise DomainError("Say why: whoever misses an alert reads the reason of the window.", term="reason")
    if not begins_at < ends_at <= begins_at + LONGEST:
        raise DomainError(
            f"A maintenance window ends after it begins, and lasts at most {LONGEST.days} days.",
            term="ends_at",
        )
    if ends_at <= clock.now():
        raise DomainError(
            "This maintenance window would be over already. Choose an end that is to come.", term="ends_at"
        )
    with UnitOfWork(write=True) as work:
        made = writes.add_window(
            work.session, services={"services": chosen}, begins_at=begins_at, ends_at=ends_at, reason=words,
            set_by=actor.username,
        )  # fmt: skip
        detail = {"services": chosen, "begins_at": begins_at.isoformat(), "ends_at": ends_at.isoformat()}
        audit.note(work, actor, "maintenance.planned", "maintenance-window", str(made), detail)
    return made


def end(actor: Actor, window_id: int) -> None:
    """End a window now; what is still wrong is told at its next renewal.

    Raises
    ------
    NotPermitted
        The actor may not write alert rules.
    Conflict
        It is over already.
    """
    actor.require(Permission.ALERT_RULE_WRITE)
    with UnitOfWork(write=True) as work:
        if not writes.end_window(work.session, window_id):
            raise Conflict("This maintenance window is over already.", window=window_id)
        audit.note(work, actor, "maintenance.ended", "maintenance-window", str(window_id))
