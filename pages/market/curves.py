"""Market > Curves: where does the market see prices by delivery, and how did that view move?"""

import dash
import dash_bootstrap_components as dbc
from dash import html

from callbacks.market.curves import AGO_OPTIONS, SPAN_OPTIONS, VIEW_OPTIONS, Ids, view
from components.controls import choice, multi_select, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; the URL holds the curve, the days compared with, the delivery periods, range and history."""
    state = view(query)
    filters = state.filters
    extra = [(day, day) for day in filters["compare"] if day not in dict(AGO_OPTIONS)]
    far = [("none", "nothing"), *state.products]
    return page_frame(
        "Curves",
        trail="Market",
        lead="Forward curves by delivery, against any earlier day. Click a node or a cell for its history.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(
                Ids.BODY,
                "curve",
                "Curve",
                [(row.code, f"{row.code} · {row.unit}") for row in state.curves],
                filters["curve"],
            ),
            choice(Ids.BODY, "view", "Delivery", VIEW_OPTIONS, filters["view"]),
            multi_select(Ids.BODY, "compare", "Compare with", [*AGO_OPTIONS, *extra], filters["compare"]),
            html.Label(
                [
                    html.Span("Add a day", className="es-label"),
                    dbc.Input(
                        id=Ids.ADD_DAY, type="date", size="sm", debounce=True, max=str(state.clocks.as_of)
                    ),
                ],
                className="es-control",
            ),
            choice(Ids.BODY, "range", "History range", SPAN_OPTIONS, filters["range"]),
            select(Ids.BODY, "near", "History of", state.products, filters["near"]),
            select(Ids.BODY, "far", "less", far, filters["far"]),
        ]
        if state.curves
        else [],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/market/curves",
    name="Curves",
    title="Curves · Enerscope",
    area="market",
    order=20,
    permission=Permission.MARKET_READ,
    layout=layout,
)
