"""Risk > Drill-down: one figure opened by portfolio, factor and trade."""

import dash
from dash import html

from callbacks.risk.drill import LEVEL_OPTIONS, MEASURE_OPTIONS, METHOD_OPTIONS, SPLIT_OPTIONS, Ids, view
from components.controls import choice, select, text
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS&by=tenor&without=GAS_LNG`` restores a view."""
    state = view(query)
    return page_frame(
        "Risk drill-down",
        trail="Risk",
        lead="What drives a figure: by portfolio, factor and trade. The parts of every cut add up to it.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.filters["portfolio"]),
            select(Ids.BODY, "method", "Method", METHOD_OPTIONS, state.filters["method"]),
            choice(Ids.BODY, "measure", "Measure", MEASURE_OPTIONS, state.filters["measure"]),
            choice(Ids.BODY, "level", "Level", LEVEL_OPTIONS, state.filters["level"]),
            choice(Ids.BODY, "by", "Split by", SPLIT_OPTIONS, state.filters["by"]),
            text(
                Ids.BODY,
                "without",
                "Leave out",
                state.filters["without"],
                placeholder="GAS_LNG, 4711 (codes, trades)",
            ),
            text(Ids.BODY, "run", "Run", state.filters["run"], placeholder="newest"),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/risk/drill",
    name="Drill-down",
    title="Risk drill-down · Enerscope",
    area="risk",
    order=20,
    permission=Permission.RISK_READ,
    layout=layout,
)
