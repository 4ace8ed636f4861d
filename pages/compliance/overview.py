"""Compliance > Overview: the score with its parts, deadlines, open cases, findings by day and regime, coverage."""

import dash
from dash import html

from callbacks.compliance.overview import SPANS, STATES, Ids, view
from components.controls import choice
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?state=late&days=30`` restores a view."""
    state = view(query)
    return page_frame(
        "Compliance overview",
        trail="Compliance",
        lead="What is in order and what is not: deadlines, open cases, what the rules found and could not see.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            choice(Ids.BODY, "state", "Obligations", STATES, state.state),
            choice(Ids.BODY, "days", "Findings of", SPANS, state.days),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance",
    name="Compliance overview",
    title="Compliance · Enerscope",
    area="compliance",
    order=10,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
