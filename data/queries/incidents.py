"""Reads of incidents, narrowed to what somebody may see exactly as alerts are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from data.models.access import Portfolio, User, UserPortfolio
from data.models.monitoring import Alert
from data.models.operations import Delivery, Incident, IncidentAlert, IncidentEvent
from data.queries.alerts import AlertRow, Sight
from portal.core.table import GridQuery

__all__ = ["EventRow", "IncidentRow", "Sight", "TimedRow"]


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident as it stands, with how many of its alerts are open and when the last of them was over."""

    id: int
    key: str
    title: str
    severity: str
    service: str | None
    permission: str
    portfolio: str | None
    state: str
    owner: str | None
    affected: dict[str, Any]
    opened_by: str
    opened_at: datetime
    acknowledged_at: datetime | None
    snoozed_until: datetime | None
    resolved_at: datetime | None
    alerts: int
    open_alerts: int
    last_over: datetime | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A step of an incident."""

    id: int
    step: str
    by: str
    body: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class TimedRow:
    """An incident in time: when it was opened, taken and resolved, and when it last asked and was last taken."""

    id: int
    severity: str
    opened_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    asked_at: datetime | None
    taken_at: datetime | None


_JOINED = (
    select(IncidentAlert.incident_id, Alert.cleared_at)
    .join(Alert, Alert.id == IncidentAlert.alert_id)
    .subquery()
)
_MINE = _JOINED.c.incident_id == Incident.id
_COLUMNS: tuple[Any, ...] = (
    *(getattr(Incident, name) for name in list(IncidentRow.__dataclass_fields__)[:-3]),
    select(func.count()).select_from(_JOINED).where(_MINE).scalar_subquery().label("alerts"),
    select(func.count())
    .select_from(_JOINED)
    .where(_MINE, _JOINED.c.cleared_at.is_(None))
    .scalar_subquery()
    .label("open_alerts"),
    select(func.max(_JOINED.c.cleared_at)).where(_MINE).scalar_subquery().label("last_over"),
)
_ALERT = tuple(getattr(Alert, name) for name in AlertRow.__dataclass_fields__)
ORDERS = ("id", "title", "severity", "owner", "opened_at", "resolved_at")


def _seen(sight: Sight) -> list[Any]:
    where: list[Any] = [Incident.permission.in_(sorted(sight.permissions))]
    if sight.portfolios is not None:
        node = Incident.portfolio
        where.append(or_(node.is_(None), node.in_(sorted(sight.portfolios))))
    return where


def _rows(session: Session, statement: Select[Any]) -> list[IncidentRow]:
    return [IncidentRow(*row) for row in session.execute(statement)]


def by_id(session: Session, incident_id: int, sight: Sight) -> IncidentRow | None:
    """Return one incident, or None where there is none to be seen."""
    found = _rows(session, select(*_COLUMNS).where(Incident.id == incident_id, *_seen(sight)))
    return found[0] if found else None


def active(
    session: Session, sight: Sight, *, service: str | None = None, limit: int = 200
) -> list[IncidentRow]:
    """Return the incidents that are not resolved, of all services or of one; the newest first."""
    statement = select(*_COLUMNS).where(Incident.state != "resolved", *_seen(sight))
    if service is not None:
        statement = statement.where(Incident.service == service)
    return _rows(session, statement.order_by(Incident.opened_at.desc(), Incident.id.desc()).limit(limit))


def count_active(session: Session, sight: Sight) -> int:
    """Return how many incidents are not resolved."""
    statement = select(func.count()).select_from(Incident).where(Incident.state != "resolved", *_seen(sight))
    return int(session.scalar(statement) or 0)


def resolved(session: Session, sight: Sight, query: GridQuery) -> tuple[list[IncidentRow], int]:
    """Return a page of the incidents that are resolved, the newest first, and how many there are."""
    where = [Incident.state == "resolved", *_seen(sight)]
    if query.text:
        words = func.concat_ws(" ", Incident.id, Incident.title, Incident.service, Incident.owner)
        where.append(words.icontains(query.text, autoescape=True))
    total = session.scalar(select(func.count()).select_from(Incident).where(*where)) or 0
    by = getattr(Incident, query.sort) if query.sort in ORDERS else Incident.resolved_at
    down = query.descending if query.sort in ORDERS else True
    ordered = select(*_COLUMNS).where(*where).order_by(by.desc() if down else by.asc(), Incident.id.desc())
    return _rows(session, ordered.offset(query.offset).limit(query.limit)), int(total)


def events(session: Session, incident_id: int) -> list[EventRow]:
    """Return what happened to an incident, the oldest first; ask :func:`by_id` first who may see it."""
    columns = (getattr(IncidentEvent, name) for name in EventRow.__dataclass_fields__)
    statement = select(*columns).where(IncidentEvent.incident_id == incident_id).order_by(IncidentEvent.id)
    return [EventRow(*row) for row in session.execute(statement)]


def alerts_of(session: Session, incident_id: int, sight: Sight) -> list[AlertRow]:
    """Return the alerts that an incident is about, the oldest first; only those that may be seen by themselves."""
    where: list[Any] = [
        IncidentAlert.incident_id == incident_id,
        Alert.permission.in_(sorted(sight.permissions)),
    ]
    if sight.portfolios is not None:
        node = Alert.facts["portfolio"].as_string()
        where.append(or_(node.is_(None), node.in_(sorted(sight.portfolios))))
    statement = select(*_ALERT).join(IncidentAlert, IncidentAlert.alert_id == Alert.id).where(*where)
    return [AlertRow(*row) for row in session.execute(statement.order_by(Alert.raised_at, Alert.id))]


def holding(session: Session, alert_id: int) -> IncidentRow | None:
    """Return the incident that is being dealt with and is about an alert, whoever may see it, or None."""
    statement = (
        select(*_COLUMNS)
        .join(IncidentAlert, IncidentAlert.incident_id == Incident.id)
        .where(IncidentAlert.alert_id == alert_id, Incident.state != "resolved")
    )
    found = _rows(session, statement.order_by(Incident.id.desc()).limit(1))
    return found[0] if found else None


def one(session: Session, incident_id: int) -> IncidentRow:
    """Return an incident that is there, whoever may see it; for who holds its row."""
    return _rows(session, select(*_COLUMNS).where(Incident.id == incident_id))[0]


def unnoticed(session: Session, incident_id: int) -> list[int]:
    """Return the open alerts of an incident that nobody has acknowledged."""
    statement = select(Alert.id).join(IncidentAlert, IncidentAlert.alert_id == Alert.id)
    waits = statement.where(
        IncidentAlert.incident_id == incident_id, Alert.cleared_at.is_(None), Alert.acknowledged_at.is_(None)
    )
    return list(session.scalars(waits.order_by(Alert.id)))


def last_resolved(session: Session, key: str, *, since: datetime) -> int | None:
    """Return the newest incident of a key that was resolved after ``since``, or None."""
    statement = select(Incident.id).where(
        Incident.key == key, Incident.state == "resolved", Incident.resolved_at > since
    )
    return session.scalar(statement.order_by(Incident.resolved_at.desc(), Incident.id.desc()).limit(1))


def was_resolved(session: Session, alert_id: int) -> datetime | None:
    """Return when an incident about an alert was resolved last, or None."""
    return session.scalar(
        select(func.max(Incident.resolved_at))
        .join(IncidentAlert, IncidentAlert.incident_id == Incident.id)
        .where(IncidentAlert.alert_id == alert_id)
    )


def untold(
    session: Session, *, lasting: Collection[str], settled: datetime, limit: int = 100
) -> list[AlertRow]:
    """Return the open alerts that never were part of an incident, or got worse than was told; the oldest first.

    Those of the rules ``lasting`` are open only while what they tell of goes on: they are returned too when all their
    incidents were resolved before ``settled``.
    """
    joined = exists().where(IncidentAlert.alert_id == Alert.id)
    counts_still = or_(Incident.state != "resolved", Incident.resolved_at > settled)
    is_held = joined.where(IncidentAlert.incident_id == Incident.id, counts_still)
    goes_on = and_(Alert.rule.in_(sorted(lasting)), ~is_held)
    told = exists().where(Delivery.alert_id == Alert.id)
    told_so_bad = told.where(Delivery.key.endswith(func.concat(":", Alert.severity)))
    statement = select(*_ALERT).where(
        Alert.cleared_at.is_(None), Alert.severity != "info", or_(~joined, goes_on, and_(told, ~told_so_bad))
    )
    return [AlertRow(*row) for row in session.execute(statement.order_by(Alert.id).limit(limit))]


def quiet(session: Session, *, before: datetime, touched: Collection[str]) -> list[int]:
    """Return the incidents that resolve themselves: all alerts over since ``before``, not critical, untouched."""
    last = select(func.max(_JOINED.c.cleared_at)).where(_MINE).scalar_subquery()
    is_open = exists().where(_MINE, _JOINED.c.cleared_at.is_(None)).select_from(_JOINED)
    dealt = exists().where(IncidentEvent.incident_id == Incident.id, IncidentEvent.step.in_(sorted(touched)))
    statement = select(Incident.id).where(
        Incident.state == "open", Incident.severity != "critical", last <= before, ~is_open, ~dealt
    )
    return list(session.scalars(statement.order_by(Incident.id)))


def slept(session: Session, *, now: datetime) -> list[int]:
    """Return the incidents whose snooze has ended."""
    statement = select(Incident.id).where(Incident.state != "resolved", Incident.snoozed_until <= now)
    return list(session.scalars(statement.order_by(Incident.id)))


def in_time(
    session: Session, sight: Sight, *, moment: datetime, since: datetime, asks: Collection[str],
    takes: Collection[str],
) -> list[TimedRow]:  # fmt: skip
    """Return the incidents that were open at ``moment``, or were acknowledged or resolved after ``since``; by id.

    ``asks`` and ``takes`` are the steps after which somebody has to look, or has.
    """

    def last(steps: Collection[str]) -> Any:
        return (
            select(func.max(IncidentEvent.recorded_at))
            .where(
                IncidentEvent.incident_id == Incident.id,
                IncidentEvent.step.in_(sorted(steps)),
                IncidentEvent.recorded_at <= moment,
            )
            .scalar_subquery()
        )

    lately = or_(
        Incident.resolved_at.is_(None),
        Incident.resolved_at > since,
        and_(Incident.acknowledged_at.is_not(None), Incident.acknowledged_at > since),
    )
    statement = select(
        Incident.id, Incident.severity, Incident.opened_at, Incident.acknowledged_at, Incident.resolved_at,
        last(asks), last(takes),
    ).where(Incident.opened_at <= moment, lately, *_seen(sight))  # fmt: skip
    return [TimedRow(*row) for row in session.execute(statement.order_by(Incident.id))]


def covering(session: Session, node: str) -> frozenset[str]:
    """Return the user names of those who see a node of the portfolio tree: by a grant of it or of one above."""
    above = (
        select(Portfolio.id, Portfolio.parent_id).where(Portfolio.code == node).cte("above", recursive=True)
    )
    above = above.union(
        select(Portfolio.id, Portfolio.parent_id).join(above, Portfolio.id == above.c.parent_id)
    )
    statement = (
        select(User.username)
        .join(UserPortfolio, UserPortfolio.user_id == User.id)
        .where(UserPortfolio.portfolio_id.in_(select(above.c.id)))
    )
    return frozenset(session.scalars(statement))
