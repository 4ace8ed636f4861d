"""Versions of alert rules and objectives, and maintenance windows: appended, never changed but for an early end."""

from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from data.models.operations import AlertRule, MaintenanceWindow, ServiceObjective

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext(:name))")


def add_rule(session: Session, *, code: str, **values: Any) -> int:
    """Store the next version of a rule and return its number; two who write at once get one after the other."""
    return _append(session, AlertRule, code, values)


def add_objective(session: Session, *, code: str, **values: Any) -> int:
    """Store the next version of an objective and return its number."""
    return _append(session, ServiceObjective, code, values)


def _append(session: Session, model: Any, code: str, values: dict[str, Any]) -> int:
    session.execute(_LOCK, {"name": f"{model.__tablename__} {code}"})
    newest = session.scalar(select(func.max(model.version)).where(model.code == code)) or 0
    session.execute(insert(model).values(code=code, version=newest + 1, **values))
    return int(newest) + 1


def add_window(session: Session, **values: Any) -> int:
    """Store a maintenance window and return its id."""
    return int(
        session.execute(
            insert(MaintenanceWindow).values(**values).returning(MaintenanceWindow.id)
        ).scalar_one()
    )


def end_window(session: Session, window_id: int) -> bool:
    """End a window now; False when it is over already or was never there."""
    now = func.clock_timestamp()
    still = MaintenanceWindow.ended_early_at.is_(None), MaintenanceWindow.ends_at > now
    ended = update(MaintenanceWindow).where(MaintenanceWindow.id == window_id, *still)
    return session.scalar(ended.values(ended_early_at=now).returning(MaintenanceWindow.id)) is not None
