"""Imports: one row for each file taken in, and the rows that were refused."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Id, Json, Recorded, Words


class ImportBatch(Base):
    """One file (or feed run, or demo load) that was taken in, or refused; ``report`` is what the user was told."""

    __tablename__ = "import_batches"
    __table_args__ = (
        CheckConstraint("status IN ('stored', 'unchanged', 'refused')", name="status"),
        Index("ix_import_batches_sha256", "sha256"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]  # prices, curves, fx, weather, power, demo
    source_code: Mapped[Code]
    file_name: Mapped[Words]
    sha256: Mapped[Code]
    options: Mapped[Json]
    status: Mapped[Code]
    actor: Mapped[Code]
    recorded_at: Mapped[Recorded]
    rows_read: Mapped[int] = mapped_column(BigInteger)
    rows_accepted: Mapped[int] = mapped_column(BigInteger)
    rows_quarantined: Mapped[int] = mapped_column(BigInteger)
    rows_duplicate: Mapped[int] = mapped_column(BigInteger)
    first_day: Mapped[date | None]
    last_day: Mapped[date | None]
    report: Mapped[Json]


class QuarantinedRow(Base):
    """A row of a file that was refused; ``raw`` is its text as read, ``state`` says what became of it."""

    __tablename__ = "quarantined_rows"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'repaired', 'dismissed')", name="state"),
        Index("ix_quarantined_rows_state_id", "state", "id"),
    )

    id: Mapped[Id]
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("import_batches.id"), index=True)
    file_name: Mapped[Words]
    line: Mapped[int] = mapped_column(BigInteger)
    column: Mapped[Words]
    raw: Mapped[Words]
    code: Mapped[Code]
    message: Mapped[Words]
    fields: Mapped[Json]  # the row as column name -> text, so that a repaired cell can be imported again
    state: Mapped[Code] = mapped_column(server_default="open")
    state_by: Mapped[Words | None]
    state_at: Mapped[datetime | None]
    recorded_at: Mapped[Recorded]
