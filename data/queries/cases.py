"""Reads of cases and of what happened to them, as known at a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.compliance import Case, CaseEvent, ComplianceRecord, SurveillanceHit


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as its row holds it now."""

    id: int
    key: str
    kind: str
    rule: str | None
    title: str
    subject_kind: str
    subject: str
    trade_id: int | None
    record_id: int | None
    hit_id: int | None
    severity: str
    owner: str | None
    state: str
    outcome: str | None
    opened_by: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseEventRow:
    """A step of a case."""

    id: int
    case_id: int
    step: str
    by: str
    body: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FindingRow:
    """What a rule found, as far as a case shows it."""

    id: int
    rule: str
    rule_version: int
    regime: str
    action: str
    subject: str
    trade_id: int | None
    as_of: date
    message: str
    measured: float | None
    limit: float | None
    unit: str | None
    inputs: dict[str, Any]
    parameters: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class HitRow:
    """What a detector saw, as far as a case shows it."""

    id: int
    detector: str
    detector_version: int
    subject: str
    contract: str
    started_at: datetime
    ended_at: datetime
    message: str
    evidence: dict[str, Any]
    parameters: dict[str, Any]
    simulated: bool


_FINDING = tuple(getattr(ComplianceRecord, name) for name in FindingRow.__dataclass_fields__)
_HIT = tuple(getattr(SurveillanceHit, name) for name in HitRow.__dataclass_fields__)
_CASE = tuple(getattr(Case, name) for name in CaseRow.__dataclass_fields__)
_EVENT = tuple(getattr(CaseEvent, name) for name in CaseEventRow.__dataclass_fields__)


def listed(session: Session, *, known_at: datetime) -> list[CaseRow]:
    """Return all cases that were opened by then, the newest first; their state is that of now."""
    statement = select(*_CASE).where(Case.opened_at <= known_at).order_by(Case.id.desc())
    return [CaseRow(*row) for row in session.execute(statement)]


def one(session: Session, case_id: int) -> CaseRow | None:
    """Return a case; None when there is none of this id."""
    row = session.execute(select(*_CASE).where(Case.id == case_id)).one_or_none()
    return None if row is None else CaseRow(*row)


def ids_of(session: Session, keys: Collection[str]) -> dict[str, int]:
    """Return the ids of the cases of these keys."""
    rows = session.execute(select(Case.key, Case.id).where(Case.key.in_(keys)))
    return {str(key): int(case) for key, case in rows}


def finding(session: Session, record_id: int) -> FindingRow | None:
    """Return what a rule found; None when there is no such record."""
    row = session.execute(select(*_FINDING).where(ComplianceRecord.id == record_id)).one_or_none()
    return None if row is None else FindingRow(*row)


def hit(session: Session, hit_id: int) -> HitRow | None:
    """Return what a detector saw; None when there is no such hit."""
    row = session.execute(select(*_HIT).where(SurveillanceHit.id == hit_id)).one_or_none()
    return None if row is None else HitRow(*row)


def of_trade(session: Session, trade_id: int) -> list[CaseRow]:
    """Return the cases about a trade, the newest first."""
    statement = select(*_CASE).where(Case.trade_id == trade_id).order_by(Case.id.desc())
    return [CaseRow(*row) for row in session.execute(statement)]


def of_hits(session: Session, hit_ids: Collection[int], kind: str) -> dict[int, int]:
    """Return the case of each hit; ``kind`` tells hits of screening from those of surveillance."""
    rows = session.execute(select(Case.hit_id, Case.id).where(Case.hit_id.in_(hit_ids), Case.kind == kind))
    return {hit: case for hit, case in rows if hit is not None}


def events(
    session: Session, *, known_at: datetime, case_id: int | None = None
) -> dict[int, list[CaseEventRow]]:
    """Return what happened to each case by then, oldest first; ``case_id`` asks for one of them."""
    statement = select(*_EVENT).where(CaseEvent.recorded_at <= known_at).order_by(CaseEvent.id)
    if case_id is not None:
        statement = statement.where(CaseEvent.case_id == case_id)
    found: dict[int, list[CaseEventRow]] = {}
    for row in session.execute(statement):
        found.setdefault(row.case_id, []).append(CaseEventRow(*row))
    return found


def counts(session: Session) -> dict[tuple[str, str], int]:
    """Return how many cases there are now, by state and severity."""
    statement = select(Case.state, Case.severity, func.count()).group_by(Case.state, Case.severity)
    return {
        (str(state), str(severity)): int(number) for state, severity, number in session.execute(statement)
    }
