"""Reads of what is watched: services that people named, how services stood, and their incidents."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.operations import Incident, ProcessBeat, Service, ServiceState


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service that somebody named."""

    code: str
    kind: str
    title: str
    address: str
    depends_on: Mapping[str, Any]
    feeds: Mapping[str, Any]
    owner: str
    enabled: bool
    changed_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change of health of a service."""

    id: int
    service: str
    at: datetime
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """An incident of a service, as its reader may see it."""

    id: int
    title: str
    severity: str
    state: str
    owner: str | None
    opened_at: datetime
    resolved_at: datetime | None


_CHANGE: Any = tuple(getattr(ServiceState, name) for name in ChangeRow.__dataclass_fields__)
_INCIDENT: Any = tuple(getattr(Incident, name) for name in IncidentRow.__dataclass_fields__)
_SERVICE = tuple(getattr(Service, name) for name in ServiceRow.__dataclass_fields__)


def named(session: Session) -> list[ServiceRow]:
    """Return the services that people named, in the order of their codes; those switched off too."""
    return [ServiceRow(*row) for row in session.execute(select(*_SERVICE).order_by(Service.code))]


def by_code(session: Session, code: str) -> ServiceRow | None:
    """Return the service that people named ``code``, or None."""
    row = session.execute(select(*_SERVICE).where(Service.code == code)).one_or_none()
    return None if row is None else ServiceRow(*row)


def standing(session: Session, moment: datetime) -> dict[str, ChangeRow]:
    """Return the newest change of health of each service up to ``moment``, by service."""
    newest = (
        select(*_CHANGE)
        .where(ServiceState.at <= moment)
        .ext(distinct_on(ServiceState.service))
        .order_by(ServiceState.service, ServiceState.at.desc(), ServiceState.id.desc())
    )
    return {row.service: ChangeRow(*row) for row in session.execute(newest)}


def changes(session: Session, service: str, since: datetime, until: datetime) -> list[ChangeRow]:
    """Return how a service changed in a time, oldest first, led by how it stood when the time began."""
    mine = select(*_CHANGE).where(ServiceState.service == service)
    before = mine.where(ServiceState.at <= since).order_by(ServiceState.at.desc(), ServiceState.id.desc())
    within = mine.where(ServiceState.at > since, ServiceState.at <= until)
    rows = [
        *session.execute(before.limit(1)),
        *session.execute(within.order_by(ServiceState.at, ServiceState.id)),
    ]
    return [ChangeRow(*row) for row in rows]


def incidents(
    session: Session, service: str, *, permissions: Collection[str], portfolios: Collection[str], limit: int
) -> list[IncidentRow]:
    """Return the newest incidents of a service that somebody with these rights and this part of the tree may see."""
    seen = (
        select(*_INCIDENT)
        .where(Incident.service == service, Incident.permission.in_(list(permissions)))
        .where(or_(Incident.portfolio.is_(None), Incident.portfolio.in_(list(portfolios))))
        .order_by(Incident.opened_at.desc(), Incident.id.desc())
        .limit(limit)
    )
    return [IncidentRow(*row) for row in session.execute(seen)]


def watched_until(session: Session, *, begun_before: datetime | None = None) -> datetime | None:
    """Return the last sign of life of a monitor, or of those begun before a moment; None when none is known."""
    query = select(func.max(ProcessBeat.beat_at)).where(ProcessBeat.kind == "monitor")
    if begun_before is not None:
        query = query.where(ProcessBeat.started_at < begun_before)
    return session.scalar(query)
