"""A file of trades from disk to the book: read, judged row by row, held against the known trades, stored or refused.

A row whose trade is known with the same terms changes nothing; with other terms it is refused, since a change of a
trade waits for a second person (:mod:`portal.services.portfolio.amendments`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from data.queries import trade_versions
from data.readers.observe import QUARANTINE_LIMIT
from data.readers.options import TRADES, ReadOptions
from data.readers.probe import probe_file
from data.readers.problems import BadRow, Problem, Refused, printable
from data.readers.source import TableSource, open_source
from data.readers.trade_table import TradeRow, TradeTable, open_trades
from data.session import UnitOfWork
from data.writes import imports as writes
from data.writes import trades as trade_writes
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.domain.portfolio.terms import Terms, TradeVersion, changed_fields
from portal.domain.portfolio.trade import Event
from portal.services import audit
from portal.services.compliance import booking
from portal.services.compliance.booking import Decision
from portal.services.ingest.answers import ImportOptions
from portal.services.ingest.refusals import refuse_whole
from portal.services.ingest.report import ImportReport, Status, list_problems
from portal.services.portfolio import ledger
from portal.services.portfolio.entry import Desk, add_levels, load_desk, resolve

Progress = Callable[[float, str], None]


@dataclass(slots=True)
class _Judged:
    """What became of the rows: terms that may come in by line, and the rows that may not."""

    good: dict[int, tuple[TradeRow, Terms]] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    rows: int = 0
    duplicates: int = 0
    known: int = 0  # rows whose trade is stored with these terms already
    older: int = 0  # of these: terms of an earlier version
    decisions: dict[int, Decision] = field(default_factory=dict)  # of compliance, by line
    refusals: list[Decision] = field(default_factory=list)


def import_trades(
    path: Path,
    options: ImportOptions,
    *,
    actor: Actor,
    on_progress: Progress | None = None,
    file_name: str | None = None,
) -> ImportReport:
    """Take a file of trades in and return what became of it.

    Nothing is stored of a file with a bad row unless ``options.keep_good``; its bad rows go to quarantine either way.

    Raises
    ------
    NotPermitted
        The actor may not import, or may not enter trades.
    DomainError
        An option means nothing. What is wrong with the file itself is in the report.
    """
    actor.require(Permission.DATA_IMPORT)
    actor.require(Permission.TRADE_ENTER)
    tell = on_progress or (lambda _share, _words: None)
    reading, name, digest = options.reading(), file_name or path.name, ""
    try:
        tell(0.0, f"Looking at {name}")
        probe = probe_file(path, encoding=reading.encoding)
        digest = probe.sha256
        source = open_source(probe, reading)
        table = open_trades(source, reading)
        read = list(_rows(table, source, tell))
    except Refused as refusal:
        return refuse_whole(TRADES, name, digest, options, reading, actor, refusal)
    with UnitOfWork(write=True) as work:
        trade_writes.lock(
            work.session
        )  # what is known must not change between the comparison and the writing
        tell(0.5, "Comparing with the known trades")
        desk = load_desk(work, actor)
        add_levels(work, desk, (row.values for row in read if isinstance(row, TradeRow)))
        judged = _judge(work, desk, table, read)
        _ask_rules(work, judged, table, actor)
        report = _report(judged, table, desk, name, options)
        if options.dry_run:
            work.session.rollback()
            return report
        tell(0.8, "Writing")
        report = _store(work, judged, report, digest, _remembered(table, read, reading, options), actor)
    tell(1.0, "Done")
    return report


def _rows(table: TradeTable, source: TableSource, tell: Progress) -> Iterator[TradeRow | BadRow]:
    for count, row in enumerate(table.rows(), start=1):
        if count % 2000 == 0:
            tell(0.45 * source.progress(), f"{count:,} rows read")
        yield row


def _judge(work: UnitOfWork, desk: Desk, table: TradeTable, read: list[TradeRow | BadRow]) -> _Judged:
    judged = _Judged(rows=len(read))
    stated: dict[str, list[tuple[TradeRow, Terms]]] = {}
    for row in read:
        if isinstance(row, BadRow):
            judged.bad.append(row)
            continue
        terms = _read_terms(row, desk, table, judged)
        if terms is not None:
            stated.setdefault(terms.external_id, []).append((row, terms))
    known = trade_versions.by_external_id(work.session, list(stated))
    for name, rows in stated.items():
        row, terms = rows[0]
        if any(other != terms for _, other in rows[1:]):
            _contradict(rows, table, judged)
            continue
        judged.duplicates += len(rows) - 1
        versions = known.get(name, [])
        if versions and "trader" not in row.values:  # nobody was named: that is no change of the trader
            terms = replace(terms, trader=versions[-1].terms.trader)
        if not versions:
            judged.good[row.line] = (row, terms)
        elif terms == versions[-1].terms and versions[-1].event != Event.CANCELLED:
            judged.known += 1
        elif any(terms == version.terms for version in versions):
            judged.known += 1
            judged.older += 1
        else:
            judged.bad.append(
                _bad(row, table, "external_id", "known-trade", _amend_instead(versions[-1], terms, desk))
            )
    return judged


def _ask_rules(work: UnitOfWork, judged: _Judged, table: TradeTable, actor: Actor) -> None:
    """Put aside the rows that compliance refuses."""
    wanted = [booking.Wanted(terms) for _, terms in judged.good.values()]
    for line, decision in zip(list(judged.good), booking.check(work, wanted, actor), strict=True):
        if not decision.is_refused:
            judged.decisions[line] = decision
            continue
        row, _ = judged.good.pop(line)
        judged.refusals.append(decision)
        judged.bad.append(_bad(row, table, "external_id", "compliance", decision.sentence))


def _read_terms(row: TradeRow, desk: Desk, table: TradeTable, judged: _Judged) -> Terms | None:
    """Return the terms of a row, or None after it was put aside with the first thing that is wrong, and the others."""
    terms: Terms | None = None
    wrong = [(column, code, words) for column, code, words in row.problems]
    if not wrong:
        terms, complaints = resolve(row.values, desk)
        wrong = [(item.field, item.code, item.message) for item in complaints]
    if not wrong:
        return terms
    column, code, words = wrong[0]
    more = " ".join(message for _, _, message in wrong[1:4])
    judged.bad.append(_bad(row, table, column, code, f"{words} {more}".strip()))
    return None


def _bad(row: TradeRow, table: TradeTable, column: str, code: str, message: str) -> BadRow:
    return BadRow(row.line, table.column(column), code, message, row.raw, row.fields)


def _contradict(rows: list[tuple[TradeRow, Terms]], table: TradeTable, judged: _Judged) -> None:
    """Refuse all rows that state one trade in different ways."""
    lines = ", ".join(str(row.line) for row, _ in rows[:5])
    for row, terms in rows:
        words = (
            f"Lines {lines} state the trade {terms.external_id} in different ways, so none can be trusted. Keep one of "
            "them, or give each trade an external id of its own."
        )
        judged.bad.append(_bad(row, table, "external_id", "contradiction", words))


def _amend_instead(last: TradeVersion, terms: Terms, desk: Desk) -> str:
    """Say why other terms of a known trade do not come in by a file; a trade of another's book is not described."""
    if last.terms.portfolio_id not in desk.books.values():
        return (
            f"The external id {terms.external_id} belongs to another trade. Give this one an id of its own."
        )
    if last.event == Event.CANCELLED:
        return (
            f"The trade {terms.external_id} was cancelled with effect from {last.effective_on}. Enter it again under a "
            "new external id."
        )
    names = ", ".join(list(changed_fields(last.terms, terms))[:6])
    return (
        f"The trade {terms.external_id} is known with other terms ({names}). A file does not change a trade: open it "
        "under Portfolio > Trades and propose an amendment, which a second person approves."
    )


def _report(
    judged: _Judged, table: TradeTable, desk: Desk, name: str, options: ImportOptions
) -> ImportReport:
    good = len(judged.good) + judged.known
    refused = good == 0 or (bool(judged.bad) and not options.keep_good)
    notes = list(table.notes)
    if judged.older:
        words = f"{judged.older} trade(s) stand in the file as before a change; they stay as amended or cancelled."
        notes.append(Problem(None, table.column("external_id"), "older-version", words))
    if good == 0 and not judged.bad:
        notes.insert(
            0, Problem(None, "", "no-rows", "The file holds no trade, so there is nothing to take in.")
        )
    flagged = sorted({item.code for decision in judged.decisions.values() for item in decision.flags})
    if flagged:
        count = sum(bool(decision.flags) for decision in judged.decisions.values())
        words = f"Compliance looks at {count} trade(s) that come in all the same ({', '.join(flagged)})."
        notes.append(Problem(None, table.column("external_id"), "compliance-flag", words))
    days = sorted(terms.trade_date for _, terms in judged.good.values())
    codes = {row.id: code for code, row in desk.curves.items()}
    return ImportReport(
        TRADES,
        name,
        "refused" if refused else "stored",
        judged.rows,
        0 if refused else good,
        len(judged.bad),
        judged.duplicates,
        0,
        first=days[0].isoformat() if days and not refused else None,
        last=days[-1].isoformat() if days and not refused else None,
        instruments=tuple(sorted({codes[terms.curve_id] for _, terms in judged.good.values()})),
        problems=list_problems(judged.bad[:QUARANTINE_LIMIT], len(judged.bad), notes),
        dry_run=options.dry_run,
    )


def _store(
    work: UnitOfWork,
    judged: _Judged,
    report: ImportReport,
    digest: str,
    remembered: dict[str, Any],
    actor: Actor,
) -> ImportReport:
    status: Status = report.status
    days = [terms.trade_date for _, terms in judged.good.values()] if report.first else []
    if status == "stored" and not judged.good:
        status = "unchanged"
    figures = writes.BatchFigures(
        TRADES,
        report.file_name,
        digest,
        remembered,
        status,
        actor.username,
        report.rows_read,
        report.rows_accepted,
        report.rows_quarantined,
        report.rows_duplicate,
        min(days, default=None),
        max(days, default=None),
        report.to_json(),
    )
    batch_id, _ = writes.open_batch(work.session, figures)
    writes.quarantine(work.session, batch_id, report.file_name, judged.bad[:QUARANTINE_LIMIT])
    stored = []
    booking.refuse(work, judged.refusals, actor)
    if status == "stored":
        versions = [
            TradeVersion(
                terms=terms, effective_on=terms.trade_date, recorded_by=actor.username, batch_id=batch_id
            )
            for _, terms in judged.good.values()
        ]
        stored = ledger.record(work, versions)
        booking.keep(work, [judged.decisions[line] for line in judged.good], stored, actor)
    detail = {"status": status, "stored": len(stored), "refused": report.rows_quarantined, "sha256": digest}
    audit.note(work, actor, "trades.imported", "import", str(batch_id), detail)
    return replace(report, status=status, rows_stored=len(stored), batch_id=batch_id)


def _remembered(
    table: TradeTable, read: list[TradeRow | BadRow], reading: ReadOptions, options: ImportOptions
) -> dict[str, Any]:
    """Return the options with what was settled about the file, so that a repaired row is read the same way.

    The books that it names say later who may see the import, and the column of the book who may see a refused row.
    """
    column = printable(table.column("book"))
    settled = {
        "decimal": table.number.decimal,
        "date_order": table.order,
        "heading": table.names,
        "book_column": column,
        "books": sorted({row.fields.get(column, "").strip().upper() for row in read} or {""}),
    }
    return {**reading.to_json(), "keep_good": options.keep_good, "settled": settled}
