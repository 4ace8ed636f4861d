"""Portfolio > Trades: every trade of your books, with its state, and what waits for a second person."""

import dash
from dash import dcc, html

from callbacks.portfolio.trades import ALL, IMPORT_PATH, KINDS, STATUSES, Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?node=GAS&commodity=gas&kind=swap&counterparty=ICE&status=live`` restores a view."""
    state = view(query)
    nodes = [(ALL, "All")] + [
        (node.code, "\u2007" * 2 * node.depth + node.name) for node in state.choices.nodes
    ]
    commodities = [(ALL, "All"), *((name, name.capitalize()) for name in state.choices.commodities)]
    counterparties = [(ALL, "All"), *state.choices.counterparties]
    filters = state.filters
    entry = dcc.Link("Import trades", href=f"{IMPORT_PATH}?kind=trades", className="es-link")
    return page_frame(
        "Trades",
        trail="Portfolio",
        lead="Every trade of your books as it stood on the valuation day. A change waits for a second person.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "node", "Portfolio", nodes, filters["node"]),
            select(Ids.BODY, "commodity", "Commodity", commodities, filters["commodity"]),
            select(Ids.BODY, "kind", "Kind", KINDS, filters["kind"]),
            select(Ids.BODY, "counterparty", "Counterparty", counterparties, filters["counterparty"]),
            select(Ids.BODY, "status", "State", STATUSES, filters["status"]),
        ],
        content=state.content,
        actions=[entry] if state.may_import else [],
    )


dash.register_page(
    __name__,
    path="/portfolio/trades",
    name="Trades",
    title="Trades · Enerscope",
    area="portfolio",
    order=40,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
