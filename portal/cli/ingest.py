"""``enerscope import prices|curves|fx|weather|power|trades FILE...``: take files in, or say exactly why not.

Exit status: 0 every file is in (or was already), 1 a file was refused and nothing of it was stored, 2 wrong usage.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.database import opened
from portal.cli.main import new_app
from portal.cli.output import AsJson, Progress, print_json
from portal.core.errors import DomainError

app = new_app()

Files = Annotated[
    list[Path],
    typer.Argument(
        help="CSV, TSV, XLSX, Parquet or JSON; CSV and JSON may be gzipped.",
        exists=True,
        dir_okay=False,
        readable=True,
    ),
]
Instrument = Annotated[str | None, typer.Option(help="Series of every row, when no column names it.")]
Unit = Annotated[
    str | None, typer.Option(help="Unit of the numbers, such as USD/bbl, when the file does not say it.")
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--timezone", help="Zone of local times, such as Europe/Berlin; also of new series' delivery days."
    ),
]
Decimal = Annotated[str | None, typer.Option(help="Decimal mark: '.' or ','.")]
Thousands = Annotated[str | None, typer.Option(help="Mark that groups thousands.")]
Delimiter = Annotated[str | None, typer.Option(help="What separates cells: one character, or tab.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the text, such as cp1252.")]
DateOrder = Annotated[str | None, typer.Option(help="Order of day, month and year: dmy, mdy or ymd.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of a workbook.")]
Source = Annotated[str | None, typer.Option(help="Code of the source, when no column names it.")]
Base = Annotated[
    str | None, typer.Option(help="Base currency of exchange rates, when the file does not name it.")
]
Calendar = Annotated[
    Path | None,
    typer.Option(
        help="Contract calendar (CSV: root, last_trade, year, month) for tenors.", exists=True, dir_okay=False
    ),
]
Root = Annotated[list[str] | None, typer.Option(help="Calendar root of a curve, as in BRN=LCO.")]
ColumnOf = Annotated[
    list[str] | None, typer.Option("--column", help="Column of a role, as in price=SpotPriceEUR.")
]
KeepGood = Annotated[
    bool, typer.Option("--keep-good", help="Store the good rows of a file that has bad ones.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and judge, store nothing.")]


def _command(kind: str, words: str) -> Callable[..., None]:
    def run(
        files: Files,
        *,
        instrument: Instrument = None,
        unit: Unit = None,
        timezone: Zone = None,
        decimal: Decimal = None,
        thousands: Thousands = None,
        delimiter: Delimiter = None,
        encoding: Encoding = None,
        date_order: DateOrder = None,
        sheet: Sheet = None,
        source: Source = None,
        base: Base = None,
        calendar: Calendar = None,
        root: Root = None,
        column: ColumnOf = None,
        keep_good: KeepGood = False,
        dry_run: DryRun = False,
        as_json: AsJson = False,
    ) -> None:
        answers = {
            "instrument": instrument,
            "unit": unit,
            "timezone": timezone,
            "decimal": decimal,
            "thousands": thousands,
            "delimiter": delimiter,
            "encoding": encoding,
            "date_order": date_order,
            "sheet": sheet,
            "source": source,
            "base": base,
            "calendar": calendar,
            "columns": _pairs("--column", column),
            "roots": _pairs("--root", root),
            "keep_good": keep_good,
            "dry_run": dry_run,
        }
        _run(kind, files, answers, as_json=as_json)

    run.__doc__ = words
    return run


def _pairs(option: str, given: list[str] | None) -> dict[str, str]:
    pairs = {}
    for item in given or ():
        name, mark, value = item.partition("=")
        if not mark or not name or not value:
            raise typer.BadParameter(f"{option} {item} must be written as NAME=VALUE.")
        pairs[name.strip()] = value.strip()
    return pairs


def _run(kind: str, files: list[Path], answers: dict[str, Any], *, as_json: bool) -> None:
    from portal.core.actor import SYSTEM
    from portal.services.ingest import ImportOptions, combine, import_file

    options = ImportOptions(**answers)
    try:
        options.reading()
    except DomainError as problem:
        raise typer.BadParameter(problem.message) from None
    reports = []
    with opened():
        for path in files:
            show = _bar()
            reports.append(import_file(kind, path, options, actor=SYSTEM, on_progress=show))
            show.done()
            if not as_json:
                _print(reports[-1])
    if as_json:
        print_json(combine(reports))
    raise typer.Exit(max(report.exit_status for report in reports))


def _bar() -> Any:
    return Progress() if sys.stderr.isatty() else _Silent()


class _Silent:
    """Progress into a pipe or a log is noise."""

    def __call__(self, share: float, words: str = "") -> None:
        """Show nothing."""

    def done(self) -> None:
        """Nothing was shown."""


def _print(report: Any) -> None:
    stream = sys.stderr if report.exit_status else sys.stdout
    print(report.summary(), file=stream)
    for problem in report.problems[:20]:
        where = f"line {problem.line}" if problem.line is not None else "file"
        column = f", {problem.column}" if problem.column else ""
        print(f"  {where}{column}: {problem.message} [{problem.code}]", file=stream)
    if len(report.problems) > 20:
        print(
            f"  ... and {len(report.problems) - 20} more; see them with --json or on Market > Data quality.",
            file=stream,
        )


for _kind, _words in (
    ("prices", "Import prices: by day, or by interval where the file holds times."),
    ("curves", "Import forward curves, by delivery month or by tenor."),
    ("fx", "Import exchange rates: units of the quote currency for one unit of the base."),
    ("weather", "Import weather observations, by day or by hour."),
    ("power", "Import load, wind and solar of bidding zones, with their forecasts."),
    ("trades", "Import trades: one row for each, idempotent by external id."),
):
    app.command(_kind)(_command(_kind, _words))
