"""Writes of surveillance: events of orders, inside information, runs and hits; appended, hits once."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.compliance import ComplianceRun, InsideInformation, OrderEvent, SurveillanceHit

_AT_ONCE = 5000


def add_events(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store events of orders and return their number."""
    for begin in range(0, len(rows), _AT_ONCE):
        session.execute(insert(OrderEvent), list(rows[begin : begin + _AT_ONCE]))
    return len(rows)


def add_inside(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Store versions of inside information and return their number."""
    if rows:
        session.execute(insert(InsideInformation), list(rows))
    return len(rows)


def add_run(
    session: Session, *, kind: str, as_of: date, known_at: datetime, job_id: int | None, sha256: tuple[str, str],
    subjects: int, counts: Mapping[str, Any], seconds: float, run_by: str,
) -> int:  # fmt: skip
    """Store a run of the detectors and return its number; ``sha256`` is of detectors and thresholds."""
    rules, parameters = sha256
    found = session.execute(
        insert(ComplianceRun)
        .values(
            kind=kind, as_of=as_of, known_at=known_at, job_id=job_id, rules_sha256=rules,
            parameters_sha256=parameters, subjects=subjects, counts=dict(counts), seconds=seconds, run_by=run_by,
        )
        .returning(ComplianceRun.id)
    ).scalar_one()  # fmt: skip
    return int(found)


def add_hits(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Store hits that are not stored yet; return the numbers of the new ones by fingerprint."""
    if not rows:
        return {}
    statement = (
        upsert(SurveillanceHit)
        .values(list(rows))
        .on_conflict_do_nothing(index_elements=["fingerprint"])
        .returning(SurveillanceHit.fingerprint, SurveillanceHit.id)
    )
    return {str(fingerprint): int(number) for fingerprint, number in session.execute(statement)}
