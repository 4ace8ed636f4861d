"""Reads of the compliance calendar, as known at a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.compliance import ComplianceRecord, InstallationYear, Obligation, ObligationEvent


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """An obligation as it was stored."""

    id: int
    key: str
    rule: str
    regime: str
    title: str
    subject: str
    report_kind: str | None
    event_on: date
    due_at: datetime
    due_confirmed: bool
    record_id: int | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of an obligation."""

    obligation_id: int
    step: str
    report_id: int | None
    note: str
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FilingRow:
    """Findings of one rule on one day that are reported together; ``first_id`` is that of the first record."""

    rule: str
    regime: str
    as_of: date
    due_at: datetime
    table: str | None
    first_id: int
    number: int


_OBLIGATION = tuple(getattr(Obligation, name) for name in ObligationRow.__dataclass_fields__)
_STEP = tuple(getattr(ObligationEvent, name) for name in StepRow.__dataclass_fields__)


def listed(session: Session, *, known_at: datetime) -> list[ObligationRow]:
    """Return the obligations known by then, by deadline."""
    statement = (
        select(*_OBLIGATION)
        .where(Obligation.recorded_at <= known_at)
        .order_by(Obligation.due_at, Obligation.id)
    )
    return [ObligationRow(*row) for row in session.execute(statement)]


def one(session: Session, obligation_id: int) -> ObligationRow | None:
    """Return an obligation; None when there is none of this id."""
    row = session.execute(select(*_OBLIGATION).where(Obligation.id == obligation_id)).one_or_none()
    return None if row is None else ObligationRow(*row)


def steps(
    session: Session, *, known_at: datetime, ids: Collection[int] | None = None
) -> dict[int, list[StepRow]]:
    """Return the steps of each obligation by then, oldest first; ``ids`` asks for some of them."""
    statement = select(*_STEP).where(ObligationEvent.recorded_at <= known_at).order_by(ObligationEvent.id)
    if ids is not None:
        statement = statement.where(ObligationEvent.obligation_id.in_(ids))
    found: dict[int, list[StepRow]] = {}
    for row in session.execute(statement):
        found.setdefault(row.obligation_id, []).append(StepRow(*row))
    return found


def of_report_kind(session: Session, kind: str, first: date, last: date) -> list[int]:
    """Return the ids of obligations that a kind of report about these days fulfils, both included."""
    statement = select(Obligation.id).where(
        Obligation.report_kind == kind, Obligation.event_on >= first, Obligation.event_on <= last
    )
    return [int(found) for found in session.scalars(statement)]


def filings(session: Session, *, run_id: int | None = None) -> list[FilingRow]:
    """Return what was found reportable, joined by rule, day, deadline and table; ``run_id`` asks for one run."""
    table = ComplianceRecord.values["table"].as_string().label("table")
    keys = (
        ComplianceRecord.rule, ComplianceRecord.regime, ComplianceRecord.as_of, ComplianceRecord.due_at, table,
    )  # fmt: skip
    statement = (
        select(*keys, func.min(ComplianceRecord.id), func.count())
        .where(ComplianceRecord.action == "report", ComplianceRecord.due_at.is_not(None))
        .group_by(*keys)
        .order_by(ComplianceRecord.due_at)
    )
    if run_id is not None:
        statement = statement.where(ComplianceRecord.run_id == run_id)
    return [FilingRow(*row) for row in session.execute(statement)]


def schemes(session: Session, *, known_at: datetime) -> set[str]:
    """Return the emissions trading schemes of the firm's installations."""
    statement = select(InstallationYear.scheme).where(InstallationYear.recorded_at <= known_at).distinct()
    return {str(found) for found in session.scalars(statement)}
