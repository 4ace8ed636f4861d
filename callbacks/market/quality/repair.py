"""Refused rows and past imports: the two lists, the form that repairs a row, and what its buttons do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from dash import ALL, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component

from callbacks.market.quality.ids import Ids, cell_id
from components.page import section
from components.repair import repair_form
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table
from portal.services import ingest
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback
from portal.web.views import grid

PATH = "/market/quality"
STATES = {"open": "Open", "all": "All"}
FEW = GridQuery(limit=12)


def quarantine_section(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Component:
    """Return the refused rows; those who may repair get a link to the form."""
    state = "all" if filters.get("state") == "all" else "open"
    params = {**filters, "state": state}
    table = load_quarantine(FEW, params, clocks, actor)
    who = "Repair one, or dismiss it." if _may_repair(actor) else "Operations and risk officers repair them."
    note = f"Rows of imported files with what is wrong with them, as things stand now. {who}"
    if not table.rows:
        said = "No refused row waits for a decision." if state == "open" else "No row was ever refused."
        return section("Refused rows", [notice(said)], note=note)
    caption = "Rows of imports that were refused"
    shown = data_grid(Ids.QUARANTINE, table, clocks=clocks.query(), params=params, query=FEW, caption=caption)
    return section("Refused rows", [shown], note=note)


def import_section(clocks: Clocks, actor: Actor) -> Component:
    """Return the past imports."""
    note = "Every file that was taken in or refused, by whom, and how many of its rows."
    table = ingest.recent_imports(FEW, actor, clocks.known_at)
    if not table.rows:
        said = "No file was imported yet. Import one under Market > Import, or type: enerscope import prices FILE"
        return section("Recent imports", [notice(said)], note=note)
    caption = "Files that were imported, or refused"
    shown = data_grid(Ids.IMPORTS, table, clocks=clocks.query(), query=FEW, caption=caption)
    return section("Recent imports", [shown], note=note)


def _numbers_a_row(asked: str) -> bool:
    return asked.isascii() and asked.isdecimal() and len(asked) <= 18  # what fits the key of the table


def _may_repair(actor: Actor) -> bool:
    return actor.can(Permission.DATA_REPAIR)


def _back(query: Mapping[str, Any]) -> str:
    """Return the address of the page with the inputs and clocks of ``query``, without an open row."""
    kept = {name: value for name, value in query.items() if value and name != "row"}
    return PATH + ("?" + urlencode(kept) if kept else "")


@grid(Ids.QUARANTINE, title="Refused rows", permission=Permission.MARKET_READ)
def load_quarantine(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return refused rows; open ones link to the form for those who may repair."""
    only_open = filters.get("state") != "all"
    table = ingest.quarantine_table(query, actor, state="open" if only_open else None)
    if not only_open or not _may_repair(actor):
        return table
    back = _back({**filters, **clocks.query()})
    joint = "&" if "?" in back else "?"
    columns = (
        *table.columns[:1],
        Column("repair", "Repair", link="href", sortable=False),
        *table.columns[1:],
        Column("href", "Address", hidden=True),
    )
    rows = [(row[0], "Repair", *row[1:], f"{back}{joint}row={row[0]}") for row in table.rows]
    return replace(table, columns=columns, rows=rows)


@grid(Ids.IMPORTS, title="Imports", permission=Permission.MARKET_READ)
def load_imports(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return past imports."""
    return ingest.recent_imports(query, actor, clocks.known_at)


def form(query: Mapping[str, str], actor: Actor) -> list[Component]:
    """Return the form for the row that the address names; nothing when it names none or the actor may not repair."""
    asked = query.get("row", "")
    if not _numbers_a_row(asked) or not _may_repair(actor):
        return []
    back = _back(query)
    try:
        entry = ingest.quarantine_row(int(asked), actor)
    except NotFound as missing:
        return [empty("No such row", missing.message)]
    if entry.state != "open":
        return [
            notice(f"Line {entry.line} of {entry.file_name} was {entry.state} before; nothing is left to do.")
        ]
    # A JSON object keeps no order; the raw text tells in which order the cells stood.
    cells = dict(sorted(entry.fields.items(), key=lambda cell: entry.raw.find(cell[1])))
    return [
        repair_form(
            f"Repair line {entry.line} of {entry.file_name}",
            entry.message,
            entry.raw,
            cells,
            suspect=entry.column,
            ids={"row": Ids.ROW, "retry": Ids.RETRY, "dismiss": Ids.DISMISS, "outcome": Ids.OUTCOME},
            cell_ids={column: cell_id(column) for column in cells},
            row=entry.id,
            back=back,
        )
    ]


@guarded_callback(
    Output(Ids.OUTCOME, "children"),
    Input(Ids.RETRY, "n_clicks"),
    Input(Ids.DISMISS, "n_clicks"),
    State(Ids.ROW, "data"),
    State({"type": "market-quality-cell", "column": ALL}, "value"),
    State({"type": "market-quality-cell", "column": ALL}, "id"),
    permission=Permission.DATA_REPAIR,
    prevent_initial_call=True,
    running=[(Output(Ids.RETRY, "disabled"), True, False), (Output(Ids.DISMISS, "disabled"), True, False)],
)
def settle(
    retries: int | None,
    dismissals: int | None,
    row: int,
    texts: Sequence[str | None],
    ids: Sequence[Mapping[str, str]],
) -> Any:
    """Repair or dismiss the row and say what became of it."""
    if not (retries or dismissals):
        return no_update  # the form was drawn, nobody clicked
    actor = current_actor()
    if not _numbers_a_row(str(row)):
        return notice("The form does not say which row it repairs. Open it again from the list.", kind="warn")
    try:
        if ctx.triggered_id == Ids.DISMISS:
            ingest.dismiss_row(row, actor)
            return _done("The row was dismissed. It stays in the list of all rows with your name.")
        cells = {str(item["column"]): str(text or "") for item, text in zip(ids, texts, strict=True)}
        report = ingest.repair_row(row, cells, actor)
    except (DomainError, Conflict, NotFound, NotPermitted) as refusal:
        return notice(refusal.message, kind="warn")
    return _done(f"{report.summary()} The row is repaired.")


def _done(sentence: str) -> list[Component]:
    return [notice(sentence), dcc.Link("Back to the list", href=PATH, className="es-link")]
