"""Portfolio > Positions: what do we own, by book, hub and delivery, and how near are the limits?"""

import dash
from dash import html

from callbacks.portfolio.positions import (
    COUNT_OPTIONS,
    MEASURE_OPTIONS,
    ROW_OPTIONS,
    TENOR_OPTIONS,
    UNIT_OPTIONS,
    Ids,
    View,
    view,
)
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; the URL holds the two dimensions, measure, unit, filters, and the cell that was opened."""
    state = view(query)
    return page_frame(
        state.title,
        trail="Portfolio" if state.back is None else "Portfolio › Positions",
        lead=state.lead,
        body=Ids.BODY,
        clocks=state.clocks,
        controls=_controls(state) if state.back is None else [],
        content=state.content,
        actions=[] if state.back is None else [state.back],
    )


def _controls(state: View) -> list[html.Div | html.Label]:
    ask = state.ask
    return [
        select(Ids.BODY, "rows", "Rows", ROW_OPTIONS, ask.rows),
        select(Ids.BODY, "columns", "Columns", ROW_OPTIONS, ask.columns),
        choice(Ids.BODY, "tenor", "Length of delivery", TENOR_OPTIONS, ask.tenor),
        choice(Ids.BODY, "measure", "Measure", MEASURE_OPTIONS, ask.measure),
        select(Ids.BODY, "unit", "Unit", UNIT_OPTIONS, ask.unit),
        choice(Ids.BODY, "count", "Counted", COUNT_OPTIONS, ask.count),
        select(Ids.BODY, "portfolio", "Portfolio", state.portfolios, ask.portfolio or "all"),
        select(Ids.BODY, "commodity", "Commodity", state.commodities, ask.commodity or "all"),
        select(Ids.BODY, "first", "From", state.firsts, ask.first),
        select(Ids.BODY, "last", "To", state.lasts, ask.last or "all"),
    ]


dash.register_page(
    __name__,
    path="/portfolio/positions",
    name="Positions",
    title="Positions · Enerscope",
    area="portfolio",
    order=20,
    permission=Permission.PORTFOLIO_READ,
    layout=layout,
)
