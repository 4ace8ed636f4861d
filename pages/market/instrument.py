"""Market > Prices > one instrument."""

import dash
from dash import dcc, html

from callbacks.market.instrument import RANGES, Ids, view
from components.controls import choice, multi_select
from components.page import page_frame
from portal.core.permissions import Permission

STUDIES = [("none", "None"), ("ma", "Averages"), ("bands", "Bands"), ("both", "Both")]


def layout(code: str = "", **query: str) -> html.Div:
    """Return the page of instrument ``code``; the URL holds range, style, studies, scale and comparison."""
    state = view(code, query)
    row, filters = state.instrument, state.filters
    others = [(other.code, f"{other.code} · {other.name}") for other in state.choices if other.code != code]
    return page_frame(
        row.name,
        trail="Market / Prices",
        lead=f"{row.code} in {row.unit} · {row.source}",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            dcc.Input(id={"type": "filter", "body": Ids.BODY, "name": "code"}, type="hidden", value=code),
            choice(
                Ids.BODY,
                "range",
                "Range",
                [(key, label) for key, (label, _) in RANGES.items()],
                filters["range"],
            ),
            choice(Ids.BODY, "style", "Style", [("candles", "Candles"), ("line", "Line")], filters["style"]),
            choice(Ids.BODY, "study", "Studies", STUDIES, filters["study"]),
            choice(Ids.BODY, "scale", "Scale", [("linear", "Linear"), ("log", "Log")], filters["scale"]),
            multi_select(Ids.BODY, "compare", "Compare with", others, filters["compare"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path_template="/market/instrument/<code>",
    name="Instrument",
    title="Instrument · Enerscope",
    area="market",
    order=11,
    nav=False,
    permission=Permission.MARKET_READ,
    layout=layout,
)
