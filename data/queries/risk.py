"""Reads of risk runs, their arrays and figures, and the days of the backtest, under both clocks."""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Table, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.market import CurvePoint
from data.models.risk import BacktestComment, RiskDay, RiskMetric, RiskRun, ScenarioPnl
from data.queries.clocked import latest
from portal.core.clock import Clocks

DAYS: Table = RiskDay.__table__  # type: ignore[assignment]  # a mapped class has a Table here


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run without its arrays."""

    id: int
    job_id: int | None
    as_of: date
    known_at: datetime
    recorded_at: datetime
    method: str
    params: dict[str, Any]
    fingerprint: str
    code_version: str
    scenarios: int
    trades: int
    missing: int
    currency: str
    simulated: bool
    facts: dict[str, Any]
    seconds: float
    run_by: str


@dataclass(frozen=True, slots=True)
class MetricRow:
    """One figure of a run for one node."""

    run_id: int
    as_of: date
    method: str
    portfolio_id: int
    measure: str
    level: float
    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class CommentRow:
    """One comment on an exception."""

    id: int
    portfolio_id: int
    day: date
    method: str
    cause: str
    comment: str
    written_by: str
    recorded_at: datetime


_RUN = tuple(getattr(RiskRun, name) for name in RunRow.__dataclass_fields__)


def run_by_id(session: Session, run_id: int) -> RunRow | None:
    """Return one run, or None."""
    row = session.execute(select(*_RUN).where(RiskRun.id == run_id)).one_or_none()
    return RunRow(*row) if row else None


def run_by_fingerprint(session: Session, fingerprint: str) -> RunRow | None:
    """Return the newest run of the same question, data and code, or None."""
    statement = select(*_RUN).where(RiskRun.fingerprint == fingerprint).order_by(RiskRun.id.desc()).limit(1)
    row = session.execute(statement).one_or_none()
    return RunRow(*row) if row else None


def newest_runs(
    session: Session, *, clocks: Clocks, method: str | None = None, most: int = 50
) -> list[RunRow]:
    """Return runs as of the day or before, recorded by then, newest day and run first."""
    statement = select(*_RUN).where(RiskRun.as_of <= clocks.as_of, RiskRun.recorded_at <= clocks.known_at)
    if method is not None:
        statement = statement.where(RiskRun.method == method)
    statement = statement.order_by(RiskRun.as_of.desc(), RiskRun.id.desc()).limit(most)
    return [RunRow(*row) for row in session.execute(statement)]


def newest_by_method(session: Session, *, clocks: Clocks) -> dict[str, RunRow]:
    """Return the newest run of each method as of the day or before, recorded by then."""
    statement = (
        select(*_RUN)
        .where(RiskRun.as_of <= clocks.as_of, RiskRun.recorded_at <= clocks.known_at)
        .ext(distinct_on(RiskRun.method))
        .order_by(RiskRun.method, RiskRun.as_of.desc(), RiskRun.id.desc())
    )
    return {row.method: row for row in (RunRow(*found) for found in session.execute(statement))}


def arrays_of(session: Session, run_id: int, names: Collection[str] | None = None) -> dict[str, NDArray[Any]]:
    """Return the arrays of a run by name; all of them by default."""
    statement = select(ScenarioPnl.name, ScenarioPnl.dtype, ScenarioPnl.shape, ScenarioPnl.data).where(
        ScenarioPnl.run_id == run_id
    )
    if names is not None:
        statement = statement.where(ScenarioPnl.name.in_(names))
    pieces: dict[str, list[Any]] = {}
    for row in session.execute(statement.order_by(ScenarioPnl.name, ScenarioPnl.piece)):
        pieces.setdefault(row.name, []).append(row)
    return {
        name: np.frombuffer(b"".join(zlib.decompress(row.data) for row in rows), rows[0].dtype).reshape(
            rows[0].shape
        )
        for name, rows in pieces.items()
    }


def metrics_of(
    session: Session,
    *,
    clocks: Clocks,
    portfolios: Collection[int],
    measures: Collection[str] | None = None,
    level: float | None = None,
    methods: Collection[str] | None = None,
    first: date | None = None,
    run_id: int | None = None,
) -> list[MetricRow]:
    """Return figures of nodes by day and method, of the newest run of each day and method known by then.

    ``run_id`` asks for one run instead. Rows rise by day.
    """
    runs = (
        select(RiskRun.id, RiskRun.as_of, RiskRun.method)
        .where(RiskRun.as_of <= clocks.as_of, RiskRun.recorded_at <= clocks.known_at)
        .ext(distinct_on(RiskRun.as_of, RiskRun.method))
        .order_by(RiskRun.as_of, RiskRun.method, RiskRun.id.desc())
    )
    if run_id is not None:
        runs = select(RiskRun.id, RiskRun.as_of, RiskRun.method).where(RiskRun.id == run_id)
    if first is not None:
        runs = runs.where(RiskRun.as_of >= first)
    if methods is not None:
        runs = runs.where(RiskRun.method.in_(methods))
    r = runs.subquery().c
    m = RiskMetric
    statement = (
        select(r.id, r.as_of, r.method, m.portfolio_id, m.measure, m.level, m.value, m.low, m.high)
        .join(m, m.run_id == r.id)
        .where(m.portfolio_id.in_(portfolios))
        .order_by(r.as_of, r.method, m.portfolio_id, m.measure, m.level)
    )
    if measures is not None:
        statement = statement.where(m.measure.in_(measures))
    if level is not None:
        statement = statement.where(m.level == level)
    return [MetricRow(*row) for row in session.execute(statement)]


DayColumns = dict[str, NDArray[Any]]
_DAY_TYPES = {
    "portfolio_id": "i8",
    "day": "M8[D]",
    "method": "O",
    "level": "f8",
    "value_at_risk": "f8",
    "expected_shortfall": "f8",
    "hypothetical": "f8",
    "actual": "f8",
    "missing": "i8",
    "recorded_at": "O",
}


def days_between(
    session: Session,
    *,
    clocks: Clocks,
    portfolios: Collection[int],
    first: date | None = None,
    method: str | None = None,
    level: float | None = None,
) -> DayColumns:
    """Return the days of the backtest as columns, by node, method, level and day; the newest row of each counts."""
    where: list[Any] = [DAYS.c.portfolio_id.in_(portfolios)]
    if first is not None:
        where.append(DAYS.c.day >= first)
    if method is not None:
        where.append(DAYS.c.method == method)
    if level is not None:
        where.append(DAYS.c.level == level)
    key = ("portfolio_id", "day", "method", "level")
    n = latest(DAYS, clocks, key=key, day="day", where=where).subquery().c
    statement = select(*(n[name] for name in _DAY_TYPES)).order_by(n.portfolio_id, n.method, n.level, n.day)
    rows: Sequence[Any] = session.execute(statement).all()
    columns = zip(*rows, strict=True) if rows else ([] for _ in _DAY_TYPES)
    return {
        name: np.array(list(column), dtype=kind)
        for (name, kind), column in zip(_DAY_TYPES.items(), columns, strict=True)
    }


def days_known(session: Session) -> tuple[date | None, date | None]:
    """Return the first and the last day of the backtest, or None twice."""
    row = session.execute(select(func.min(RiskDay.day), func.max(RiskDay.day))).one()
    return row[0], row[1]


def quoted_days(session: Session, *, known_at: datetime, first: date, last: date) -> list[date]:
    """Return the days from ``first`` to ``last`` on which some curve was quoted, rising."""
    statement = (
        select(CurvePoint.trade_date)
        .where(CurvePoint.trade_date.between(first, last), CurvePoint.recorded_at <= known_at)
        .distinct()
    )
    return sorted(session.scalars(statement))


def comments(
    session: Session, *, clocks: Clocks, portfolios: Collection[int], first: date | None = None
) -> list[CommentRow]:
    """Return comments on exceptions of the nodes, newest first."""
    columns = tuple(getattr(BacktestComment, name) for name in CommentRow.__dataclass_fields__)
    statement = select(*columns).where(
        BacktestComment.portfolio_id.in_(portfolios),
        BacktestComment.day <= clocks.as_of,
        BacktestComment.recorded_at <= clocks.known_at,
    )
    if first is not None:
        statement = statement.where(BacktestComment.day >= first)
    return [CommentRow(*row) for row in session.execute(statement.order_by(BacktestComment.id.desc()))]
