"""How a file would be read: what was found out about it, its first rows, and what it still leaves open."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from data.readers.heading import Roles
from data.readers.layout import Plan
from data.readers.options import ALL_KINDS, TRADES, Kind
from data.readers.plan import make_plan
from data.readers.probe import Probe, probe_file
from data.readers.problems import Problem, Refused
from data.readers.source import HeadRow, TableSource, cell_text, open_source
from data.readers.trade_table import TradeTable, open_trades
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services.ingest.answers import ImportOptions

ROWS = 8
_FORMATS = {"text": "delimited text", "xlsx": "XLSX workbook", "parquet": "Parquet", "json": "JSON"}
_MARKS = {"\t": "tab", " ": "space"}
_ORDERS = {"dmy": "day, month, year", "mdy": "month, day, year", "ymd": "year, month, day"}


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows of a file. ``facts`` are label and value; ``rows`` start with the heading where there is one.

    ``problem`` is why the file would be refused as it stands; ``notes`` are what would be told besides.
    """

    file_name: str
    size: int
    facts: tuple[tuple[str, str], ...] = ()
    heading: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()


def preview_file(kind: str, path: Path, options: ImportOptions, *, actor: Actor) -> Preview:
    """Return how ``path`` would be read; nothing is stored.

    Raises
    ------
    NotPermitted
        The actor may not import.
    DomainError
        An option means nothing.
    """
    actor.require(Permission.DATA_IMPORT)
    if kind not in ALL_KINDS:
        raise DomainError(
            f"'{kind}' is not a kind of file. It must be one of {', '.join(ALL_KINDS)}.", kind=kind
        )
    reading = options.reading()
    size = path.stat().st_size
    facts: list[tuple[str, str]] = []
    head: list[HeadRow] = []
    try:
        probe = probe_file(path, encoding=reading.encoding)
        facts += _about_file(probe)
        source = open_source(probe, reading)
        facts += _about_source(source)
        head = source.head()
        if kind == TRADES:
            return _of_trades(path.name, size, facts, head, open_trades(source, reading))
        plan = make_plan(source, cast("Kind", kind), reading)
    except Refused as refusal:
        shown = tuple(_texts(row) for row in head[: ROWS + 1])
        return Preview(path.name, size, tuple(facts), rows=shown, problem=refusal.problem)
    facts += _about_plan(plan)
    body = [row for row in head if row.line > plan.heading.end][:ROWS]
    return Preview(
        path.name,
        size,
        tuple(facts),
        tuple(plan.names),
        tuple(_texts(row)[: len(plan.names)] for row in body),
        notes=plan.notes,
    )


def _of_trades(
    name: str, size: int, facts: list[tuple[str, str]], head: list[HeadRow], table: TradeTable
) -> Preview:
    roles = "; ".join(f"{key}: {table.names[place]}" for key, place in table.places.items())
    facts = [
        *facts,
        ("Layout", "one row for each trade"),
        ("Heading", f"line {table.heading.line}"),
        ("Columns", roles),
        ("Decimal mark", table.number.decimal),
    ]
    if table.order is not None:
        facts.append(("Date order", _ORDERS[table.order]))
    body = tuple(_texts(row)[: len(table.names)] for row in head if row.line > table.heading.end)[:ROWS]
    return Preview(name, size, tuple(facts), tuple(table.names), body, notes=tuple(table.notes))


def _texts(row: HeadRow) -> tuple[str, ...]:
    return tuple(cell_text(cell) for cell in row.cells)


def _about_file(probe: Probe) -> list[tuple[str, str]]:
    facts = [("Format", _FORMATS[probe.format] + (", gzipped" if probe.gzipped else ""))]
    if probe.format in ("text", "json"):
        facts.append(("Encoding", probe.encoding))
    if probe.format == "text":
        facts.append(("Lines", f"{probe.lines:,}"))
    return facts


def _about_source(source: TableSource) -> list[tuple[str, str]]:
    facts = []
    if source.delimiter is not None:
        facts.append(("Delimiter", _MARKS.get(source.delimiter, source.delimiter)))
    sheet = getattr(source, "sheet", None)
    if sheet is not None:
        facts.append(("Sheet", str(sheet)))
    return facts


def _about_plan(plan: Plan) -> list[tuple[str, str]]:
    facts = [
        (
            "Layout",
            "years down, months across"
            if plan.matrix
            else "one column for each series"
            if plan.wide
            else "one row for each value",
        ),
        ("Heading", f"line {plan.heading.line}" if plan.heading.line else "names of the records"),
        ("Columns", _roles(plan, plan.roles)),
        ("Decimal mark", plan.number.decimal),
        ("Days or times", "days" if plan.as_days else "times of intervals"),
    ]
    if plan.order is not None:
        facts.append(("Date order", _ORDERS[plan.order]))
    if not plan.as_days:
        zone = (
            "the column says UTC"
            if plan.heading.names[plan.roles.of["time"]].utc
            else plan.zone or "by its offset or zone column"
        )
        facts.append(("Zone", zone))
    units = sorted(
        {value.unit for value in plan.values if value.unit} | ({plan.unit} if plan.unit else set())
    )
    if units or "unit" in plan.roles.of:
        facts.append(("Unit", ", ".join(units) or f"column '{plan.column('unit')}'"))
    if plan.series:
        facts.append(("Series", plan.series))
    return facts


def _roles(plan: Plan, roles: Roles) -> str:
    names = {"time": "time", "series": "series"}
    parts = [
        f"{names.get(role, role)}: {plan.names[place]}"
        for role, place in roles.of.items()
        if place < len(plan.names)
    ]
    if plan.wide:
        parts.append(
            "values: "
            + ", ".join(plan.names[value.place] for value in plan.values[:6])
            + (" …" if len(plan.values) > 6 else "")
        )
    return "; ".join(parts)
