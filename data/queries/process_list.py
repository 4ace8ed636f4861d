"""Which processes of the portal live, as their signs of life say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.operations import ProcessBeat

SILENT = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ProcessRow:
    """A process: its kind (web, worker, beat, monitor), host, number and start."""

    kind: str
    host: str
    pid: int
    started_at: datetime


def living(session: Session, *, within: timedelta = SILENT) -> list[ProcessRow]:
    """Return the processes that gave a sign of life in the last minutes and did not say goodbye, by kind and start."""
    columns: Any = (ProcessBeat.kind, ProcessBeat.host, ProcessBeat.pid, ProcessBeat.started_at)
    query = select(*columns).where(
        ProcessBeat.beat_at > func.clock_timestamp() - within, ProcessBeat.ended_at.is_(None)
    )
    rows = session.execute(query.order_by(ProcessBeat.kind, ProcessBeat.started_at, ProcessBeat.pid))
    return [ProcessRow(*row) for row in rows]
