"""Market > Curve build: one smooth curve from quoted products, without arbitrage, and what it leaves of each quote."""

import dash
from dash import html

from callbacks.market.curve_build import SHAPE_OPTIONS, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; the URL holds the curve and the shape between quotes."""
    state = view(query)
    curves = [(row.code, f"{row.code} · {row.unit}") for row in state.curves]
    store = html.Div(
        [
            html.Button("Store this fit", id=Ids.STORE, type="button", className="btn btn-sm btn-primary"),
            html.Div(id=Ids.OUTCOME, role="status"),
        ],
        className="es-repair-buttons",
        hidden=not state.may_store,
    )
    return page_frame(
        "Curve build",
        trail="Market",
        lead="Months, quarters and years contradict each other by small amounts. How much, and which curve is left?",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "curve", "Curve", curves, state.filters["curve"]),
            choice(Ids.BODY, "shape", "Shape between quotes", SHAPE_OPTIONS, state.filters["shape"]),
        ]
        if curves
        else [],
        actions=[store] if curves else [],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/curve-build",
    name="Curve build",
    title="Curve build · Enerscope",
    area="market",
    order=25,
    permission=Permission.MARKET_READ,
    layout=layout,
)
