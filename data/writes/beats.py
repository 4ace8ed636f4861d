"""Signs of life of processes: one row each, moved on by the clock of the database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, func, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.operations import ProcessBeat

_now = func.clock_timestamp


def put(
    session: Session, *, instance: str, kind: str, host: str, pid: int, release: str, started_at: datetime,
    facts: Mapping[str, Any],
) -> None:  # fmt: skip
    """Note that a process lives; one that had said goodbye is back."""
    made = upsert(ProcessBeat).values(
        instance=instance, kind=kind, host=host, pid=pid, release=release, started_at=started_at,
        beat_at=_now(), ended_at=None, facts=dict(facts),
    )  # fmt: skip
    session.execute(
        made.on_conflict_do_update(
            index_elements=["instance"],
            set_={"beat_at": _now(), "ended_at": None, "facts": made.excluded.facts},
        )
    )


def leave(session: Session, instance: str) -> None:
    """Note that a process says goodbye."""
    session.execute(update(ProcessBeat).where(ProcessBeat.instance == instance).values(ended_at=_now()))


def forget(session: Session, age: timedelta) -> int:
    """Remove the rows of processes that have been silent for ``age``; return how many."""
    done = session.execute(delete(ProcessBeat).where(ProcessBeat.beat_at < _now() - age))
    return done.rowcount if isinstance(done, CursorResult) else 0
