"""Reports, what is decided about them, identifiers of trades and numbers of files: appended, never changed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from data.models.reports import FileNumber, Report, ReportDecision, ReportRow, TransactionIdentifier
from data.queries import reports as queries

PIECE = 2000


def lock(session: Session, what: str) -> None:
    """Wait for others who number the same things; held until the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"enerscope {what}"})


def take_number(session: Session, series: str, day: date) -> int:
    """Take the next number of a series of file names; nobody else can get it."""
    lock(session, f"file numbers {series}")
    number = queries.last_number(session, series) + 1
    session.execute(insert(FileNumber).values(series=series, number=number, day=day))
    return number


def add_identifiers(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store identifiers of trades: uti, scheme, trade_id, counter, stem."""
    if rows:
        session.execute(insert(TransactionIdentifier), list(rows))


def add_report(session: Session, **values: Any) -> int:
    """Store a report with its file and return its number."""
    return int(session.execute(insert(Report).values(**values).returning(Report.id)).scalar_one())


def add_rows(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Store the rows of a report."""
    for at in range(0, len(rows), PIECE):
        session.execute(insert(ReportRow), list(rows[at : at + PIECE]))


def add_decision(session: Session, **values: Any) -> int:
    """Store what somebody said to a report."""
    return int(
        session.execute(insert(ReportDecision).values(**values).returning(ReportDecision.id)).scalar_one()
    )
