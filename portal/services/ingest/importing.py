"""One file from disk to facts: read, judged, staged, compared, appended in one transaction, or refused whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from data import timeseries
from data.engine import engine
from data.queries import imports as queries
from data.readers.contracts import ContractCalendar, built_in_calendar, read_calendar
from data.readers.observe import QUARANTINE_LIMIT, Reader, find_rows
from data.readers.options import ALL_KINDS, TRADES, Kind, ReadOptions
from data.readers.plan import Plan, make_plan
from data.readers.probe import probe_file
from data.readers.problems import BadRow, Problem, Refused
from data.readers.rowset import Reason
from data.readers.series import Stored
from data.readers.source import TableSource, open_source
from data.session import UnitOfWork
from data.writes import facts
from data.writes import imports as writes
from data.writes.facts import TICKS
from data.writes.staging import Staging
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table
from portal.services.access.trade_files import reader_of_files
from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.kinds import (
    Target,
    new_series,
    staged_arrays,
    target_of,
    unit_notes,
    zone_notes,
    zone_of,
)
from portal.services.ingest.refusals import refuse_whole
from portal.services.ingest.report import ImportReport, Status, list_problems
from portal.services.ingest.trades import import_trades

Progress = Callable[[float, str], None]


@dataclass(slots=True)
class _Run:
    """The state of one import between its steps."""

    path: Path
    file_name: str
    options: ImportOptions
    actor: Actor
    source: TableSource
    plan: Plan
    reader: Reader
    target: Target
    on_progress: Progress
    zones: list[str] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)
    bad_lines: int = 0
    duplicates: int = 0
    present: set[int] = field(default_factory=set)  # series that have rows to store
    quarters: bool = False


def import_file(
    kind: str,
    path: Path,
    options: ImportOptions | None = None,
    *,
    actor: Actor,
    on_progress: Progress | None = None,
    file_name: str | None = None,
) -> ImportReport:
    """Take ``path`` in and return what became of it; ``file_name`` is what the user calls it.

    Nothing is stored of a file with a bad row unless ``options.keep_good``; its bad rows go to quarantine either
    way. A dry
    run stores nothing at all.

    Raises
    ------
    NotPermitted
        The actor may not import.
    DomainError
        An option means nothing. What is wrong with the file itself is in the report, never raised.
    """
    actor.require(Permission.DATA_IMPORT)
    if kind not in ALL_KINDS:
        raise DomainError(
            f"'{kind}' is not a kind of file. It must be one of {', '.join(ALL_KINDS)}.", kind=kind
        )
    options = options or ImportOptions()
    if kind == TRADES:
        return import_trades(path, options, actor=actor, on_progress=on_progress, file_name=file_name)
    reading = options.reading()
    tell = on_progress or (lambda _share, _words: None)
    name = file_name or path.name
    digest = ""
    try:
        tell(0.0, f"Looking at {name}")
        probe = probe_file(path, encoding=reading.encoding)
        digest = probe.sha256
        source = open_source(probe, reading)
        plan = make_plan(source, cast("Kind", kind), reading)
        contracts = _calendar(plan, reading)
        try:
            return _take_in(_prepare(path, name, options, reading, actor, source, plan, contracts, tell))
        except Refused as refusal:
            if refusal.problem.code != "granularity" or not (plan.as_days and plan.midnights):
                raise
            # Midnights of a series that is stored by the hour are hours, as in a correction of one of them.
            reading = replace(reading, intervals=True)
            plan = make_plan(source, cast("Kind", kind), reading)
            return _take_in(_prepare(path, name, options, reading, actor, source, plan, contracts, tell))
    except Refused as refusal:
        return refuse_whole(kind, name, digest, options, reading, actor, refusal)


def _calendar(plan: Plan, reading: ReadOptions) -> ContractCalendar | None:
    if plan.kind != "curves" or plan.roles.get("delivery") is not None:
        return None
    if plan.roles.get("tenor") is None:
        raise Refused(
            "no-delivery",
            "The file says neither the delivery month nor the tenor of each price. Add a column 'delivery' "
            "(YYYY-MM) or 'tenor'.",
            line=plan.heading.line,
        )
    if reading.calendar is None:
        return built_in_calendar(reading.roots)
    return read_calendar(reading.calendar, reading.roots)


def _prepare(
    path: Path,
    name: str,
    options: ImportOptions,
    reading: ReadOptions,
    actor: Actor,
    source: TableSource,
    plan: Plan,
    contracts: ContractCalendar | None,
    tell: Progress,
) -> _Run:
    with UnitOfWork() as work:
        stored = {
            series.code: Stored(series.unit, series.timezone, series.granularity)
            for series in queries.stored_series(work.session, plan.kind)
        }
    if plan.kind not in ("prices", "curves"):
        stored = {}
    reader = Reader(source, plan, reading, stored=stored, now=clock.now(), contracts=contracts)
    return _Run(path, name, options, actor, source, plan, reader, target_of(plan), tell)


def _take_in(run: _Run) -> ImportReport:
    bounds: tuple[date, date] | None = None
    with UnitOfWork(write=True) as work:
        staging = Staging(work.session, run.target.columns, run.target.table.key)
        try:
            _stage(run, staging)
            staging.close()
        except BaseException:
            staging.abandon()
            work.session.rollback()
            raise
        _settle(run, staging)
        run.present = staging.series()
        run.on_progress(0.7, "Comparing with what is stored")
        first, last = facts.span(work.session, run.target.table)
        report = _judge(run, first, last)
        if run.options.dry_run:
            work.session.rollback()
            return report
        report = _store(run, work, report, first, last)
        if report.rows_stored and run.target.table is TICKS:
            bounds = facts.a_day_around(*facts.day_bounds(first, last))
        run.on_progress(0.95, "Writing to disk")
    if bounds is not None:
        timeseries.refresh(engine(), *bounds)
    run.on_progress(1.0, "Done")
    return report


def _stage(run: _Run, staging: Staging) -> None:
    """Send every good row to the database and keep the bad ones."""
    for found, bad, count in run.reader.batches():
        book = run.reader.book
        for number in range(len(run.zones), len(book.keys)):
            run.zones.append(zone_of(book, number, run.plan.zone))
        if run.target.table is TICKS and not run.quarters:
            run.quarters = bool((found.seconds % 3600 != 0).any())
        staging.add(*staged_arrays(run.target, found, run.zones))
        run.bad_lines += count
        run.bad += bad[: max(0, QUARANTINE_LIMIT - len(run.bad))]
        run.on_progress(0.02 + 0.65 * run.source.progress(), f"{run.reader.rows_read:,} rows read")


def _settle(run: _Run, staging: Staging) -> None:
    """Judge what only the whole file shows: series with two units, and keys that stand twice."""
    book = run.reader.book
    reasons: dict[int, Reason] = {}
    unit_column = run.plan.column("unit" if "unit" in run.plan.roles.of else "currency")
    for number, sentence in book.mixed.items():
        count, lines = staging.remove_series(number, QUARANTINE_LIMIT)
        run.bad_lines += count
        reasons |= dict.fromkeys(lines, (unit_column, "mixed-units", sentence))
    doubles = staging.settle_doubles(QUARANTINE_LIMIT)
    run.duplicates = doubles.collapsed
    run.bad_lines += doubles.count
    column = run.plan.names[run.plan.values[0].place]
    for line, other in doubles.lines.items():
        reasons[line] = (
            column,
            "contradiction",
            f"Lines {line} and {other} give different values for the same series and time, so neither can be trusted.",
        )
    run.bad += find_rows(run.source, run.plan, reasons)[: max(0, QUARANTINE_LIMIT - len(run.bad))]
    _check_granularity(run)


def _check_granularity(run: _Run) -> None:
    """Refuse days for a series of intervals, and intervals for a series of days."""
    if run.plan.kind != "prices":
        return
    for (code, *_), line in zip(run.reader.book.keys, run.reader.book.lines, strict=True):
        known = run.reader.book.stored.get(code)
        if known is not None and (known.granularity in ("daily", "monthly")) != run.plan.as_days:
            holds = "whole days" if run.plan.as_days else "times of day"
            raise Refused(
                "granularity",
                f"{code} is stored as a {known.granularity} series, but the file holds {holds}. Import it under "
                f"another name.",
                line=line or None,
            )


def _judge(run: _Run, first: Any, last: Any) -> ImportReport:
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


def _tenor_notes(run: _Run, contracts: ContractCalendar) -> list[Problem]:
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


def _figures(run: _Run, report: ImportReport, first: Any, last: Any) -> writes.BatchFigures:
    days = facts.day_bounds(first, last) if report.first is not None else None
    return writes.BatchFigures(
        report.kind,
        run.file_name,
        run.source.probe.sha256,
        _remembered(run),
        report.status,
        run.actor.username,
        report.rows_read,
        report.rows_accepted,
        report.rows_quarantined,
        report.rows_duplicate,
        days[0] if days else None,
        days[1] if days else None,
        report.to_json(),
    )


def _remembered(run: _Run) -> dict[str, Any]:
    """Return the options with what was settled about the file, so that a repaired row is read the same way."""
    plan = run.plan
    settled: dict[str, Any] = {
        "decimal": plan.number.decimal,
        "date_order": plan.order,
        "intervals": not plan.as_days,
        "heading": plan.names,
        "units": {
            plan.names[value.place]: value.unit for value in plan.values if value.unit and not plan.matrix
        },
    }
    return {**run.options.reading().to_json(), "keep_good": run.options.keep_good, "settled": settled}


def _store(run: _Run, work: UnitOfWork, report: ImportReport, first: Any, last: Any) -> ImportReport:
    """Append the facts of an accepted file and record the batch; of a refused one record the batch and its bad rows."""
    session = work.session
    stored = 0
    status: Status = report.status
    facts.lock(session, run.plan.kind)
    if status == "stored":
        writes.small_memory(session)
        _map_series(run, work)
        if run.target.table is TICKS:
            facts.ensure_months(session)
    batch_id, recorded_at = writes.open_batch(session, _figures(run, report, first, last))
    writes.quarantine(session, batch_id, run.file_name, run.bad)
    if status == "stored":
        stored = facts.append(session, run.target.table, run.target.values, batch_id, recorded_at)
        if run.target.table is TICKS and stored:
            facts.roll_up(session, batch_id)
            if run.quarters:
                facts.note_granularity(session)
        if not stored:
            status = "unchanged"
            writes.set_status(session, batch_id, status)
    return _with(report, status=status, rows_stored=stored, batch_id=batch_id)


def _with(report: ImportReport, **changes: Any) -> ImportReport:
    return replace(report, **changes)


def _map_series(run: _Run, work: UnitOfWork) -> None:
    """Make what the file brings (sources, instruments or curves) and tell the database what each staged series is."""
    book, plan, session = run.reader.book, run.plan, work.session
    present = sorted(run.present)
    sources = [book.sources.get(number, book.default_source) for number in present]
    writes.ensure_sources(session, [*(book.source_names if run.target.table.sourced else ()), *sources])
    owners: dict[int, tuple[Any, ...]] = {number: book.keys[number] for number in present}
    if plan.kind in ("prices", "curves"):
        monthly = facts.monthly_series(session) if plan.kind == "prices" and plan.as_days else set()
        rows = [
            new_series(
                plan, book, number, run.zones[number], monthly=number in monthly, quarters=run.quarters
            )
            for number in present
        ]
        ensure = writes.ensure_instruments if plan.kind == "prices" else writes.ensure_curves
        ids = ensure(session, rows)
        owners = {number: (ids[row["code"]],) for number, row in zip(present, rows, strict=True)}
    facts.map_series(session, run.target.table, owners, book.source_names)


_RECENT = (
    Column("id", "Import", "integer", hidden=True),
    Column("recorded_at", "When", "moment"),
    Column("kind", "Kind"),
    Column("file", "File"),
    Column("status", "Outcome", "badge"),
    Column("actor", "By"),
    Column("read", "Rows read", "integer"),
    Column("accepted", "Accepted", "integer"),
    Column("quarantined", "Quarantined", "integer"),
    Column("duplicate", "Duplicate", "integer"),
    Column("first", "First day", "date"),
    Column("last", "Last day", "date"),
)


def recent_imports(query: GridQuery, actor: Actor) -> Table:
    """Return past imports, newest first unless ``query`` sorts otherwise; of trades those that the actor may see."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        rows, total = queries.batches(work.session, query, reader=reader_of_files(work, actor))
    return Table(_RECENT, rows, total)


__all__ = ["import_file", "recent_imports"]
