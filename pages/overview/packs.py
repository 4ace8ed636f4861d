"""Overview > Packs: pages as files, by hand or by schedule, and the history of all that was made."""

import dash
from dash import html

from callbacks.overview.packs import Ids, view
from components.controls import multi_select, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?pack=5`` opens a pack, ``?schedule=morning`` a schedule."""
    state = view(query)
    given = state.filters
    frame = page_frame(
        "Packs",
        trail="Overview",
        lead="What is on the screens under your rights and clocks, as files: by hand or by schedule, kept to the byte.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "template", "Pack", state.templates, given["template"]),
            select(Ids.BODY, "portfolio", "Portfolio", state.portfolios, given["portfolio"]),
            multi_select(Ids.BODY, "formats", "Formats", state.formats, given["formats"]),
            select(Ids.BODY, "pack", "Open", state.packs, given["pack"]),
        ],
        content=state.content,
    )
    frame.children.insert(3, state.panel)  # below the inputs that it reads
    return frame


dash.register_page(
    __name__,
    path="/packs",
    name="Packs",
    title="Packs · Enerscope",
    area="overview",
    order=20,
    permission=Permission.EXPORT,
    layout=layout,
)
