"""Reads of limits with their versions, what was decided about them, what became of breaches, and figures to judge."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from data.models.risk import Limit, LimitDecision, LimitEvent, RiskMetric, RiskRun
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One version of a limit, as proposed; ``terms`` as JSON."""

    id: int
    code: str
    title: str
    portfolio_id: int
    terms: dict[str, Any]
    effective_from: date
    effective_to: date | None
    approvals_needed: int
    reason: str
    proposed_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What one person said to one version."""

    limit_id: int
    decided_by: str
    decision: str
    note: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """One step in the life of a breach; ``breach`` is the id of the step that opened it, also of that one itself."""

    id: int
    breach: int
    limit_code: str
    limit_id: int
    portfolio_id: int
    run_id: int | None
    as_of: date
    event: str
    tier: str
    used: float
    owner: str | None
    due: datetime | None
    note: str
    written_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One stored figure of a run; ``level`` 0 for a measure without one."""

    run_id: int
    as_of: date
    portfolio_id: int
    measure: str
    level: float
    value: float


_LIMIT = tuple(getattr(Limit, name) for name in LimitRow.__dataclass_fields__)
_DECISION = tuple(getattr(LimitDecision, name) for name in DecisionRow.__dataclass_fields__)
_EVENT = tuple(getattr(LimitEvent, name) for name in EventRow.__dataclass_fields__)


def versions(session: Session, *, known_at: datetime, portfolios: Collection[int]) -> list[LimitRow]:
    """Return all versions of the limits of the nodes that were proposed by then, by code, oldest first."""
    statement = (
        select(*_LIMIT)
        .where(Limit.portfolio_id.in_(portfolios), Limit.recorded_at <= known_at)
        .order_by(Limit.code, Limit.id)
    )
    return [LimitRow(*row) for row in session.execute(statement)]


def codes_in_use(session: Session) -> dict[str, int]:
    """Return the node of every limit that was ever proposed, by code."""
    rows = session.execute(select(Limit.code, Limit.portfolio_id).order_by(Limit.id))
    return {str(code): int(node) for code, node in rows}


def decisions(session: Session, *, known_at: datetime) -> dict[int, list[DecisionRow]]:
    """Return what was decided by then about each version, oldest first."""
    statement = (
        select(*_DECISION)
        .where(LimitDecision.recorded_at <= known_at)
        .order_by(LimitDecision.limit_id, LimitDecision.recorded_at, LimitDecision.decided_by)
    )
    found: dict[int, list[DecisionRow]] = {}
    for row in session.execute(statement):
        found.setdefault(row.limit_id, []).append(DecisionRow(*row))
    return found


def events(
    session: Session, *, clocks: Clocks, portfolios: Collection[int], breach: int | None = None
) -> dict[int, list[EventRow]]:
    """Return the steps of each breach of the nodes by then, oldest first; ``breach`` asks for one of them."""
    statement = select(*_EVENT).where(
        LimitEvent.portfolio_id.in_(portfolios),
        LimitEvent.as_of <= clocks.as_of,
        LimitEvent.recorded_at <= clocks.known_at,
    )
    if breach is not None:
        statement = statement.where((LimitEvent.id == breach) | (LimitEvent.breach == breach))
    found: dict[int, list[EventRow]] = {}
    for row in session.execute(statement.order_by(LimitEvent.id)):
        first = row.breach if row.breach is not None else row.id
        found.setdefault(first, []).append(EventRow(row.id, first, *row[2:]))
    return found


def newest_run(session: Session, *, clocks: Clocks, method: str, horizon_days: int) -> int | None:
    """Return the newest run of a method with this horizon as of the day or before, recorded by then."""
    statement = (
        select(RiskRun.id)
        .where(*_runs(clocks, method, horizon_days))
        .order_by(RiskRun.as_of.desc(), RiskRun.id.desc())
        .limit(1)
    )
    return session.scalars(statement).one_or_none()


def figures(
    session: Session,
    *,
    clocks: Clocks,
    method: str,
    horizon_days: int,
    portfolios: Collection[int],
    first: date | None = None,
    run_id: int | None = None,
) -> list[FigureRow]:
    """Return stored figures by day, of the newest run of each day with this method and horizon, or of one run."""
    runs = select(func.max(RiskRun.id).label("id"), RiskRun.as_of).where(*_runs(clocks, method, horizon_days))
    runs = runs.group_by(RiskRun.as_of)
    if run_id is not None:
        runs = select(RiskRun.id, RiskRun.as_of).where(RiskRun.id == run_id)
    if first is not None:
        runs = runs.where(RiskRun.as_of >= first)
    r, m = runs.subquery().c, RiskMetric
    statement = (
        select(r.id, r.as_of, m.portfolio_id, m.measure, m.level, m.value)
        .join(m, m.run_id == r.id)
        .where(m.portfolio_id.in_(portfolios))
        .order_by(r.as_of, m.portfolio_id, m.measure, m.level)
    )
    rows: Sequence[Any] = session.execute(statement).all()
    return [FigureRow(*row) for row in rows]


def newest_day(session: Session, *, known_at: datetime) -> date | None:
    """Return the newest day that any run stands on, as known then."""
    statement = (
        select(RiskRun.as_of).where(RiskRun.recorded_at <= known_at).order_by(RiskRun.as_of.desc()).limit(1)
    )
    return session.scalars(statement).one_or_none()


def _runs(clocks: Clocks, method: str, horizon_days: int) -> list[Any]:
    horizon = func.coalesce(cast(RiskRun.params["horizon_days"].astext, Integer), 1)
    return [
        RiskRun.as_of <= clocks.as_of,
        RiskRun.recorded_at <= clocks.known_at,
        RiskRun.method == method,
        horizon == horizon_days,
    ]
