"""Reads of the health of services: how each stood at a moment, and how it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.operations import ServiceState
from portal.core.table import GridQuery


@dataclass(frozen=True, slots=True)
class StateRow:
    """A change of health of a service, as it was stored."""

    id: int
    service: str
    at: datetime
    state: str
    reason: str
    facts: Mapping[str, Any]
    recorded_at: datetime


_COLUMNS: Any = tuple(getattr(ServiceState, name) for name in StateRow.__dataclass_fields__)


def at_moment(session: Session, moment: datetime | None = None) -> dict[str, StateRow]:
    """Return the newest change of each service up to ``moment`` (None: the newest of all), by service."""
    query = select(*_COLUMNS)
    if moment is not None:
        query = query.where(ServiceState.at <= moment)
    newest = query.ext(distinct_on(ServiceState.service)).order_by(
        ServiceState.service, ServiceState.at.desc(), ServiceState.id.desc()
    )
    return {row[1]: StateRow(*row) for row in session.execute(newest)}


def changes(session: Session, since: datetime, query: GridQuery) -> tuple[list[StateRow], int]:
    """Return a page of the changes since a moment, the newest first, and how many there are.

    ``text`` of the query is looked for in the service, the state and the reason.
    """
    lately = ServiceState.at > since
    if query.text:
        searched = (ServiceState.service, ServiceState.state, ServiceState.reason)
        lately = and_(lately, or_(*(column.icontains(query.text, autoescape=True) for column in searched)))
    total = session.scalar(select(func.count()).select_from(ServiceState).where(lately)) or 0
    asked = select(*_COLUMNS).where(lately).order_by(ServiceState.at.desc(), ServiceState.id.desc())
    rows = session.execute(asked.offset(query.offset).limit(query.limit))
    return [StateRow(*row) for row in rows], int(total)
