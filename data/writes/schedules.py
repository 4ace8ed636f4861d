"""Rows of schedules: made when the code declares one, moved on when it fires, changed by people."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.jobs import Schedule


def declare(session: Session, *, at: datetime, **terms: Any) -> None:
    """Make the row of a schedule that the code declares, or bring it to what the code says now.

    Terms that somebody changed stay as they are; the kind and its parameters always are those of the code.
    """
    made = upsert(Schedule).values(**terms, changed_by="", changed_at=at)
    session.execute(made.on_conflict_do_nothing(index_elements=["code"]))
    session.execute(
        update(Schedule)
        .where(Schedule.code == terms["code"])
        .values(kind=terms["kind"], params=terms["params"])
    )
    own = update(Schedule).where(Schedule.code == terms["code"], Schedule.changed_by == "")
    session.execute(own.values({name: terms[name] for name in ("cron", "timezone", "enabled")}))


def fired(session: Session, code: str, *, due: datetime, job_id: int | None) -> None:
    """Note the moment that was due, and the job that was started for it; None leaves the last one."""
    values: dict[str, Any] = {"last_fired_at": due}
    if job_id is not None:
        values["last_job_id"] = job_id
    session.execute(update(Schedule).where(Schedule.code == code).values(**values))


def change(session: Session, code: str, *, by: str, at: datetime, **terms: Any) -> None:
    """Change the terms of a schedule; ``by`` is empty when it is given back to what the code declares."""
    session.execute(
        update(Schedule).where(Schedule.code == code).values(**terms, changed_by=by, changed_at=at)
    )
