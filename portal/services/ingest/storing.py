"""From staged rows to facts: batch, refused rows, series and values, in the transaction of the import."""

from dataclasses import replace
from typing import Any

from data.session import UnitOfWork
from data.writes import facts
from data.writes import imports as writes
from data.writes.facts import TICKS
from portal.services.ingest.kinds import new_series
from portal.services.ingest.report import ImportReport, Status
from portal.services.ingest.run import Run


def _figures(run: Run, report: ImportReport, first: Any, last: Any) -> writes.BatchFigures:
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


def _remembered(run: Run) -> dict[str, Any]:
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


def store(run: Run, work: UnitOfWork, report: ImportReport, first: Any, last: Any) -> ImportReport:
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
    return replace(report, status=status, rows_stored=stored, batch_id=batch_id)


def _map_series(run: Run, work: UnitOfWork) -> None:
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
