"""Compliance > KYC: who we may trade with, whose name is on a list, and how both were decided."""

import dash
from dash import html

from callbacks.compliance.kyc import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?party=NOWHERE`` opens a counterparty, ``?hit=3`` a hit."""
    state = view(query)
    return page_frame(
        "KYC",
        trail="Compliance",
        lead="Who we may trade with. One prepares, a second one approves; a name on a list holds a counterparty.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[select(Ids.BODY, "party", "Counterparty", state.parties, state.party)],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance/kyc",
    name="KYC",
    title="KYC · Enerscope",
    area="compliance",
    order=50,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
