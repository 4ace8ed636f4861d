"""Rows that were refused: seen, repaired and taken in, or dismissed."""

import csv
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.queries import imports as queries
from data.readers.options import TRADES
from data.session import UnitOfWork
from data.writes import imports as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table
from portal.services import audit
from portal.services.access.trade_files import reader_of_refused
from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.importing import import_file
from portal.services.ingest.report import ImportReport

_COLUMNS = {
    "id": Column("id", "Row", "integer", hidden=True),
    "state": Column("state", "State", "badge"),
    "file": Column("file", "File"),
    "line": Column("line", "Line", "integer"),
    "column": Column("column", "Column"),
    "raw": Column("raw", "As read"),
    "code": Column("code", "Code"),
    "message": Column("message", "What is wrong"),
    "kind": Column("kind", "Kind"),
    "recorded_at": Column("recorded_at", "Since", "moment"),
    "state_by": Column("state_by", "Settled by"),
}


def quarantine_table(query: GridQuery, actor: Actor, *, state: str | None = "open") -> Table:
    """Return refused rows, newest first unless ``query`` sorts otherwise; ``state`` None means all of them."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        reader = reader_of_refused(work, actor)
        rows, total = queries.quarantined(work.session, query, state=state, reader=reader)
    return Table(tuple(_COLUMNS[name] for name in queries.QUARANTINE_COLUMNS), rows, total)


def quarantine_row(row_id: int, actor: Actor) -> queries.QuarantineEntry:
    """Return one refused row with its cells by column name.

    Raises
    ------
    NotFound
        There is no such row.
    """
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        entry = queries.quarantine_entry(work.session, row_id, reader=reader_of_refused(work, actor))
    if entry is None:
        raise NotFound(
            f"There is no quarantined row {row_id}. It may belong to another database.", row_id=row_id
        )
    return entry


def repair_row(row_id: int, fields: Mapping[str, str], actor: Actor) -> ImportReport:
    """Take a refused row in with corrected cells, read as its file was, and mark it repaired.

    ``fields`` holds the cells by column name; cells left out keep their text.

    Raises
    ------
    NotPermitted
        The actor may not repair; or it is a trade, and he may not enter trades.
    NotFound, Conflict
        There is no such row, or it was settled before.
    DomainError
        The row is still bad; the message says why, and it stays in quarantine.
    """
    actor.require(Permission.DATA_REPAIR)
    entry = _open_row(row_id, actor)
    cells = {**entry.fields, **fields}
    unknown = sorted(set(fields) - set(entry.fields))
    if unknown or not entry.fields:
        raise DomainError(
            f"Row {row_id} has no column '{', '.join(unknown)}'."
            if unknown
            else f"Row {row_id} was not cut into cells; correct it in its file and import that again.",
            row_id=row_id,
        )
    options = _options_of(entry)
    with tempfile.TemporaryDirectory(prefix="enerscope-repair-") as folder:
        path = Path(folder, "row.csv")
        _write_row(path, cells, entry.options)
        trial = import_file(entry.kind, path, _as_dry_run(options), actor=actor, file_name=entry.file_name)
        if trial.exit_status or trial.rows_accepted != 1:
            reason = trial.problems[0].message if trial.problems else "It holds no value."
            raise DomainError(f"The row is still refused. {reason}", row_id=row_id)
        name = f"{entry.file_name} (line {entry.line}, repaired)"
        report = import_file(entry.kind, path, options, actor=actor, file_name=name)
    _settle(row_id, "repaired", actor)
    return report


def dismiss_row(row_id: int, actor: Actor) -> None:
    """Mark a refused row as one that will not be taken in.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As for :func:`repair_row`.
    """
    actor.require(Permission.DATA_REPAIR)
    _open_row(row_id, actor)
    _settle(row_id, "dismissed", actor)


def _open_row(row_id: int, actor: Actor) -> queries.QuarantineEntry:
    entry = quarantine_row(row_id, actor)
    if entry.kind == TRADES:
        actor.require(Permission.TRADE_ENTER)
    if entry.state != "open":
        raise Conflict(f"Row {row_id} was {entry.state} before; nothing is left to do.", row_id=row_id)
    return entry


def _settle(row_id: int, state: str, actor: Actor) -> None:
    with UnitOfWork(write=True) as work:
        writes.settle_row(work.session, row_id, state, actor.username, clock.now())
        audit.note(work, actor, f"row.{state}", "quarantined-row", str(row_id))


def _options_of(entry: queries.QuarantineEntry) -> ImportOptions:
    """Return the options of the row's import with what had been settled about its file."""
    kept = {name: value for name, value in entry.options.items() if name in ImportOptions.__slots__}
    settled = entry.options.get("settled", {})
    calendar = kept.pop("calendar", None)
    for name in (
        "delimiter",
        "encoding",
        "sheet",
        "keep_good",
        "decimal",
        "thousands",
        "date_order",
        "intervals",
    ):
        kept.pop(name, None)
    return ImportOptions(
        **kept,
        calendar=Path(calendar) if calendar else None,
        delimiter=",",
        encoding="utf-8",
        decimal=settled.get("decimal"),
        date_order=settled.get("date_order"),
        intervals=settled.get("intervals", False),
    )


def _as_dry_run(options: ImportOptions) -> ImportOptions:
    return replace(options, dry_run=True)


def _write_row(path: Path, cells: Mapping[str, str], options: Mapping[str, Any]) -> None:
    """Write the row as a file of its own, under the heading of its file with the units that had been settled."""
    units = options.get("settled", {}).get("units", {})
    names = [
        f"{name} ({units[name]})" if name in units and "(" not in name and "[" not in name else name
        for name in cells
    ]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        writer.writerow(list(cells.values()))
