"""One file from disk to facts: read, judged, staged, compared, appended in one transaction, or refused whole."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from data import timeseries
from data.engine import engine
from data.queries import imports as queries
from data.readers.contracts import ContractCalendar, built_in_calendar, read_calendar
from data.readers.layout import Plan
from data.readers.observe import QUARANTINE_LIMIT, Reader, find_rows
from data.readers.options import ALL_KINDS, TRADES, Kind, ReadOptions
from data.readers.plan import make_plan
from data.readers.probe import probe_file
from data.readers.problems import Refused
from data.readers.rowset import Reason
from data.readers.series import Stored
from data.readers.source import TableSource, open_source
from data.session import UnitOfWork
from data.writes import facts
from data.writes.facts import TICKS
from data.writes.staging import Staging
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.judgement import judge
from portal.services.ingest.kinds import (
    staged_arrays,
    target_of,
    zone_of,
)
from portal.services.ingest.refusals import refuse_whole
from portal.services.ingest.report import ImportReport
from portal.services.ingest.run import Progress, Run
from portal.services.ingest.storing import store
from portal.services.ingest.trades import import_trades


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

    Nothing is stored of a file with a bad row unless ``options.keep_good``; its bad rows go to quarantine either way. A
    dry run stores nothing at all.

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
) -> Run:
    with UnitOfWork() as work:
        stored = {
            series.code: Stored(series.unit, series.timezone, series.granularity)
            for series in queries.stored_series(work.session, plan.kind)
        }
    if plan.kind not in ("prices", "curves"):
        stored = {}
    reader = Reader(source, plan, reading, stored=stored, now=clock.now(), contracts=contracts)
    return Run(path, name, options, actor, source, plan, reader, target_of(plan), tell)


def _take_in(run: Run) -> ImportReport:
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
        report = judge(run, first, last)
        if run.options.dry_run:
            work.session.rollback()
            return report
        report = store(run, work, report, first, last)
        detail = {"kind": report.kind, "status": report.status, "stored": report.rows_stored}
        audit.note(
            work, run.actor, "data.imported", "import", str(report.batch_id),
            {**detail, "sha256": run.source.probe.sha256},
        )  # fmt: skip
        if report.rows_stored and run.target.table is TICKS:
            bounds = facts.a_day_around(*facts.day_bounds(first, last))
        run.on_progress(0.95, "Writing to disk")
    if bounds is not None:
        timeseries.refresh(engine(), *bounds)
    run.on_progress(1.0, "Done")
    return report


def _stage(run: Run, staging: Staging) -> None:
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


def _settle(run: Run, staging: Staging) -> None:
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


def _check_granularity(run: Run) -> None:
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
