"""Overview > Discussions: what people say about figures."""

import dash
from dash import html

from callbacks.overview.discussions import SHOWS, Ids, view
from components.controls import choice
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?thread=12`` opens one."""
    state = view(query)
    return page_frame(
        "Discussions",
        trail="Overview",
        lead="What was said about a figure stays with it: with its portfolio and both of its clocks.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[] if state.asked else [choice(Ids.BODY, "show", "Show", SHOWS, state.show)],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/discussions",
    name="Discussions",
    title="Discussions · Enerscope",
    area="overview",
    order=40,
    permission=Permission.SIGNED_IN,
    layout=layout,
)
