"""Portfolio > What-if: what a deal would do, beside the book."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any
from urllib.parse import urlencode

from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from callbacks.portfolio.what_if_compliance import compliance_card
from callbacks.portfolio.what_if_risk import LEVEL_OPTIONS, level_of, risk_card
from components.chart import chart_card
from components.charts.what_if import delta_change
from components.controls import filter_id
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, section
from components.save import save_form
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio import what_if_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.portfolio import what_if as service
from portal.services.portfolio import what_if_tables as tables
from portal.services.portfolio.what_if import Answer, Question
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

__all__ = ["EXAMPLE", "LEVEL_OPTIONS", "Ids", "View", "draw", "keep", "view"]

PATH = "/portfolio/what-if"
EXAMPLE = (
    "buy 25 MW POWER_DE_LU Cal-27 @ 84.20\n"
    "sell 50 MW TTF Q1-27\n"
    "buy 100,000 bbl BRENT Mar-27 put strike 62 premium 1.9 expiry 2027-01-26"
)


class Ids(StrEnum):
    """Names of the page's parts."""

    BODY = "portfolio-what-if"
    DEALS = "portfolio-what-if-deals"
    CELLS = "portfolio-what-if-cells"
    LIMITS = "portfolio-what-if-limits"
    TITLE = "portfolio-what-if-title"
    SAVE = "portfolio-what-if-save"
    SAVED = "portfolio-what-if-saved"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    books: list[str]
    book: str
    text: str
    level: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state; ``key`` opens a saved what-if, ``deal`` starts with one line."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    books = service.books(actor)
    text, book, before = (
        str(query.get("deals") or query.get("deal") or "")[:2000],
        str(query.get("book", "")),
        [],
    )
    if query.get("key"):
        try:
            row, question = service.load(str(query["key"]), actor)
        except NotFound as refusal:
            before = [notice(refusal.message, kind="warn")]
        else:
            text, book = question.text, question.book
            before = [notice(f"{row.title}: saved by {row.created_by}. What you change here is not saved.")]
    book = book if book in books else next(iter(books), "")
    level = level_of(query.get("level"))
    filters = {"deals": text, "book": book, "level": level}
    return View(clocks, books, book, text, level, [*before, *_content(filters, clocks, actor)])


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the figures of the deals typed."""
    return _content(filters, clocks, actor)


@grid(Ids.DEALS, title="What-if, deals", permission=Permission.PORTFOLIO_READ)
def load_deals(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return one row for each line."""
    return sort_rows(tables.deal_table(_answer(filters, clocks, actor)), query)


@grid(Ids.CELLS, title="What-if, change of position", permission=Permission.PORTFOLIO_READ)
def load_cells(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the change of delta by curve and month, with the hedge."""
    answer = _answer(filters, clocks, actor)
    return sort_rows(tables.position_table(answer, tables.cell_changes(answer)), query)


@grid(Ids.LIMITS, title="What-if, limits", permission=Permission.PORTFOLIO_READ)
def load_limits(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return how much of its limits the book would use."""
    answer = _answer(filters, clocks, actor)
    return sort_rows(tables.limit_table(answer, tables.limits(answer, clocks)), query)


def _answer(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Answer:
    question = Question.of(str(filters.get("deals") or ""), str(filters.get("book") or ""))
    return service.evaluate(question, clocks, actor)


def _content(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    if not str(filters.get("deals") or "").strip():
        return [_start(actor)]
    try:
        answer = _answer(filters, clocks, actor)
    except DomainError as refusal:
        return [notice(refusal.message, kind="warn")]
    asked = {"deals": answer.question.text, "book": answer.question.book}
    deals = tables.deal_table(answer)
    parts: list[Component] = [
        section(
            "Deals",
            [
                data_grid(
                    Ids.DEALS, deals, clocks=clocks.query(), params=asked, searchable=False, caption="Deals"
                )
            ],
            note="Nothing here touches the book. A line without a price is dealt at its fair price.",
        )
    ]
    if not answer.is_valued:
        return [notice("No line can be valued yet; each says what is wrong with it.", kind="warn"), *parts]
    return [
        _tiles(answer),
        *parts,
        *_position(answer, asked, clocks),
        *_limits(answer, asked, clocks),
        *compliance_card(answer, clocks, actor),
        *risk_card(answer, filters, clocks, actor),
        _save(),
    ]


def _start(actor: Actor) -> Component:
    rows = service.saved(actor)
    recent = [
        html.Li(
            [
                dcc.Link(
                    row.title,
                    href=_address(row.key, row.as_of.isoformat(), row.known_at.isoformat()),
                    className="es-link",
                ),
                f" · {row.deals.get('book', '')} · {row.created_by}, {row.recorded_at:%Y-%m-%d %H:%M} UTC",
            ]
        )
        for row in rows
    ]
    return html.Div(
        [
            empty(
                "Type or paste a deal",
                "One a line: buy or sell, quantity and unit, curve, delivery, then @ price, or call or put with "
                "strike, premium and expiry. 'scale #1042 by 0.5', 'flip #1042' and 'remove #1042' change trades of "
                "the book.",
            ),
            html.Pre(EXAMPLE, className="es-example"),
            section("Saved what-ifs", [html.Ul(recent, className="es-list")]) if recent else None,
        ]
    )


def _tiles(answer: Answer) -> Component:
    params = tables.deal_params(answer)
    shown = (
        ("Change of value", metrics.VALUE, "value"),
        ("For a rise of 1 %", metrics.MOVE, "move"),
        ("Gamma of that rise", metrics.GAMMA, "gamma"),
        ("Vega, one point", metrics.VEGA, "vega"),
        ("Theta, one day", metrics.THETA, "theta"),
        ("Rho, one basis point", metrics.RHO, "rho"),
    )
    return kpi_row(
        [kpi_tile(title, Shown(metric, answer.change(name), "EUR", params)) for title, metric, name in shown]
    )


def _position(answer: Answer, asked: Mapping[str, str], clocks: Clocks) -> list[Component]:
    cells = tables.cell_changes(answer)
    if not cells:
        return [notice("The deals change no delta: what they add they take away, or their delivery is over.")]
    energy = [cell for cell in cells if isfinite(cell.mwh)]
    hedge = "\n".join(cell.hedge for cell in cells if cell.hedge)
    table = tables.position_table(answer, cells)
    shown = data_grid(
        Ids.CELLS, table, clocks=clocks.query(), params=asked, searchable=False, caption="Change of position"
    )
    link = f"{PATH}?" + urlencode(
        {"book": answer.question.book, "deals": answer.question.text + "\n" + hedge}
    )
    again = (
        [dcc.Link("Add the hedge to the what-if", href=link, className="es-link")]
        if hedge and len(link) < 3500
        else []
    )
    return [
        chart_card(
            "Delta before and after",
            delta_change(
                [f"{cell.curve} {product_label(cell.month)}" for cell in energy],
                [cell.before * cell.mwh for cell in energy],
                [cell.after * cell.mwh for cell in energy],
            ),
            grid=Ids.CELLS,
            clocks=clocks.query(),
            params=asked,
            simulated=answer.base.simulated,
            note=f"Of {' and '.join(tables.touched(answer))}, in the curve and months that the deals touch.",
        ),
        section("Change of position, and the hedge that takes it out", [shown, *again]),
    ]


def _limits(answer: Answer, asked: Mapping[str, str], clocks: Clocks) -> list[Component]:
    rows = tables.limits(answer, clocks)
    if not rows:
        return []
    shown = data_grid(
        Ids.LIMITS,
        tables.limit_table(answer, rows),
        clocks=clocks.query(),
        params=asked,
        searchable=False,
        caption="Limits",
    )
    return [
        section(
            f"Limits of {answer.question.book}", [shown], note="The fullest delivery month, obligations only."
        )
    ]


def _save() -> Component:
    return save_form(Ids.TITLE, Ids.SAVE, Ids.SAVED)


def _address(key: str, as_of: str, known_at: str) -> str:
    return f"{PATH}?" + urlencode({"key": key, "as_of": as_of, "known_at": known_at})


@guarded_callback(
    Output(Ids.SAVED, "children"),
    Input(Ids.SAVE, "n_clicks"),
    State(Ids.TITLE, "value"),
    State(filter_id(Ids.BODY, "deals"), "value"),
    State(filter_id(Ids.BODY, "book"), "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.PORTFOLIO_READ,
    prevent_initial_call=True,
)
def keep(
    clicks: int | None, title: str | None, deals: str | None, book: str | None, pair: Mapping[str, str]
) -> Any:
    """Save the what-if and show the address that others can open."""
    if not clicks:
        return no_update
    asked = read_filters({"title": title or "", "deals": deals or "", "book": book or ""})
    clocks = clock_service.resolve(read_filters(pair or {}))
    try:
        question = Question.of(asked["deals"], asked["book"])
        row = service.save(question, asked["title"], clocks, current_actor())
    except DomainError as refusal:
        return notice(refusal.message, kind="warn")
    address = _address(row.key, row.as_of.isoformat(), row.known_at.isoformat())
    return html.Span(["Saved. Share ", dcc.Link("this what-if", href=address, className="es-link"), "."])
