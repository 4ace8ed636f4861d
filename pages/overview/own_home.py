"""Overview > Home: where people begin, the board that they chose or that of their role."""

import dash
from dash import dcc, html

from callbacks.overview.own_home import Ids, copy_button, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page."""
    state = view(query)
    way = (
        dcc.Link("Arrange this board", href=f"/boards/{state.board}?show=arrange", className="es-link")
        if state.board
        else copy_button()
    )
    return page_frame(
        state.title,
        trail="Overview",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[],
        content=state.content,
        actions=[way] if state.has_cards else [],
    )


dash.register_page(
    __name__,
    path="/home",
    name="Home",
    title="Home · Enerscope",
    area="overview",
    order=2,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
