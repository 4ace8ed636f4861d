"""What is recorded of an import: its batch and quarantined rows, and the instruments, curves and sources it brought."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch, QuarantinedRow
from data.models.market import Curve, DataSource, Instrument
from data.readers.problems import BadRow

IMPORT_SOURCE = "import"


@dataclass(frozen=True, slots=True)
class BatchFigures:
    """The figures of a batch as its row holds them."""

    kind: str
    file_name: str
    sha256: str
    options: dict[str, Any]
    status: str
    actor: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_duplicate: int
    first_day: date | None
    last_day: date | None
    report: dict[str, Any]


def open_batch(session: Session, figures: BatchFigures) -> tuple[int, datetime]:
    """Record a batch and return its id and ``recorded_at``, the moment that all of its facts carry."""
    statement = (
        insert(ImportBatch)
        .values(source_code=IMPORT_SOURCE, **asdict(figures))
        .returning(ImportBatch.id, ImportBatch.recorded_at)
    )
    row = session.execute(statement).one()
    return int(row[0]), row[1]


def set_status(session: Session, batch_id: int, status: str) -> None:
    """Say what became of a batch, within the transaction that opened it."""
    session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(status=status))


def quarantine(session: Session, batch_id: int, file_name: str, rows: Sequence[BadRow]) -> None:
    """Keep the refused rows of a batch."""
    if rows:
        session.execute(
            insert(QuarantinedRow),
            [{"batch_id": batch_id, "file_name": file_name, **asdict(row)} for row in rows],
        )


def settle_row(session: Session, row_id: int, state: str, actor: str, moment: datetime) -> None:
    """Mark a quarantined row as repaired or dismissed."""
    session.execute(
        update(QuarantinedRow)
        .where(QuarantinedRow.id == row_id)
        .values(state=state, state_by=actor, state_at=moment)
    )


def ensure_sources(session: Session, codes: Sequence[str]) -> None:
    """Make the data sources that do not exist yet; files say no more than their code."""
    for code in dict.fromkeys(codes):
        name = "Imported files" if code == IMPORT_SOURCE else code
        values = {
            "code": code,
            "name": name,
            "licence": "not stated",
            "address": "",
            "simulated": False,
            "sla_hours": 24.0,
        }
        session.execute(upsert(DataSource).values(values).on_conflict_do_nothing())


def ensure_instruments(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Make the instruments that do not exist yet and return the ids of all, by code."""
    for row in rows:
        session.execute(upsert(Instrument).values(simulated=False, **row).on_conflict_do_nothing())
    found = select(Instrument.code, Instrument.id).where(Instrument.code.in_([row["code"] for row in rows]))
    return {str(code): int(number) for code, number in session.execute(found)}


def ensure_curves(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Make the curves that do not exist yet, tied to the instrument of their code, and return all ids by code."""
    for row in rows:
        known = session.scalar(select(Instrument.code).where(Instrument.code == row["code"]))
        session.execute(
            upsert(Curve).values(simulated=False, instrument_code=known, **row).on_conflict_do_nothing()
        )
    found = select(Curve.code, Curve.id).where(Curve.code.in_([row["code"] for row in rows]))
    return {str(code): int(number) for code, number in session.execute(found)}


def small_memory(session: Session) -> None:
    """Let this transaction sort in memory what fits into 64 MB of the database server."""
    session.execute(text("SET LOCAL work_mem = '64MB'"))
