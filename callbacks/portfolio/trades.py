"""Portfolio > Trades: the blotter, with its filters and what waits for a second person."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from components.kpi import kpi_row, kpi_tile
from components.states import badge, empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.portfolio import trade_metrics as metrics
from portal.domain.portfolio.terms import KIND_OF
from portal.services import clocks as clock_service
from portal.services.portfolio import blotter
from portal.services.portfolio.blotter import Choices, Filter, Summary
from portal.web.actor import current_actor
from portal.web.views import body, grid

ALL = "all"
IMPORT_PATH = "/market/import"
KINDS = [(ALL, "All"), *((key, kind.label) for key, kind in KIND_OF.items())]
STATUSES = [(ALL, "All"), *blotter.STATUSES.items()]
PAGE = GridQuery(limit=50)
_NAMES = ("node", "commodity", "kind", "counterparty", "status")


class Ids(StrEnum):
    """The body and its grid."""

    BODY = "portfolio-trades"
    TRADES = "portfolio-trades-rows"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    choices: Choices
    filters: dict[str, str]
    content: list[Component]
    may_import: bool


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = blotter.choices(actor)
    filters = {
        "node": _one_of(query, "node", [node.code for node in choices.nodes]),
        "commodity": _one_of(query, "commodity", choices.commodities),
        "kind": _one_of(query, "kind", KIND_OF),
        "counterparty": _one_of(query, "counterparty", [code for code, _ in choices.counterparties]),
        "status": _one_of(query, "status", blotter.STATUSES),
    }
    may_import = actor.can(Permission.DATA_IMPORT) and actor.can(Permission.TRADE_ENTER)
    return View(clocks, choices, filters, draw(filters, clocks, actor), may_import)


def _one_of(query: Mapping[str, str], name: str, allowed: Collection[str]) -> str:
    asked = query.get(name, "")
    return asked if asked in allowed else ALL


def _asked(filters: Mapping[str, Any]) -> Filter:
    given = {name: str(filters.get(name) or ALL) for name in _NAMES}
    return Filter(**{name: "" if text == ALL else text for name, text in given.items()})


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the figures and the list."""
    asked = _asked(filters)
    found = blotter.summary(asked, clocks, actor)
    params = {name: getattr(asked, name) or ALL for name in _NAMES}
    table = blotter.trades(PAGE, asked, clocks, actor)
    parts: list[Component] = [kpi_row(_tiles(found, params))]
    if found.counts.waiting:
        parts.append(_waiting(found, clocks, actor))
    if found.later:
        words = (
            f"{found.later:,} trade(s) have a version that takes effect after {clocks.as_of:%Y-%m-%d} and is not "
            "counted here. Choose a later valuation day to see it."
        )
        parts.append(notice(words))
    if not table.rows:
        return [*parts, _nothing(asked, actor)]
    caption = "Trades as they stood on the valuation day, the newest first"
    shown = data_grid(Ids.TRADES, table, clocks=clocks.query(), params=params, query=PAGE, caption=caption)
    mark = [badge("simulated", "sim", title="Made up for the demo desk")] if table.simulated else []
    head = html.Div([html.H2("Trades"), *mark], className="es-version-head")
    note = html.P(
        "The newest first. A row opens the trade with all of its versions; wide screens and files show more of it.",
        className="es-note",
    )
    return [*parts, html.Section([head, note, shown], className="es-section es-full")]


def _tiles(found: Summary, params: Mapping[str, str]) -> list[Component]:
    counts = found.counts
    tiles = [
        ("Trades", metrics.TRADES, counts.trades, "of this filter, cancelled ones too"),
        ("Live", metrics.LIVE_TRADES, counts.live, "neither cancelled nor matured"),
        ("Wait for approval", metrics.WAITING_TRADES, counts.waiting, "with an open proposal"),
    ]
    return [
        kpi_tile(title, Shown(metric, float(value), metric.unit, params), detail=detail)
        for title, metric, value, detail in tiles
    ]


def _waiting(found: Summary, clocks: Clocks, actor: Actor) -> Component:
    count = found.counts.waiting
    words = f"{count:,} proposal{'s' if count > 1 else ''} to change a trade wait{'' if count > 1 else 's'}. "
    if actor.can(Permission.TRADE_APPROVE):
        address = "/portfolio/approvals?" + urlencode(clocks.query())
        return html.Div(
            [words, dcc.Link("Decide about them", href=address)], className="es-notice es-notice-warn"
        )
    return notice(words + "Somebody with the right to approve decides about them.", kind="warn")


def _nothing(asked: Filter, actor: Actor) -> Component:
    if asked != Filter():
        return empty(
            "No trade fits these filters", "Choose another book, kind or state, or a later valuation day."
        )
    if not actor.portfolio_codes:
        return empty(
            "You see no book yet", "An administrator grants portfolios: ask for the books that you work with."
        )
    advice = (
        "Import a file of trades under Market > Import, or load the demo desk with `enerscope demo load`."
    )
    return empty("No trades yet", advice)


@grid(Ids.TRADES, title="Trades", permission=Permission.PORTFOLIO_READ)
def load_trades(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the trades of the filter."""
    return blotter.trades(query, _asked(filters), clocks, actor)
