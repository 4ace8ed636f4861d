"""Overview > Boards > a board that somebody shared by link, under the rights of whoever reads it."""

import dash
from dash import dcc, html

from callbacks.overview.shared_board import Ids, shared
from components.controls import filter_id
from components.page import page_frame
from portal.core.permissions import Permission


def layout(link: str = "", **query: str) -> html.Div:
    """Return the page that ``link`` leads to."""
    state = shared(link, query)
    return page_frame(
        state.title,
        trail="Overview · Boards",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[dcc.Input(id=filter_id(Ids.BODY, "link"), type="hidden", value=link)],
        content=state.content,
    )


dash.register_page(
    __name__,
    path_template="/boards/shared/<link>",
    name="Shared board",
    title="Shared board · Enerscope",
    area="overview",
    order=11,  # ahead of /boards/<board>, which would match its address too
    nav=False,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
