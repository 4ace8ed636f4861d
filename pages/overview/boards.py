"""Overview > Boards: the boards of the reader."""

import dash
from dash import html

from callbacks.overview.boards import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?board=3`` opens the settings of one board."""
    state = view(query)
    return page_frame(
        "Boards",
        trail="Overview",
        lead="Pages of your own: figures, charts and tables that you pinned, each drawn by its page when you look.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/boards",
    name="Boards",
    title="Boards · Enerscope",
    area="overview",
    order=10,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
