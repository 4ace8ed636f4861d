"""The rows of Compliance > Reports: files, rows of one, its cells explained, refusals, what was left out."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from data.queries.reports import CellsLine
from portal.core.clock import Clocks
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import report_metrics as metrics
from portal.domain.compliance.reports.layout import Layout, explain
from portal.services.compliance.report_funnel import FATES, LEFT, steps
from portal.services.compliance.reports import Standing

PATH = "/compliance/reports"
MOST_COLUMNS = 40
FILE_COLUMNS = (
    Column("report", "Number", "integer", link="address"),
    Column("title", "Report"),
    Column("start", "From", "date", room=PHONE),
    Column("last", "Last day", "date", room=PHONE),
    Column("rows", "Rows", "integer", metric=metrics.ROWS.id, params=(("fate", "accepted"),), coloured=False),
    Column("rejected", "Refused", "integer", metric=metrics.ROWS.id, params=(("fate", "rejected"),), coloured=False),
    Column("state", "State", "badge"),
    Column("made_by", "Made by", room=PHONE),
    Column("made_at", "Made at", "moment", room=LAPTOP),
    Column("replaces", "Replaces", "integer", room=LAPTOP),
    Column("file", "File", room=LAPTOP),
    Column("sha256", "SHA-256", room=LAPTOP),
    Column("address", "Address", hidden=True),
)  # fmt: skip
CELL_COLUMNS = (
    Column("number", "Field"),
    Column("title", "What it is"),
    Column("value", "Value"),
    Column("problem", "Why refused"),
    Column("source", "From"),
    Column("transformation", "How made", room=PHONE),
    Column("validation", "How checked", room=PHONE),
    Column("rule", "Rule", room=LAPTOP),
    Column("path", "Path", room=LAPTOP),
)
FUNNEL_COLUMNS = (
    Column("fate", "Of the trades and positions looked at"),
    Column("rows", "Rows", "integer", metric=metrics.ROWS.id, coloured=False),
)
REASON_COLUMNS = (
    Column("row", "Row", "integer", link="address"),
    Column("subject", "About"),
    Column("field", "Field"),
    Column("code", "Code", room=PHONE),
    Column("message", "What is wrong, and what to do"),
    Column("trade", "Trade", link="trade_address", room=PHONE),
    Column("address", "Address", hidden=True),
    Column("trade_address", "Address of the trade", hidden=True),
)


def address_of(clocks: Clocks, **params: object) -> str:
    """Return the address of a report, or of a row of it, under the same clocks."""
    return f"{PATH}?{urlencode({**{k: str(v) for k, v in params.items()}, **clocks.query()})}"


def file_table(query: GridQuery, found: Sequence[Standing], clocks: Clocks) -> Table:
    """Return the files that were made, the newest first."""
    rows: list[tuple[Cell, ...]] = []
    params = {}
    for item in found:
        line = item.line
        state = f"{item.state} (replaced by {item.replaced_by})" if item.replaced_by else item.state.value
        last = line.period_end.fromordinal(line.period_end.toordinal() - 1)
        rows.append(
            (
                line.id, item.layout.title, line.period_start, last, line.rows, line.rejected, state, line.made_by,
                line.recorded_at, line.replaces, line.file_name, line.sha256[:16],
                address_of(clocks, kind=line.kind, report=line.id),
            )
        )  # fmt: skip
        params[str(line.id)] = {"report": line.id}
    table = Table(
        FILE_COLUMNS, rows, extra={"params": params}, simulated=any(i.line.simulated for i in found)
    )
    return sort_rows(table, query)


def funnel_table(query: GridQuery, found: Standing) -> Table:
    """Return what became of everything that the report looked at."""
    rows = [
        (FATES.get(name, f"Left out: {name.removeprefix(LEFT)}"), count)
        for name, count in steps(found.line.facts)
    ]
    params = {
        shown: {"report": found.line.id, "fate": name}
        for (shown, _), (name, _) in zip(rows, steps(found.line.facts), strict=True)
    }
    table = Table(FUNNEL_COLUMNS, rows, extra={"params": params}, simulated=found.line.simulated)
    return sort_rows(table, query)


def row_table(found: Standing, lines: Sequence[CellsLine], clocks: Clocks, total: int) -> Table:
    """Return rows of a report with the columns that any of them fills; a click on a row explains its cells."""
    used = {path for line in lines for path in line.cells}
    fields = [item for item in found.layout.fields if item.path in used][:MOST_COLUMNS]
    columns = (
        Column("row", "Row", "integer", link="address", sortable=False),
        Column("status", "Status", "badge", sortable=False),
        Column("about", "About", sortable=False),
        *(
            Column(f"cell{at}", f"{item.number} {item.title}", sortable=False, help=f"{item.path} from {item.source}")
            for at, item in enumerate(fields)
        ),
        Column("address", "Address", hidden=True),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (
            line.seq,
            line.status,
            line.subject,
            *(line.cells.get(item.path, "") for item in fields),
            address_of(clocks, kind=found.line.kind, report=line.report_id, row=line.seq),
        )
        for line in lines
    ]
    return Table(columns, rows, total, simulated=found.line.simulated)


def cell_table(query: GridQuery, layout: Layout, line: CellsLine) -> Table:
    """Return all cells of a row with where each comes from and how it is checked; empty optional ones are left out."""
    reasons: dict[str, list[str]] = {}
    for item in line.reasons:
        reasons.setdefault(item["path"], []).append(item["message"])
    shown = [item for item in layout.fields if item.path in line.cells or item.path in reasons]
    rows: list[tuple[Cell, ...]] = []
    for field in shown:
        said = explain(layout, field.path)
        problem = " ".join(reasons.pop(field.path, []))
        value = line.cells.get(field.path, "")
        rows.append(
            (
                said.number, said.title, value, problem, said.source, said.transformation, said.validation, said.rule,
                said.path,
            )
        )  # fmt: skip
    for path, messages in reasons.items():
        number = next(item["field"] for item in line.reasons if item["path"] == path)
        rows.append((number, "", "", " ".join(messages), "", "", "", layout.rule, path))
    columns = tuple(
        replace(column, hidden=True) if column.key == "problem" and not line.reasons else column
        for column in CELL_COLUMNS
    )
    return sort_rows(Table(columns, rows), query)


def reason_table(query: GridQuery, lines: Sequence[CellsLine], kind: str, clocks: Clocks) -> Table:
    """Return everything that was refused, one row a reason."""
    rows: list[tuple[Cell, ...]] = [
        (
            line.seq, line.subject, item["field"], item["code"], item["message"],
            None if line.trade_id is None else str(line.trade_id),
            address_of(clocks, kind=kind, report=line.report_id, row=line.seq),
            f"/portfolio/trade?{urlencode({'id': line.trade_id or '', **clocks.query()})}",
        )
        for line in lines
        for item in line.reasons
    ]  # fmt: skip
    return sort_rows(Table(REASON_COLUMNS, rows), query)
