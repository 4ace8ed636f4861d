"""Compliance > Cases: what somebody must decide, by when, on which evidence, and what was decided."""

import dash
from dash import html

from callbacks.compliance.cases import Ids, view
from callbacks.compliance.cases.page import KINDS, SEVERITIES, STATES
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?case=12`` opens one case."""
    state = view(query)
    chosen = state.chosen
    return page_frame(
        "Cases",
        trail="Compliance",
        lead="What somebody must decide and by when. One proposes a decision with a reason, a second one approves it.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "case", "Case", state.cases, chosen["case"]),
            select(Ids.BODY, "state", "State", STATES, chosen["state"]),
            select(Ids.BODY, "owner", "Owner", state.owners, chosen["owner"]),
            select(Ids.BODY, "severity", "Severity", SEVERITIES, chosen["severity"]),
            select(Ids.BODY, "kind", "Kind", KINDS, chosen["kind"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance/cases",
    name="Cases",
    title="Cases · Enerscope",
    area="compliance",
    order=40,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
