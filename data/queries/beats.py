"""Reads of the signs of life of processes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import extract, func, select
from sqlalchemy.orm import Session

from data.models.operations import ProcessBeat


@dataclass(frozen=True, slots=True)
class BeatRow:
    """A process and how long it has been silent, by the clock of the database alone."""

    instance: str
    kind: str
    host: str
    pid: int
    release: str
    started_at: datetime
    ended_at: datetime | None
    facts: Mapping[str, Any]
    silent_seconds: float


def all_beats(session: Session) -> list[BeatRow]:
    """Return every process that is remembered, by kind, the one that began last first."""
    silent = extract("epoch", func.clock_timestamp() - ProcessBeat.beat_at)
    rows = session.execute(
        select(
            ProcessBeat.instance, ProcessBeat.kind, ProcessBeat.host, ProcessBeat.pid, ProcessBeat.release,
            ProcessBeat.started_at, ProcessBeat.ended_at, ProcessBeat.facts, silent,
        ).order_by(ProcessBeat.kind, ProcessBeat.started_at.desc())
    )  # fmt: skip
    return [BeatRow(*row[:-1], float(row[-1])) for row in rows]
