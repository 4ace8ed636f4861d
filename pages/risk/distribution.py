"""Risk > Distribution: the P&L of all scenarios of a run, its tail, and one scenario opened."""

import dash
from dash import html

from callbacks.risk.distribution import LEVEL_OPTIONS, METHOD_OPTIONS, Ids, view
from components.controls import choice, select, text
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS&scenario=2026-01-15`` restores a view."""
    state = view(query)
    return page_frame(
        "Distribution and tail",
        trail="Risk",
        lead="What all scenarios would do, which are the worst, and what makes each of them bad.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.filters["portfolio"]),
            select(Ids.BODY, "method", "Method", METHOD_OPTIONS, state.filters["method"]),
            choice(Ids.BODY, "level", "Level", LEVEL_OPTIONS, state.filters["level"]),
            text(Ids.BODY, "scenario", "Scenario", state.filters["scenario"], placeholder="the worst one"),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/risk/distribution",
    name="Distribution",
    title="Distribution of risk · Enerscope",
    area="risk",
    order=30,
    permission=Permission.RISK_READ,
    layout=layout,
)
