"""Risk > Stress: what would a crisis cost, and what would break us?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from callbacks.risk.stress import grids
from callbacks.risk.stress.asking import AUTO, PATH, Asking, read
from callbacks.risk.stress.cards import StressCards
from callbacks.risk.stress.ids import Ids
from components.chart import chart_id
from components.controls import filter_id, lines, multi_select
from components.page import PAGE_CLOCKS
from components.portfolios import portfolio_choices
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError, NotFound
from portal.core.permissions import Permission
from portal.domain.risk.stress.shocks import Factor
from portal.domain.risk.stress.text import FIRST_TITLE, read_lines
from portal.services import clocks as clock_service
from portal.services.risk import stress as service
from portal.services.risk import stress_catalogue as catalogue
from portal.services.risk.stress import ALL, SPLITS, Stressed
from portal.services.risk.stress_catalogue import OWN
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.views import body

__all__ = ["SPLIT_OPTIONS", "Ids", "View", "builder", "draw", "grids", "view"]

SPLIT_OPTIONS = list(SPLITS.items())
EXAMPLE = "# Cold snap\nprice gas +25% winter months 0-6\nvol power +40% floor 20\n# Dollar\nfx USD -5%"
HELP = (
    "Of: curves, zones (DE_LU), commodities (crude, products, oil, gas, lng, coal, carbon, power, all), or currencies. "
    "By: +25%, +4 in the unit of the curve, +10pt of volatility, +100bp of rates. A correlation reads 'correlation "
    "POWER_DE_LU:TTF to 1 by 50%'. Layers apply in the order chosen, then the rows."
)
FACTORS = {
    Factor.PRICE: "Price",
    Factor.SLOPE: "Slope, front against back",
    Factor.SEASON: "Winter against summer",
    Factor.VOL: "Volatility",
    Factor.CORRELATION: "Correlation",
    Factor.FX: "Exchange rate",
    Factor.RATE: "Zero rate",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs by value and label."""

    clocks: Clocks
    asking: Asking
    portfolios: list[tuple[str, str]]
    scenarios: list[tuple[str, str]]
    catalogue: list[tuple[str, str]]
    scenario: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    asking = read(query)
    choices: list[tuple[str, str]] = [(AUTO, "Yours, else the worst"), (OWN, "Your own, as typed")]
    portfolios, known = [(ALL, "All that you may see")], []
    try:
        found = service.stress(clocks, actor, asking.ask)
    except (DomainError, NotFound) as refusal:
        content: list[Component] = [empty("Nothing can be stressed", refusal.message)]
    else:
        known = [(code, _label(found, code)) for code in found.entries if code != OWN]
        portfolios += portfolio_choices(found.found.nodes)
        content = _content(found, asking, clocks, actor)
    chosen = asking.ask.scenario if asking.ask.scenario in dict(choices + known) else AUTO
    return View(clocks, asking, portfolios, choices + known, known, chosen, content)


def _label(found: Stressed, code: str) -> str:
    entry = found.entries[code]
    return (
        f"{entry.scenario.title} (saved, version {entry.version})" if entry.is_saved else entry.scenario.title
    )


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the matrix of all scenarios and the cards of one."""
    asking = read(filters)
    try:
        found = service.stress(clocks, actor, asking.ask)
    except (DomainError, NotFound) as refusal:
        return [empty("Nothing can be stressed", refusal.message)]
    return _content(found, asking, clocks, actor)


def _content(found: Stressed, asking: Asking, clocks: Clocks, actor: Actor) -> list[Component]:
    cards = StressCards(found, asking, clocks, actor)
    asked = found.ask.scenario
    said = [notice(found.complaint, kind="warn")] if found.complaint else []
    if asked and asked != found.chosen and not found.complaint:
        why = (
            found.refused.get(asked)
            or "Nothing is typed yet, or there is no such scenario: the worst one is shown."
        )
        said.append(notice(why, kind="warn"))
    parts = [
        *said,
        cards.tiles(),
        cards.matrix(),
        cards.story(),
        cards.nodes(),
        cards.parts(),
        cards.layers(),
        *cards.trades(),
        cards.shocks(),
        cards.unshocked(),
        cards.reverse(),
        cards.likely(),
        cards.save(),
    ]
    return [part for part in parts if part is not None]


def builder(state: View) -> Component:
    """Return the inputs of an own scenario: layers of the library, rows as typed, and a form that adds a row."""
    ask = state.asking.ask
    return html.Details(
        [
            html.Summary("Build your own scenario"),
            multi_select(
                Ids.BODY, "layers", "Lay over each other, in this order", state.catalogue, ask.layers
            ),
            lines(
                Ids.BODY,
                "shocks",
                "Shocks, one a line; '# Title' opens a layer",
                ask.shocks,
                placeholder=EXAMPLE,
            ),
            html.Div(_row_form(), className="es-save"),
            html.P(
                HELP,
                className="es-note",
            ),
        ],
        className="es-change-form es-builder",
        open=bool(ask.layers or ask.shocks),
    )


def _row_form() -> list[Component]:
    def field(name: str, placeholder: str) -> html.Div:
        return html.Div(dbc.Input(id=name, placeholder=placeholder, size="sm", type="text", maxlength=80))

    return [
        field(Ids.ADD_LAYER, "Layer"),
        dbc.Select(
            id=Ids.ADD_FACTOR,
            options=[{"value": factor.value, "label": label} for factor, label in FACTORS.items()],
            value=Factor.PRICE.value,
            size="sm",
        ),
        field(Ids.ADD_SCOPE, "Of, such as gas"),
        field(Ids.ADD_SIZE, "By, such as +25%"),
        field(Ids.ADD_MONTHS, "Months, such as winter or 0-6"),
        html.Button("Add shock", id=Ids.ADD, type="button", className="btn btn-sm btn-outline-primary"),
        html.Div(id=Ids.ADDED, role="status"),
    ]


def row_of(factor: str, scope: str, size: str, months: str) -> str:
    """Return the line that the fields of the form mean; words of months may be ``winter`` and ``0-6``."""
    words = ["months " + word if word[:1].isdigit() else word for word in months.split()]
    said = f"to {size.removeprefix('to').strip()}" if factor == Factor.CORRELATION.value else size
    return " ".join([factor, scope.replace(" ", "") or "all", said, *words]).strip()


@guarded_callback(
    Output(filter_id(Ids.BODY, "shocks"), "value"),
    Output(filter_id(Ids.BODY, "scenario"), "value"),
    Output(Ids.ADDED, "children"),
    Input(Ids.ADD, "n_clicks"),
    State(Ids.ADD_LAYER, "value"),
    State(Ids.ADD_FACTOR, "value"),
    State(Ids.ADD_SCOPE, "value"),
    State(Ids.ADD_SIZE, "value"),
    State(Ids.ADD_MONTHS, "value"),
    State(filter_id(Ids.BODY, "shocks"), "value"),
    permission=Permission.RISK_READ,
    prevent_initial_call=True,
)
def add_row(clicks: int | None, *fields: str | None) -> Any:
    """Add a row to what is typed, in the layer named, and look at it."""
    if not clicks:
        return no_update, no_update, no_update
    names = ("layer", "factor", "scope", "size", "months", "shocks")
    asked = read_filters(dict(zip(names, (field or "" for field in fields), strict=True)))
    row = row_of(*(asked[name].strip() for name in ("factor", "scope", "size", "months")))
    text, title = asked["shocks"].rstrip(), asked["layer"].strip().lstrip("# ")
    try:
        read_lines(row)
        before = [line.layer.title for line in read_lines(text) if line.layer]
        last = before[-1] if before else FIRST_TITLE
        opened = [f"# {title}"] if title and title != last else []
        whole = "\n".join([*([text] if text else []), *opened, row])
        read_lines(whole)
    except DomainError as refusal:
        return no_update, no_update, notice(refusal.message, kind="warn")
    return whole, OWN, ""


@guarded_callback(
    Output(Ids.SAVED, "children"),
    Input(Ids.SAVE, "n_clicks"),
    State(Ids.TITLE, "value"),
    State(Ids.NARRATIVE, "value"),
    State(filter_id(Ids.BODY, "shocks"), "value"),
    State(filter_id(Ids.BODY, "layers"), "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.RISK_RUN,
    prevent_initial_call=True,
)
def keep(
    clicks: int | None,
    title: str | None,
    narrative: str | None,
    shocks: str | None,
    layers: list[str] | None,
    pair: Mapping[str, str],
) -> Any:
    """Save what is typed as a scenario of the library."""
    if not clicks:
        return no_update
    asked = read_filters(
        {"title": title or "", "story": narrative or "", "shocks": shocks or "", "layers": layers or []}
    )
    ask = read(asked).ask
    clocks = clock_service.resolve(read_filters(pair or {}))
    try:
        code, version = catalogue.save(
            asked["title"], asked["story"], ask.shocks, ask.layers, clocks, current_actor()
        )
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    link = dcc.Link("Look at it", href=f"{PATH}?{urlencode({'scenario': code})}", className="es-link")
    return html.Span([f"Saved as {code}, version {version}. ", link, "."])


@guarded_callback(
    Output(Ids.RETIRED, "children"),
    Input(Ids.RETIRE, "n_clicks"),
    State(Ids.RETIRE, "value"),
    permission=Permission.RISK_RUN,
    prevent_initial_call=True,
)
def retire(clicks: int | None, code: str | None) -> Any:
    """Take a saved scenario out of the list."""
    if not clicks:
        return no_update
    try:
        catalogue.retire(str(code or ""), current_actor())
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    link = dcc.Link("Back to the scenarios", href=PATH, className="es-link")
    return html.Span(["Retired; its versions stay on record. ", link, "."])


guarded_clientside(
    ClientsideFunction("explain", "follow"),
    Output(chart_id("graph", Ids.NODES), "clickData"),
    Input(chart_id("graph", Ids.NODES), "clickData"),
    prevent_initial_call=True,
)
