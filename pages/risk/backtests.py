"""Risk > Backtests: did the forecasts of risk hold, by which method, and why not where they did not?"""

import dash
from dash import html

from callbacks.risk.backtests import KIND_OPTIONS, LEVEL_OPTIONS, METHOD_OPTIONS, Ids, view
from components.controls import choice, day, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?portfolio=GAS&method=parametric&level=0.99&day=2026-11-02`` restores a view."""
    state = view(query)
    return page_frame(
        "Backtests",
        trail="Risk",
        lead="Forecasts of value at risk and expected shortfall held against what happened on the day after.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "portfolio", "Portfolio", state.nodes, state.filters["portfolio"]),
            select(Ids.BODY, "method", "Method", METHOD_OPTIONS, state.filters["method"]),
            choice(Ids.BODY, "level", "Level", LEVEL_OPTIONS, state.filters["level"]),
            choice(Ids.BODY, "pnl", "P&L", KIND_OPTIONS, state.filters["pnl"]),
            day(Ids.BODY, "first", "From (else 250 days)", state.filters["first"]),
            day(Ids.BODY, "last", "To", state.filters["last"]),
        ],
        content=state.content,
        actions=state.actions,
    )


dash.register_page(
    __name__,
    path="/risk/backtests",
    name="Backtests",
    title="Backtests · Enerscope",
    area="risk",
    order=40,
    permission=Permission.RISK_READ,
    layout=layout,
)
