"""Alerts raised, acknowledged and cleared; of one rule and subject at most one is open."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import case, func, literal_column, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.monitoring import Alert

_OPEN = text("cleared_at IS NULL")
_RANKS = {"info": 0, "warning": 1, "critical": 2}
_now = func.clock_timestamp


def raise_open(session: Session, *, severity: str, **values: Any) -> tuple[int, bool]:
    """Store an alert, or renew the open one of its rule and subject; return its id and whether it is new.

    One that has become more severe has to be acknowledged again.
    """
    statement = upsert(Alert).values(severity=severity, **values)
    renewed = statement.excluded
    worse = case(_RANKS, value=Alert.severity) < _RANKS[severity]
    fresh: Mapping[str, Any] = {
        name: getattr(renewed, name)
        for name in ("severity", "title", "message", "link", "permission", "facts")
    }
    done = statement.on_conflict_do_update(
        index_elements=["rule", "subject"],
        index_where=_OPEN,
        set_={
            **fresh,
            "acknowledged_by": case((worse, None), else_=Alert.acknowledged_by),
            "acknowledged_at": case((worse, None), else_=Alert.acknowledged_at),
        },
    )
    # xmax is 0 in a row that this statement has inserted, and names this transaction in one that it has changed.
    row: Any = session.execute(done.returning(Alert.id, literal_column("xmax = 0"))).one()
    return int(row[0]), bool(row[1])


def clear(session: Session, rule: str, subject: str) -> bool:
    """Say that it is over; False when none was open."""
    statement = update(Alert).where(Alert.rule == rule, Alert.subject == subject, Alert.cleared_at.is_(None))
    return session.scalar(statement.values(cleared_at=_now()).returning(Alert.id)) is not None


def acknowledge(session: Session, alert_id: int, username: str) -> bool:
    """Note who has taken notice; False when somebody had, or the alert is over."""
    statement = update(Alert).where(
        Alert.id == alert_id, Alert.cleared_at.is_(None), Alert.acknowledged_at.is_(None)
    )
    values = statement.values(acknowledged_by=username, acknowledged_at=_now())
    return session.scalar(values.returning(Alert.id)) is not None
