"""Reads of alerts, narrowed to what somebody may see."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data.models.monitoring import Alert
from portal.core.table import GridQuery

PORTFOLIO = "portfolio"
"""The fact that names the node of the tree which an alert is about."""


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as it stands."""

    id: int
    rule: str
    subject: str
    severity: str
    title: str
    message: str
    link: str
    permission: str
    facts: dict[str, Any]
    raised_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody sees: alerts of these permissions, and of these nodes; ``portfolios`` None means all nodes."""

    permissions: frozenset[str]
    portfolios: frozenset[str] | None


_COLUMNS = tuple(getattr(Alert, name) for name in AlertRow.__dataclass_fields__)
ORDERS = ("id", "rule", "subject", "severity", "title", "raised_at", "acknowledged_by", "cleared_at")


def seen_by(sight: Sight) -> list[Any]:
    """Return the conditions under which an alert is seen."""
    where: list[Any] = [Alert.permission.in_(sorted(sight.permissions))]
    if sight.portfolios is not None:
        node = Alert.facts[PORTFOLIO].as_string()
        where.append(or_(node.is_(None), node.in_(sorted(sight.portfolios))))
    return where


def by_id(session: Session, alert_id: int, sight: Sight) -> AlertRow | None:
    """Return one alert, or None where there is none to be seen."""
    row = session.execute(select(*_COLUMNS).where(Alert.id == alert_id, *seen_by(sight))).one_or_none()
    return AlertRow(*row) if row else None


def open_of(session: Session, rule: str, subject: str) -> AlertRow | None:
    """Return the open alert of a rule about a subject, whoever may see it, or None."""
    where = Alert.rule == rule, Alert.subject == subject, Alert.cleared_at.is_(None)
    row = session.execute(select(*_COLUMNS).where(*where)).one_or_none()
    return AlertRow(*row) if row else None


def open_of_rule(session: Session, rule: str) -> list[AlertRow]:
    """Return the open alerts of a rule, whoever may see them."""
    where = Alert.rule == rule, Alert.cleared_at.is_(None)
    return [AlertRow(*row) for row in session.execute(select(*_COLUMNS).where(*where).order_by(Alert.id))]


def open_at(session: Session, rule: str, moment: datetime) -> list[AlertRow]:
    """Return the alerts of a rule that were open at a moment, whoever may see them."""
    where = (
        Alert.rule == rule,
        Alert.raised_at <= moment,
        or_(Alert.cleared_at.is_(None), Alert.cleared_at > moment),
    )
    return [AlertRow(*row) for row in session.execute(select(*_COLUMNS).where(*where).order_by(Alert.id))]


def open_alerts(session: Session, sight: Sight, *, limit: int = 200) -> list[AlertRow]:
    """Return the open alerts, the newest first."""
    statement = select(*_COLUMNS).where(Alert.cleared_at.is_(None), *seen_by(sight))
    rows = session.execute(statement.order_by(Alert.raised_at.desc(), Alert.id.desc()).limit(limit))
    return [AlertRow(*row) for row in rows]


def count_open(session: Session, sight: Sight) -> int:
    """Return how many alerts are open."""
    return int(
        session.scalar(
            select(func.count()).where(Alert.cleared_at.is_(None), *seen_by(sight)).select_from(Alert)
        )
        or 0
    )


def cleared(session: Session, sight: Sight, query: GridQuery) -> tuple[list[AlertRow], int]:
    """Return a page of the alerts that are over, the newest first, and how many there are."""
    wanted = select(*_COLUMNS).where(Alert.cleared_at.is_not(None), *seen_by(sight))
    if query.text:
        found = func.concat_ws(" ", Alert.rule, Alert.subject, Alert.title, Alert.message)
        wanted = wanted.where(found.icontains(query.text, autoescape=True))
    total = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    by = getattr(Alert, query.sort) if query.sort in ORDERS else Alert.cleared_at
    down = query.descending if query.sort in ORDERS else True
    ordered = wanted.order_by(by.desc().nulls_last() if down else by.asc().nulls_last(), Alert.id.desc())
    rows = session.execute(ordered.offset(query.offset).limit(query.limit))
    return [AlertRow(*row) for row in rows], int(total)


def at_moment(session: Session, sight: Sight, *, moment: datetime, since: datetime) -> list[AlertRow]:
    """Return the alerts that were open at ``moment`` or were cleared between ``since`` and it, by id."""
    over: Collection[Any] = (Alert.cleared_at.is_(None), Alert.cleared_at > since)
    statement = select(*_COLUMNS).where(Alert.raised_at <= moment, or_(*over), *seen_by(sight))
    return [AlertRow(*row) for row in session.execute(statement.order_by(Alert.id))]
