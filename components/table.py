"""Grids drawn as plain tables; sorting, filtering and paging are asked of the server, and exports ask the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.charts.theme import DOWN, NEUTRAL, WARN
from components.markup import Markup, tag, to_html
from components.number import passport_button
from components.sparkline import sparkline
from components.states import badge, empty
from portal.core import format as text
from portal.core import metrics
from portal.core.table import Cell, Column, GridQuery, Table

BADGES = {
    "info": "info",
    "warning": "warn",
    "critical": "bad",
    "unknown": "neutral",
    "bad": "bad",
    "good": "good",
    "quoted": "neutral",
    "interpolated": "info",
    "rolled": "info",
    "proxied": "warn",
    "late": "bad",
    "on time": "good",
    "simulated": "sim",
    "real": "neutral",
    "open": "warn",
    "repaired": "good",
    "dismissed": "neutral",
    "stored": "good",
    "stale": "warn",
    "missing": "bad",
    "no value": "bad",
    "unchanged": "neutral",
    "refused": "bad",
    "bad tick": "bad",
    "new level": "info",
    "no limit": "neutral",
    "within limit": "good",
    "near limit": "warn",
    "over limit": "bad",
    "draft": "warn",
    "released": "info",
    "submitted": "info",
    "block": "bad",
    "flag": "warn",
    "data gap": "neutral",
    "report": "info",
    "approved": "good",
    "pending": "warn",
    "expired": "bad",
    "cleared": "good",
    "confirmed": "bad",
    "old": "warn",
    "current": "good",
    "live": "good",
    "matured": "neutral",
    "amended": "info",
    "cancelled": "bad",
    "waits": "warn",
    "amendment": "info",
    "cancellation": "bad",
    "outdated": "bad",
    "yours": "neutral",
    "queued": "neutral",
    "running": "info",
    "done": "good",
    "failed": "bad",
    "lost": "bad",
    "exception": "bad",
    "green zone": "good",
    "yellow zone": "warn",
    "red zone": "bad",
    "accepted": "good",
    "rejected": "bad",
    "no power": "neutral",
    "champion": "good",
    "candidate": "info",
    "retired": "neutral",
    "finished": "good",
    "significant gain": "good",
    "no significant gain": "neutral",
    "baseline": "info",
    "not tested": "neutral",
    "to be confirmed": "warn",
    "as expected": "good",
    "otherwise": "bad",
    "in force": "good",
    "withdrawn": "neutral",
    "undecided": "warn",
    "false positive": "neutral",
    "evidence": "info",
    "low": "neutral",
    "medium": "info",
    "high": "warn",
    "proposed": "info",
    "closed": "good",
    "in time": "good",
    "due": "info",
    "incomplete": "warn",
    "not watched": "neutral",
    "nothing yet": "neutral",
    "expected": "neutral",
    "demo archive": "neutral",
    "waiting": "info",
    "kept": "good",
    "missed": "bad",
    "burns": "warn",
    "fires": "bad",
    "quiet": "good",
    "planned": "info",
    "under way": "warn",
    "sending": "info",
    "arrived": "good",
    "given up": "bad",
    "not sent": "neutral",
    "prepared": "info",
    "reviewed": "info",
    "reopened": "warn",
    "altered": "bad",
    "differs": "warn",
    "as signed": "good",
    "complete": "good",
    "partial": "warn",
    "no channel": "neutral",
    "on": "good",
    "off": "neutral",
}


WRAP_FROM = 22  # longest text, in characters, that keeps a cell on one line


def grid_id(part: str, grid: str, **more: str) -> dict[str, str]:
    """Return the id of one part of a grid; the callbacks in ``callbacks/grid.py`` match on it."""
    return {"type": f"grid-{part}", "grid": grid, **more}


def export_address(
    grid: str, kind: str, params: Mapping[str, Any], clocks: Mapping[str, str], query: GridQuery
) -> str:
    """Return the address of the CSV or XLSX with exactly the rows and order on screen (all pages of them)."""
    asked = {"params": dict(params), "sort": query.sort, "descending": query.descending, "text": query.text}
    return f"/export/{grid}.{kind}?" + urlencode({"q": json.dumps(asked, sort_keys=True), **clocks})


def data_grid(
    grid: str,
    table: Table,
    *,
    clocks: Mapping[str, str],
    params: Mapping[str, Any] | None = None,
    query: GridQuery | None = None,
    searchable: bool = True,
    caption: str = "",
) -> html.Div:
    """Return a grid: search box, sortable heads, rows, pages, and CSV and XLSX of what is shown."""
    query = query or GridQuery()
    state = {"params": dict(params or {}), "clocks": dict(clocks), "query": asdict(query), "caption": caption}
    search = dbc.Input(
        id=grid_id("search", grid),
        placeholder="Filter rows",
        value=query.text,
        debounce=0.4,
        size="sm",
        type="search",
        className="es-grid-search",
    )
    return html.Div(
        [
            dcc.Store(id=grid_id("state", grid), data=state),
            html.Div(search, className="es-grid-tools") if searchable else html.Div(search, hidden=True),
            html.Div(
                grid_rows(grid, table, clocks=clocks, params=params or {}, query=query, caption=caption),
                id=grid_id("rows", grid),
            ),
        ],
        className="es-grid-box",
    )


def grid_rows(
    grid: str,
    table: Table,
    *,
    clocks: Mapping[str, str],
    params: Mapping[str, Any],
    query: GridQuery,
    caption: str = "",
) -> list[Component]:
    """Return the part of a grid that changes: the table, its foot with pages, and the export links."""
    visible = [(at, table.columns[at]) for at in table.shown()]
    if not table.rows:
        advice = (
            "Clear the filter to see all rows."
            if query.text
            else "Nothing was recorded for these clocks and filters."
        )
        return [empty("No rows", advice)]
    head = html.Thead(html.Tr([_heading(grid, column, query) for _, column in visible]))
    body = Markup("".join(_row(table, row, visible) for row in table.rows), element="tbody")
    total = len(table.rows) if table.total is None else table.total
    return [
        html.Div(
            html.Table(
                [html.Caption(caption, className="visually-hidden") if caption else None, head, body],
                className="es-table",
            ),
            className="es-table-scroll",
            tabIndex=0,
        ),
        html.Div(
            [
                html.Span(
                    [
                        f"{_span(query, len(table.rows))} of {total:,} rows",
                        f" · {table.note}" if table.note else "",
                    ]
                ),
                _pager(grid, query, total),
                html.Span(
                    [
                        html.A("CSV", href=export_address(grid, "csv", params, clocks, query), download=""),
                        html.A("XLSX", href=export_address(grid, "xlsx", params, clocks, query), download=""),
                    ],
                    className="es-exports",
                ),
            ],
            className="es-grid-foot",
        ),
    ]


def _row(table: Table, row: tuple[Cell, ...], visible: Sequence[tuple[int, Column]]) -> str:
    """Return one row as HTML; ``table.extra["muted"]`` names, by first cell, rows that count for less."""
    cells = (
        tag("td", to_html(_cell(table, row, at, column)), {"className": _cell_class(column, row[at]) or None})
        for at, column in visible
    )
    muted = ' class="es-muted"' if row[0] in table.extra.get("muted", ()) else ""
    return f"<tr{muted}>{''.join(cells)}</tr>"


def _span(query: GridQuery, shown: int) -> str:
    return f"{query.offset + 1:,}–{query.offset + shown:,}"


def _pager(grid: str, query: GridQuery, total: int) -> html.Span:
    """Return the two page buttons; with one page they are hidden but stay, as inputs of their callback."""
    one_page = query.limit is None or total <= query.limit
    last = query.limit is not None and query.offset + query.limit >= total
    return html.Span(
        [
            html.Button(
                "Previous",
                id=grid_id("page", grid, step="previous"),
                disabled=query.offset == 0,
                type="button",
                className="es-link",
            ),
            html.Button(
                "Next",
                id=grid_id("page", grid, step="next"),
                disabled=last,
                type="button",
                className="es-link",
            ),
        ],
        hidden=one_page,
    )


def _heading(grid: str, column: Column, query: GridQuery) -> html.Th:
    sorted_now = query.sort == column.key
    arrow = ("▾" if query.descending else "▴") if sorted_now else ""
    unit = html.Span(f" {column.unit}", className="es-unit") if column.unit else None
    inner: Component = html.Span([column.title, unit])
    if column.sortable and column.kind != "spark":
        inner = html.Button(
            [column.title, html.Span(arrow, className="es-arrow"), unit],
            id=grid_id("sort", grid, column=column.key),
            type="button",
            className="es-sort",
        )
    order = "none" if not sorted_now else "descending" if query.descending else "ascending"
    return html.Th(
        inner,
        scope="col",
        title=column.help or None,
        className=_align(column),
        **attributes({"aria-sort": order}),
    )


def _align(column: Column) -> str:
    right = "es-right" if column.kind in ("number", "integer", "percent") else ""
    return f"{right} es-room-{column.room}".strip() if column.room else right


def _cell_class(column: Column, value: Cell) -> str:
    coloured = f" {text.direction(column, value)}"
    wrapped = " es-wrap" if isinstance(value, str) and column.link is None and len(value) > WRAP_FROM else ""
    return (_align(column) + coloured.rstrip() + wrapped).strip()


def _cell(table: Table, row: tuple[Cell, ...], at: int, column: Column) -> Component | str:
    value = row[at]
    if column.kind == "spark":
        return sparkline(value if isinstance(value, list) else [], colour=_spark_colour(table, row, column))
    written = text.row_text(table, row, at)
    if column.kind == "badge":
        return badge(written, BADGES.get(written, "neutral")) if value else ""
    address = None if column.link is None else f"{row[table.index(column.link)]}{column.link_more}"
    if column.metric is not None and value is not None:
        known = table.extra.get("params", {})
        named = known.get(row[0]) or known.get(str(row[0])) or {"key": str(row[0])}
        params = {**named, **dict(column.params)}
        figure = passport_button(metrics.metric(column.metric), written, params)
        return (
            figure if address is None else html.Span([figure, _arrow(address, column)], className="es-drill")
        )
    return (
        written
        if address is None or column.metric is not None
        else dcc.Link(written, href=address, className="es-row-link")
    )


def _spark_colour(table: Table, row: tuple[Cell, ...], column: Column) -> str | None:
    """Return the colour that the badge of a row gives its line; None where its direction decides."""
    if column.tone_from is None:
        return None
    tone_of = BADGES.get(str(row[table.index(column.tone_from)]), "neutral")
    return {"warn": WARN, "bad": DOWN}.get(tone_of, NEUTRAL)


def _arrow(address: str, column: Column) -> dcc.Link:
    """Return the link beside a figure that leads to what it is made of."""
    return dcc.Link("›", href=address, className="es-drill-link", title=f"{column.title}: what is in it")
