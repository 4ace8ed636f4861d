"""Portfolio > Approvals: changes of trades that wait for a second person."""

import dash
from dash import html

from callbacks.portfolio.approvals import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    clocks, content = view(query)
    return page_frame(
        "Approvals",
        trail="Portfolio",
        lead="No change of a trade counts before a second person has seen it. Decide about those of others here.",
        body=Ids.BODY,
        clocks=clocks,
        controls=[],
        content=content,
    )


dash.register_page(
    __name__,
    path="/portfolio/approvals",
    name="Approvals",
    title="Approvals · Enerscope",
    area="portfolio",
    order=60,
    permission=Permission.TRADE_APPROVE,
    layout=layout,
)
