"""Reads of runs of the rules and of what they found, as known at a moment and up to the valuation day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from data.models.access import Portfolio
from data.models.compliance import Case, ComplianceRecord, ComplianceRun
from data.models.portfolio import Counterparty, Trade
from portal.core.clock import Clocks
from portal.core.table import GridQuery

R = ComplianceRecord
NOTABLE = "notable"
"""In place of an action: all but report tasks."""
WHOLE_BOOK = ("nightly", "on-demand")


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What is asked of records; empty texts ask for all, ``days`` for events of the last so many days."""

    rule: str = ""
    action: str = ""
    regime: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class RunRow:
    """One pass of the engine."""

    id: int
    kind: str
    as_of: date
    known_at: datetime
    rules_sha256: str
    parameters_sha256: str
    subjects: int
    counts: dict[str, dict[str, int]]
    seconds: float
    run_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A record with everything in it; the names of what it hangs on come last."""

    id: int
    run_id: int
    rule: str
    rule_version: int
    regime: str
    action: str
    subject_kind: str
    subject: str
    trade_id: int | None
    trade_version: int | None
    as_of: date
    due_at: datetime | None
    message: str
    measured: float | None
    limit: float | None
    unit: str | None
    inputs: dict[str, Any]
    values: dict[str, Any]
    parameters: dict[str, Any]
    recorded_by: str
    recorded_at: datetime
    external_id: str | None
    book: str | None
    counterparty: str | None
    case_id: int | None


LISTED = (
    "id", "rule", "action", "external_id", "subject", "as_of", "counterparty", "book", "message", "measured", "limit",
    "unit", "due_at", "regime", "recorded_at", "trade_id", "case_id",
)  # fmt: skip
"""Columns of :func:`records`, in this order."""


def last_run(session: Session, *, clocks: Clocks) -> RunRow | None:
    """Return the newest pass over the whole book that was known by then."""
    run = ComplianceRun
    columns = [getattr(run, name) for name in RunRow.__dataclass_fields__]
    statement = (
        select(*columns)
        .where(run.kind.in_(WHOLE_BOOK), run.as_of <= clocks.as_of, run.recorded_at <= clocks.known_at)
        .order_by(run.subjects == 1, run.id.desc())
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else RunRow(*row)


def tally(session: Session, *, clocks: Clocks, asked: RecordFilter) -> list[tuple[str, str, str, date, int]]:
    """Return how many records there are by rule, regime, action and day of the event."""
    keys = (R.rule, R.regime, R.action, R.as_of)
    statement = select(*keys, func.count()).where(*_where(clocks, asked)).group_by(*keys).order_by(*keys)
    return [(str(rule), str(regime), str(action), day, int(count)) for rule, regime, action, day, count in
            session.execute(statement)]  # fmt: skip


def records(
    session: Session, query: GridQuery, *, clocks: Clocks, asked: RecordFilter
) -> tuple[list[tuple[Any, ...]], int]:
    """Return a page of records, the newest event first, as rows of :data:`LISTED`; and how many there are."""
    statement, columns = _listed(clocks, asked)
    if query.text:
        words = f"%{query.text}%"
        searched = ("rule", "message", "subject", "external_id", "counterparty", "book")
        statement = statement.where(or_(*(columns[name].ilike(words) for name in searched)))
    total = session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    by = columns.get(query.sort or "", columns["as_of"])
    falling = query.descending if query.sort in columns else True
    ordered = statement.order_by(by.desc().nulls_last() if falling else by.asc().nulls_last(), R.id.desc())
    rows = session.execute(ordered.offset(query.offset).limit(query.limit))
    return [tuple(row) for row in rows], int(total)


def record(session: Session, record_id: int, *, clocks: Clocks) -> RecordRow | None:
    """Return one record; None when there was none of this number."""
    names = _names()
    own = [getattr(R, name) for name in RecordRow.__dataclass_fields__ if hasattr(R, name)]
    statement = _joined(select(*own, *names.values())).where(
        R.id == record_id, R.recorded_at <= clocks.known_at
    )
    row = session.execute(statement).first()
    return None if row is None else RecordRow(*row)


def _names() -> dict[str, Any]:
    return {
        "external_id": Trade.external_id.label("external_id"),
        "book": Portfolio.code.label("book"),
        "counterparty": Counterparty.code.label("counterparty"),
        "case_id": select(func.min(Case.id))
        .where(Case.key == R.fingerprint)
        .scalar_subquery()
        .label("case_id"),
    }


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.select_from(R)
        .outerjoin(Trade, and_(Trade.trade_id == R.trade_id, Trade.version == 1))
        .outerjoin(Portfolio, Portfolio.id == R.portfolio_id)
        .outerjoin(Counterparty, Counterparty.id == R.counterparty_id)
    )


def _listed(clocks: Clocks, asked: RecordFilter) -> tuple[Select[Any], dict[str, Any]]:
    columns = {name: getattr(R, name) for name in LISTED if hasattr(R, name)} | _names()
    chosen = [columns[name].label(name) for name in LISTED]
    return _joined(select(*chosen)).where(*_where(clocks, asked)), columns


def _where(clocks: Clocks, asked: RecordFilter) -> list[Any]:
    where = [R.as_of <= clocks.as_of, R.recorded_at <= clocks.known_at]
    if asked.rule:
        where.append(R.rule == asked.rule)
    if asked.action == NOTABLE:
        where.append(R.action != "report")
    elif asked.action:
        where.append(R.action == asked.action)
    if asked.regime:
        where.append(R.regime == asked.regime)
    if asked.days:
        where.append(R.as_of > clocks.as_of - timedelta(days=asked.days))
    return where
