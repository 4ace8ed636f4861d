"""Reads about imports: what is stored of the series a file names, past batches, and quarantined rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch, QuarantinedRow
from data.models.market import Curve, Instrument
from portal.core.table import GridQuery


@dataclass(frozen=True, slots=True)
class StoredSeries:
    """What the database knows of an instrument or curve."""

    code: str
    unit: str
    timezone: str
    granularity: str
    simulated: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks for imports: of trades he sees those of ``username`` and those that name ``books`` alone (None: all)."""

    username: str
    books: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """One refused row and the options of its import, for repair."""

    id: int
    kind: str
    file_name: str
    options: dict[str, Any]
    line: int
    column: str
    raw: str
    code: str
    message: str
    fields: dict[str, str]
    state: str
    actor: str


def stored_series(session: Session, kind: str) -> list[StoredSeries]:
    """Return the instruments (or curves) by code, with unit and zone."""
    if kind == "curves":
        rows = session.execute(select(Curve.code, Curve.unit, Curve.timezone, Curve.simulated))
        return [StoredSeries(code, unit, zone, "daily", simulated) for code, unit, zone, simulated in rows]
    found = select(
        Instrument.code, Instrument.unit, Instrument.timezone, Instrument.granularity, Instrument.simulated
    )
    return [StoredSeries(*row) for row in session.execute(found)]


def clock(session: Session) -> datetime:
    """Return the present moment of the database server."""
    moment: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return moment


_QUARANTINE = {
    "id": QuarantinedRow.id,
    "state": QuarantinedRow.state,
    "file": QuarantinedRow.file_name,
    "line": QuarantinedRow.line,
    "column": QuarantinedRow.column,
    "raw": QuarantinedRow.raw,
    "code": QuarantinedRow.code,
    "message": QuarantinedRow.message,
    "kind": ImportBatch.kind,
    "recorded_at": QuarantinedRow.recorded_at,
    "state_by": QuarantinedRow.state_by,
}
_BATCHES = {
    "id": ImportBatch.id,
    "recorded_at": ImportBatch.recorded_at,
    "kind": ImportBatch.kind,
    "file": ImportBatch.file_name,
    "status": ImportBatch.status,
    "actor": ImportBatch.actor,
    "read": ImportBatch.rows_read,
    "accepted": ImportBatch.rows_accepted,
    "quarantined": ImportBatch.rows_quarantined,
    "duplicate": ImportBatch.rows_duplicate,
    "first": ImportBatch.first_day,
    "last": ImportBatch.last_day,
}
QUARANTINE_COLUMNS = tuple(_QUARANTINE)
BATCH_COLUMNS = tuple(_BATCHES)


def quarantined(
    session: Session, query: GridQuery, *, state: str | None, reader: Reader
) -> tuple[list[tuple[Any, ...]], int]:
    """Return a page of quarantined rows in the order of QUARANTINE_COLUMNS, and how many there are in all."""
    base = select(*_QUARANTINE.values()).join(ImportBatch, ImportBatch.id == QuarantinedRow.batch_id)
    if state is not None:
        base = base.where(QuarantinedRow.state == state)
    return _page(session, base.where(row_is_seen(reader)), _QUARANTINE, query)


def batches(
    session: Session, query: GridQuery, *, reader: Reader, known_at: datetime | None = None
) -> tuple[list[tuple[Any, ...]], int]:
    """Return a page of imports in the order of BATCH_COLUMNS, and how many there are; newest first by default."""
    base = select(*_BATCHES.values()).where(ImportBatch.kind != "demo", _is_seen(reader))
    if known_at is not None:
        base = base.where(ImportBatch.recorded_at <= known_at)
    return _page(session, base, _BATCHES, query)


def row_is_seen(reader: Reader) -> ColumnElement[bool]:
    """Return what holds for quarantined rows, joined with their import, that ``reader`` may see."""
    if reader.books is None:
        return true()
    column = ImportBatch.options["settled"]["book_column"].astext
    book = func.upper(func.trim(QuarantinedRow.fields.op("->>")(column)))
    return _own_or(reader, book.in_(reader.books))


def _is_seen(reader: Reader) -> ColumnElement[bool]:
    if reader.books is None:
        return true()
    return _own_or(reader, ImportBatch.options["settled"]["books"].contained_by(sorted(reader.books)))


def _own_or(reader: Reader, theirs: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return what holds for all but trades, for the reader's own files, and for others' where ``theirs`` does."""
    if not reader.books:
        theirs = false()
    return or_(ImportBatch.kind != "trades", ImportBatch.actor == reader.username, theirs)


def _page(
    session: Session, base: Any, columns: dict[str, Any], query: GridQuery
) -> tuple[list[tuple[Any, ...]], int]:
    if query.text:
        needle = f"%{_escaped(query.text)}%"
        base = base.where(
            or_(*(cast(column, String).ilike(needle, escape="\\") for column in columns.values()))
        )
    total = session.execute(select(func.count()).select_from(base.subquery())).scalar_one()
    by = columns.get(query.sort or "", columns["id"])
    descending = query.descending if query.sort else True
    ordered = base.order_by(
        by.desc().nulls_last() if descending else by.asc().nulls_last(), columns["id"].desc()
    )
    return [tuple(row) for row in session.execute(ordered.offset(query.offset).limit(query.limit))], total


def _escaped(needle: str) -> str:
    return needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def quarantine_entry(session: Session, row_id: int, *, reader: Reader) -> QuarantineEntry | None:
    """Return one quarantined row with the kind and options of its import; None where the reader sees no such row."""
    statement = (
        select(
            QuarantinedRow.id,
            ImportBatch.kind,
            QuarantinedRow.file_name,
            ImportBatch.options,
            QuarantinedRow.line,
            QuarantinedRow.column,
            QuarantinedRow.raw,
            QuarantinedRow.code,
            QuarantinedRow.message,
            QuarantinedRow.fields,
            QuarantinedRow.state,
            ImportBatch.actor,
        )
        .join(ImportBatch, ImportBatch.id == QuarantinedRow.batch_id)
        .where(QuarantinedRow.id == row_id, row_is_seen(reader))
    )
    row = session.execute(statement).one_or_none()
    return QuarantineEntry(*tuple(row)) if row is not None else None


def known_simulated(stored: Sequence[StoredSeries], codes: set[str]) -> list[str]:
    """Return which of ``codes`` hold simulated prices."""
    return sorted(series.code for series in stored if series.simulated and series.code in codes)
