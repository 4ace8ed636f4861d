"""Incidents as their reader sees them: the queue, what is resolved, and one with all that happened to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from data.queries import access as access_queries
from data.queries import incidents as queries
from data.queries.alerts import AlertRow
from data.queries.incidents import EventRow, IncidentRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import NotFound
from portal.core.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.core.table import GridQuery
from portal.domain.monitoring.incidents import QUIET, Step, is_touched, settles_at
from portal.services.monitoring.alerts import answer_to, sight_of, title_of

__all__ = [
    "AREAS", "Detail", "IncidentView", "Queue", "active_count", "alert_words", "area_of", "areas_for", "detail",
    "detail_in", "owners_in", "queue", "quiet_minutes", "resolved", "visible",
]  # fmt: skip

AREAS = {
    Permission.MONITORING_READ: "Platform",
    Permission.SECURITY_READ: "Security",
    Permission.JOBS_READ: "Jobs",
    Permission.MARKET_READ: "Market data",
    Permission.RISK_READ: "Risk and limits",
    Permission.FORECAST_READ: "Forecasts",
    Permission.COMPLIANCE_READ: "Compliance",
    Permission.AUDIT_READ: "Audit log",
}
"""What an incident is about, by the right without which it is not seen."""


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident as its reader sees it; ``may_answer`` is the reader's right at this moment."""

    row: IncidentRow
    may_answer: bool
    at: datetime

    @property
    def id(self) -> int:
        """Its number."""
        return self.row.id

    @property
    def area(self) -> str:
        """What it is about, in words."""
        return area_of(self.row.permission)

    @property
    def is_resolved(self) -> bool:
        """Nobody has anything to do any more."""
        return self.row.state == "resolved"

    @property
    def is_snoozed(self) -> bool:
        """Somebody has put it off."""
        return self.row.snoozed_until is not None and self.row.snoozed_until > self.at

    @property
    def is_over(self) -> bool:
        """All its alerts are over, and it is not resolved yet."""
        return not self.is_resolved and self.row.alerts > 0 and self.row.open_alerts == 0

    @property
    def asks(self) -> bool:
        """Somebody has to look at it."""
        return self.row.state == "open" and not self.is_snoozed


@dataclass(frozen=True, slots=True)
class Queue:
    """The incidents that are not resolved, at ``moment``."""

    moment: datetime
    views: tuple[IncidentView, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """One incident with its alerts and everything that happened to it, oldest first.

    ``owners`` are those who may answer for it, by user name; ``settles_at`` is when it resolves itself.
    """

    view: IncidentView
    events: tuple[EventRow, ...]
    alerts: tuple[AlertRow, ...]
    owners: Mapping[str, str]
    settles_at: datetime | None

    @property
    def seen(self) -> int:
        """The newest event that the reader has seen."""
        return self.events[-1].id if self.events else 0

    @property
    def previous(self) -> int | None:
        """The incident that this one continues."""
        return _number(self.events, Step.OPENED, "previous")

    @property
    def next(self) -> int | None:
        """The incident that continues this one."""
        return _number(self.events, Step.FOLLOWED, "next")

    def rule_title(self, alert: AlertRow) -> str:
        """Return the rule of an alert in words."""
        return title_of(alert)


def _number(events: tuple[EventRow, ...], step: Step, name: str) -> int | None:
    for event in reversed(events):
        if event.step == step and event.body.get(name):
            return int(event.body[name])
    return None


def queue(actor: Actor, *, service: str | None = None) -> Queue:
    """Return what is not resolved and ``actor`` may see: what asks first, the worst first, the oldest first."""
    actor.require(Permission.SIGNED_IN)
    moment = clock.now()
    with UnitOfWork() as work:
        rows = queries.active(work.session, sight_of(actor), service=service)
    views = [_view(row, actor, moment) for row in rows]
    return Queue(moment, tuple(sorted(views, key=_urgency)))


def _urgency(view: IncidentView) -> tuple[bool, bool, int, datetime]:
    rank = {"critical": 0, "warning": 1, "info": 2}[view.row.severity]
    return (view.is_snoozed, not view.asks, rank, view.row.opened_at)


def active_count(actor: Actor) -> int:
    """Return how many incidents that ``actor`` may see are not resolved."""
    with UnitOfWork() as work:
        return queries.count_active(work.session, sight_of(actor))


def resolved(actor: Actor, query: GridQuery) -> tuple[list[IncidentView], int]:
    """Return a page of the incidents that are resolved, the newest first, and how many there are."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        rows, total = queries.resolved(work.session, sight_of(actor), query)
    moment = clock.now()
    return [_view(row, actor, moment) for row in rows], total


def detail(incident_id: int, actor: Actor) -> Detail:
    """Return one incident with everything about it.

    Raises
    ------
    NotFound
        There is no such incident that the actor may see.
    """
    with UnitOfWork() as work:
        return detail_in(work, incident_id, actor)


def detail_in(work: UnitOfWork, incident_id: int, actor: Actor) -> Detail:
    """Return one incident within a transaction; as :func:`detail`."""
    row = visible(work, incident_id, actor)
    events = tuple(queries.events(work.session, incident_id))
    found = tuple(queries.alerts_of(work.session, incident_id, sight_of(actor)))
    cleared = [one.cleared_at for one in found]
    touched = is_touched([Step(event.step) for event in events])
    ends = None if row.state != "open" else settles_at(row.severity, cleared, touched=touched)
    return Detail(_view(row, actor, clock.now()), events, found, owners_in(work, row), ends)


def visible(work: UnitOfWork, incident_id: int, actor: Actor) -> IncidentRow:
    """Return one incident that ``actor`` may see, or raise :class:`NotFound`."""
    row = queries.by_id(work.session, incident_id, sight_of(actor))
    if row is None:
        raise NotFound(f"There is no incident {incident_id} that you may see.", incident=incident_id)
    return row


def owners_in(work: UnitOfWork, row: IncidentRow) -> dict[str, str]:
    """Return user name and name of everybody who sees an incident and may answer for it."""
    needs = {Permission(row.permission), answer_to(row.permission)}
    seers = queries.covering(work.session, row.portfolio) if row.portfolio else None
    return {
        user.username: user.name
        for user in access_queries.list_users(work.session)
        if user.is_active
        and needs <= frozenset().union(*(ROLE_PERMISSIONS[Role(role)] for role in user.roles))
        and (seers is None or user.username in seers)
    }


def areas_for(actor: Actor) -> dict[str, str]:
    """Return what ``actor`` may open an incident about, by the right without which it is not seen."""
    return {
        seen.value: title
        for seen, title in AREAS.items()
        if actor.can(seen) and actor.can(answer_to(seen.value))
    }


def area_of(permission: str) -> str:
    """Return what an incident is about, in words."""
    return AREAS.get(Permission(permission), "Portal")


def alert_words(found: Detail, event: EventRow) -> str:
    """Return the title of the alert that an event is about; its reader may not see every alert."""
    wanted = event.body.get("alert")
    if wanted is None:
        return ""
    return next((one.title for one in found.alerts if one.id == wanted), "an alert that you may not see")


def quiet_minutes() -> int:
    """Return how long all alerts must be over before an incident resolves itself."""
    return int(QUIET.total_seconds() // 60)


def _view(row: IncidentRow, actor: Actor, moment: datetime) -> IncidentView:
    return IncidentView(row, actor.can(answer_to(row.permission)), moment)
