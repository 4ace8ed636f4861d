"""Reads of sign-offs and adjustments with what was decided about them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.packs import Adjustment, AdjustmentDecision, SignOff
from data.models.portfolio import PositionEntry
from data.models.risk import LimitEvent, RiskRun


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a sign-off; ``figures`` is the document that it stands for."""

    id: int
    portfolio: str
    as_of: date
    known_at: datetime
    step: str
    digest: str
    figures: dict[str, Any]
    note: str
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What a second person said of an adjustment."""

    adjustment_id: int
    decision: str
    note: str
    decided_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """An adjustment as proposed."""

    id: int
    portfolio: str
    as_of: date
    metric: str
    amount: Decimal
    currency: str
    reason: str
    proposed_by: str
    recorded_at: datetime


_STEP = tuple(getattr(SignOff, name) for name in StepRow.__dataclass_fields__)
_ADJUSTMENT = tuple(getattr(Adjustment, name) for name in AdjustmentRow.__dataclass_fields__)
_DECISION = tuple(getattr(AdjustmentDecision, name) for name in DecisionRow.__dataclass_fields__)


def steps(
    session: Session, *, portfolios: Collection[str], first: date, last: date, known_at: datetime | None
) -> list[StepRow]:
    """Return the steps of the days ``first`` to ``last`` that were taken by then (all when None), oldest first."""
    statement = select(*_STEP).where(
        SignOff.portfolio.in_(sorted(portfolios)), SignOff.as_of.between(first, last)
    )
    if known_at is not None:
        statement = statement.where(SignOff.recorded_at <= known_at)
    return [StepRow(*row) for row in session.execute(statement.order_by(SignOff.id))]


def step_by_id(session: Session, step_id: int) -> StepRow | None:
    """Return one step, whoever may see it, or None."""
    row = session.execute(select(*_STEP).where(SignOff.id == step_id)).one_or_none()
    return StepRow(*row) if row else None


def adjustments(
    session: Session, *, portfolios: Collection[str], first: date, last: date, known_at: datetime | None
) -> list[AdjustmentRow]:
    """Return the adjustments of the days ``first`` to ``last`` that were proposed by then, newest first."""
    statement = select(*_ADJUSTMENT).where(
        Adjustment.portfolio.in_(sorted(portfolios)), Adjustment.as_of.between(first, last)
    )
    if known_at is not None:
        statement = statement.where(Adjustment.recorded_at <= known_at)
    return [AdjustmentRow(*row) for row in session.execute(statement.order_by(Adjustment.id.desc()))]


def adjustment_by_id(session: Session, adjustment_id: int) -> AdjustmentRow | None:
    """Return one adjustment, whoever may see it, or None."""
    row = session.execute(select(*_ADJUSTMENT).where(Adjustment.id == adjustment_id)).one_or_none()
    return AdjustmentRow(*row) if row else None


def decisions(
    session: Session, ids: Collection[int], *, known_at: datetime | None
) -> dict[int, list[DecisionRow]]:
    """Return what was said by then of each adjustment, oldest first."""
    statement = select(*_DECISION).where(AdjustmentDecision.adjustment_id.in_(sorted(ids)))
    if known_at is not None:
        statement = statement.where(AdjustmentDecision.recorded_at <= known_at)
    found: dict[int, list[DecisionRow]] = {}
    for row in session.execute(statement.order_by(AdjustmentDecision.id)):
        found.setdefault(row.adjustment_id, []).append(DecisionRow(*row))
    return found


def newest(session: Session) -> tuple[object, ...]:
    """Return the numbers of the newest ledger entry, import, run and step of a breach: figures hold while they stay."""
    tables = (PositionEntry, ImportBatch, RiskRun, LimitEvent)
    columns = [select(func.max(table.id)).scalar_subquery() for table in tables]
    return tuple(session.execute(select(*columns)).one())
