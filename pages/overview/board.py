"""Overview > Boards > one board of the reader."""

import dash
from dash import dcc, html

from callbacks.overview.board import SHOWS, Ids, view
from components.controls import choice, filter_id
from components.page import page_frame
from portal.core.permissions import Permission


def layout(board: str = "", **query: str) -> html.Div:
    """Return the page of the board of that number; ``?show=arrange`` lists its pins instead of drawing them."""
    state = view(board, query)
    settings = dcc.Link("Settings and sharing", href=f"/boards?board={state.board}", className="es-link")
    return page_frame(
        state.title,
        trail="Overview · Boards",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            dcc.Input(id=filter_id(Ids.BODY, "board"), type="hidden", value=str(state.board)),
            choice(Ids.BODY, "show", "Show", SHOWS, state.show),
        ],
        content=state.content,
        actions=[settings],
    )


dash.register_page(
    __name__,
    path_template="/boards/<board>",
    name="Board",
    title="Board · Enerscope",
    area="overview",
    order=12,
    nav=False,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
