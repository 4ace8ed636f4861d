"""What a file of market data that was read to its end came to: taken in or refused, and what the user is told."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from data.readers.contracts import ContractCalendar
from data.readers.problems import Problem
from data.writes.facts import TICKS
from portal.services.ingest.kinds import unit_notes, zone_notes
from portal.services.ingest.report import ImportReport, list_problems
from portal.services.ingest.run import Run


def judge(run: Run, first: Any, last: Any) -> ImportReport:
    """Return the report of a file that was read to its end."""
    reader = run.reader
    good = reader.rows_read - run.bad_lines - run.duplicates - reader.rows_empty
    refused = good <= 0 or (run.bad_lines > 0 and not run.options.keep_good)
    notes = [*reader.notes, *unit_notes(run.plan, reader.book)]
    if reader.contracts is not None:
        notes += _tenor_notes(run, reader.contracts)
    if run.target.table is TICKS:
        notes += zone_notes(reader.book, run.zones)
    if good <= 0 and not run.bad_lines:
        notes.insert(
            0,
            Problem(
                None, "", "no-rows", "The file holds no row with a value, so there is nothing to take in."
            ),
        )
    return ImportReport(
        run.plan.kind,
        run.file_name,
        "refused" if refused else "stored",
        reader.rows_read,
        0 if refused else good,
        run.bad_lines,
        run.duplicates,
        reader.rows_empty,
        first=None if refused else _shown(first),
        last=None if refused else _shown(last),
        instruments=tuple(sorted({_series_name(key) for key in reader.book.keys})),
        problems=list_problems(run.bad, run.bad_lines, notes),
        dry_run=run.options.dry_run,
    )


def _tenor_notes(run: Run, contracts: ContractCalendar) -> list[Problem]:
    """Say by which contracts tenors became delivery months."""
    pairs = [f"{code} by {contracts.root_of(code)}" for code, *_ in run.reader.book.keys]
    message = f"Tenors became delivery months by {contracts.name}: {', '.join(sorted(pairs))}."
    return [Problem(run.plan.heading.line, run.plan.column("tenor"), "tenors", message)] if pairs else []


def _series_name(key: Sequence[str]) -> str:
    """Return a series as the report names it: EURUSD, KNMI_269/tavg_c, or its code."""
    return (
        "".join(key)
        if len(key) == 2 and all(len(part) == 3 and part.isupper() for part in key)
        else "/".join(key)
    )


def _shown(moment: Any) -> str | None:
    if isinstance(moment, datetime):
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return moment.isoformat() if moment is not None else None
