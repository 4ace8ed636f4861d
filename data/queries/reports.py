"""Reads of reports: what they are made from, what was made, and what was decided about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from data.models.access import Portfolio
from data.models.reports import FileNumber, Report, ReportDecision, ReportRow, TransactionIdentifier
from data.queries.trades import TRADES, newest_trades
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A trade with all that a report asks of its terms."""

    trade_id: int
    version: int
    external_id: str
    event: str
    kind: str
    book: str
    counterparty_id: int
    curve_id: int
    side: int
    quantity: float
    quantity_unit: str
    price: float | None
    strike: float | None
    premium: float | None
    is_call: bool | None
    profile: str
    trade_date: date
    delivery_start: date
    delivery_end: date
    expiry: date | None
    details: Mapping[str, Any]
    trader: str
    recorded_at: datetime


def changed_trades(session: Session, *, clocks: Clocks, start: date) -> list[TradeRow]:
    """Return the trades with a version of ``start`` up to ``clocks.as_of``, as they stand then, by number.

    That a trade matured changes nothing that is reported.
    """
    n = newest_trades(clocks, TRADES.c.event != "matured").subquery().c
    columns = [
        Portfolio.code if name == "book" else getattr(n, name) for name in TradeRow.__dataclass_fields__
    ]
    statement = (
        select(*columns)
        .select_from(n.trade_id.table)
        .join(Portfolio, Portfolio.id == n.portfolio_id)
        .where(n.effective_on >= start)
        .order_by(n.trade_id)
    )
    return [TradeRow(*row) for row in session.execute(statement)]


def identifiers(session: Session, scheme: str, trades: Collection[int]) -> dict[int, str]:
    """Return the identifiers that trades have in a scheme."""
    t = TransactionIdentifier
    rows = session.execute(select(t.trade_id, t.uti).where(t.scheme == scheme, t.trade_id.in_(list(trades))))
    return {int(number): uti for number, uti in rows}


def counters(session: Session, stems: Collection[str]) -> dict[str, int]:
    """Return the highest counter that was given for each stem."""
    t = TransactionIdentifier
    rows = session.execute(
        select(t.stem, func.max(t.counter)).where(t.stem.in_(list(stems))).group_by(t.stem)
    )
    return {stem: int(counter) for stem, counter in rows}


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report without its file."""

    id: int
    kind: str
    template_version: str
    schema_note: str
    params: dict[str, Any]
    period_start: date
    period_end: date
    as_of: date
    known_at: datetime
    job_id: int | None
    file_name: str
    media_type: str
    sha256: str
    rows: int
    rejected: int
    parameters_sha256: str
    facts: dict[str, Any]
    replaces: int | None
    simulated: bool
    made_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """What somebody said to a report."""

    id: int
    report_id: int
    decision: str
    note: str
    body: dict[str, Any]
    by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class CellsLine:
    """A row of a report."""

    report_id: int
    seq: int
    status: str
    subject: str
    trade_id: int | None
    cells: dict[str, str]
    reasons: list[dict[str, str]]


_REPORT = tuple(getattr(Report, name) for name in ReportLine.__dataclass_fields__)
_DECISION = tuple(getattr(ReportDecision, name) for name in DecisionLine.__dataclass_fields__)
_CELLS = tuple(getattr(ReportRow, name) for name in CellsLine.__dataclass_fields__)


def reports(session: Session, *, known_at: datetime, kind: str = "") -> list[ReportLine]:
    """Return the reports made until ``known_at``, the newest first."""
    statement = select(*_REPORT).where(Report.recorded_at <= known_at).order_by(Report.id.desc())
    if kind:
        statement = statement.where(Report.kind == kind)
    return [ReportLine(*row) for row in session.execute(statement)]


def report(session: Session, report_id: int) -> ReportLine | None:
    """Return one report."""
    row = session.execute(select(*_REPORT).where(Report.id == report_id)).first()
    return None if row is None else ReportLine(*row)


def content(session: Session, report_id: int) -> bytes:
    """Return the file of a report."""
    return session.scalars(select(Report.content).where(Report.id == report_id)).one()


def decisions(session: Session, *, known_at: datetime, report_id: int | None = None) -> list[DecisionLine]:
    """Return what was decided until ``known_at``, oldest first; about one report or all."""
    statement = select(*_DECISION).where(ReportDecision.recorded_at <= known_at).order_by(ReportDecision.id)
    if report_id is not None:
        statement = statement.where(ReportDecision.report_id == report_id)
    return [DecisionLine(*row) for row in session.execute(statement)]


def _of_report(report_id: int, status: str, words: str) -> list[Any]:
    r = ReportRow
    where = [r.report_id == report_id]
    if status:
        where.append(r.status == status)
    if words:
        where.append(func.concat_ws(" ", r.subject, cast(r.cells, String)).icontains(words, autoescape=True))
    return where


def rows(
    session: Session, report_id: int, *, status: str = "", words: str = "", offset: int = 0,
    limit: int | None = None,
) -> list[CellsLine]:  # fmt: skip
    """Return rows of a report in the order of the file; of one status or all, those with ``words`` or all."""
    statement = select(*_CELLS).where(*_of_report(report_id, status, words)).order_by(ReportRow.seq)
    return [CellsLine(*row) for row in session.execute(statement.offset(offset).limit(limit))]


def count_rows(session: Session, report_id: int, *, words: str = "") -> int:
    """Return how many rows of a report hold ``words``."""
    statement = select(func.count()).select_from(ReportRow).where(*_of_report(report_id, "", words))
    return int(session.execute(statement).scalar_one())


def row_counts(session: Session, report_id: int) -> dict[str, int]:
    """Return how many rows of a report there are by status."""
    r = ReportRow
    counted = session.execute(
        select(r.status, func.count()).where(r.report_id == report_id).group_by(r.status)
    )
    return {"accepted": 0, "rejected": 0} | {status: int(count) for status, count in counted}


def row(session: Session, report_id: int, seq: int) -> CellsLine | None:
    """Return one row of a report."""
    found = session.execute(
        select(*_CELLS).where(ReportRow.report_id == report_id, ReportRow.seq == seq)
    ).first()
    return None if found is None else CellsLine(*found)


def last_number(session: Session, series: str) -> int:
    """Return the last number taken in a series of file names, 0 when there is none."""
    return int(session.scalar(select(func.max(FileNumber.number)).where(FileNumber.series == series)) or 0)
