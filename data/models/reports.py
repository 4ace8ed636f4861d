"""Regulatory and internal reports: files with their receipts, rows accepted and refused, identifiers used up."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Recorded, Words


class Report(Base):
    """One file that was made. It is a draft until somebody else releases it; a new version names the one before."""

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_kind_recorded_at", "kind", "recorded_at"),
        Index("uq_reports_file_name", "file_name", unique=True),
    )

    id: Mapped[Id]
    kind: Mapped[Code]  # remit-t1, remit-t2, emir, cftc-45, cftc-43, ferc-eqr, cftc-17, ets-position, ...
    template_version: Mapped[Code]
    schema_note: Mapped[Words]  # what it was checked against
    params: Mapped[Json]
    period_start: Mapped[Day]
    period_end: Mapped[Day]  # exclusive
    as_of: Mapped[Day]
    known_at: Mapped[datetime]
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    file_name: Mapped[Words]
    media_type: Mapped[Code]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[Code]
    rows: Mapped[int] = mapped_column(BigInteger)
    rejected: Mapped[int] = mapped_column(BigInteger)
    parameters_sha256: Mapped[Code]
    facts: Mapped[Json]  # totals, notes, receipts of the file's rows
    replaces: Mapped[int | None] = mapped_column(BigInteger)
    simulated: Mapped[bool]
    made_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ReportRow(Base):
    """One row of a report with every cell's value, or why it was refused."""

    __tablename__ = "report_rows"
    __table_args__ = (
        CheckConstraint("status IN ('accepted', 'rejected')", name="status"),
        Index("ix_report_rows_subject", "subject"),
    )

    report_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("reports.id"), primary_key=True, autoincrement=False
    )
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    status: Mapped[Code]
    subject: Mapped[Code]  # trade, contract, position
    trade_id: Mapped[int | None] = mapped_column(BigInteger)
    cells: Mapped[Json]  # field -> value
    reasons: Mapped[Json]  # [{"field", "code", "message"}]


class ReportDecision(Base):
    """Released by a second person, rejected, or answered by the regulator's side (accepted, refused with reasons)."""

    __tablename__ = "report_decisions"
    __table_args__ = (
        CheckConstraint(
            "decision IN ('released', 'rejected', 'submitted', 'accepted', 'refused')", name="decision"
        ),
    )

    id: Mapped[Id]
    report_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("reports.id"), index=True)
    decision: Mapped[Code]
    note: Mapped[Words]
    body: Mapped[Json]  # rows refused by the receiver
    by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class TransactionIdentifier(Base):
    """A unique transaction identifier once given; it is never given to another trade."""

    __tablename__ = "transaction_identifiers"

    uti: Mapped[Code] = mapped_column(primary_key=True)
    scheme: Mapped[Code]  # ACER or EMIR
    trade_id: Mapped[int] = mapped_column(BigInteger, index=True)
    counter: Mapped[int] = mapped_column(BigInteger)
    stem: Mapped[Code]  # what the counter counts
    recorded_at: Mapped[Recorded]


class FileNumber(Base):
    """A number of a file name that was taken; numbers of one series are reserved one after the other."""

    __tablename__ = "file_numbers"

    series: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[date | None]
    recorded_at: Mapped[Recorded]
