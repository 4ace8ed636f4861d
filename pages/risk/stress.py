"""Risk > Stress: what would a crisis cost, and what would break us?"""

import dash
from dash import html

from callbacks.risk.stress import SPLIT_OPTIONS, Ids, builder, view
from components.controls import choice, select, text
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?scenario=GAS_SPIKE&portfolio=GAS&split=curve`` restores a view."""
    state = view(query)
    return page_frame(
        "Stress",
        trail="Risk",
        lead="What past crises and shocks of your own would cost, every trade revalued, and what they leave out.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.portfolios, state.asking.ask.portfolio),
            select(Ids.BODY, "scenario", "Scenario", state.scenarios, state.scenario),
            choice(Ids.BODY, "split", "Split by", SPLIT_OPTIONS, state.asking.split),
            text(Ids.BODY, "loss", "Find what costs, EUR", state.asking.loss, placeholder="such as 100m"),
            builder(state),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/risk/stress",
    name="Stress",
    title="Stress · Enerscope",
    area="risk",
    order=50,
    permission=Permission.RISK_READ,
    layout=layout,
)
