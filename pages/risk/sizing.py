"""Risk > Sizing: how large may positions be, and what hedges a portfolio best?"""

import dash
from dash import html

from callbacks.risk.sizing import EVERYTHING, OF_OPTIONS, RULE_OPTIONS, Ids, view
from components.controls import choice, count, multi_select, select, text
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?of=portfolios&rule=parity&capital=5000000`` restores a view."""
    state = view(query)
    ask = state.ask
    return page_frame(
        "Sizing",
        trail="Risk",
        lead="Sizes from the scenarios of the newest historical run, within limits; nothing here is traded.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            choice(Ids.BODY, "of", "Sizes of", OF_OPTIONS, ask.of),
            select(Ids.BODY, "rule", "Rule", RULE_OPTIONS, str(ask.rule)),
            multi_select(Ids.BODY, "assets", "Curves or portfolios", state.assets, ask.assets),
            count(Ids.BODY, "tenor", "Months ahead", ask.tenor, low=1, high=36),
            text(Ids.BODY, "capital", "Capital, EUR", f"{ask.capital:.12g}"),
            count(Ids.BODY, "target", "Volatility target, %", 100 * ask.target, low=0.5, high=100, step=0.5),
            count(Ids.BODY, "cap", "Largest weight, %", 100 * ask.cap, low=1, high=100),
            count(Ids.BODY, "most", "Most of one (0: any)", ask.most, low=0, high=1e6),
            select(Ids.BODY, "portfolio", "Hedge", state.portfolios, ask.portfolio or EVERYTHING),
            select(Ids.BODY, "hedge", "With", state.curves, ask.hedge or (state.curves or [("", "")])[0][0]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/risk/sizing",
    name="Sizing",
    title="Sizing · Enerscope",
    area="risk",
    order=70,
    permission=Permission.RISK_READ,
    layout=layout,
)
