"""Compliance > Surveillance: which patterns were seen in orders, on which evidence, and with which thresholds."""

import dash
from dash import html

from callbacks.compliance.surveillance import DETECTORS, SPANS, Ids, view
from components.controls import choice, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?detector=US-MM-03&days=90`` or ``?hit=12`` restores a view."""
    state = view(query)
    frame = page_frame(
        "Surveillance",
        trail="Compliance",
        lead="Patterns in orders and fills that may be abuse, with the events that show them. "
        "A pattern asks a question; its case decides.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            choice(Ids.BODY, "days", "Days", list(SPANS.items()), state.filters["days"]),
            select(Ids.BODY, "detector", "Detector", DETECTORS, state.filters["detector"]),
            select(Ids.BODY, "hit", "Hit", state.hits, state.filters["hit"]),
        ],
        content=state.content,
    )  # fmt: skip
    if state.panel is not None:
        frame.children.insert(2, state.panel)
    return frame


dash.register_page(
    __name__,
    path="/compliance/surveillance",
    name="Surveillance",
    title="Surveillance · Enerscope",
    area="compliance",
    order=30,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
