"""Compliance > Rules: what each rule asks and stands on, its examples, and dated values that two people may change."""

import dash
from dash import html

from callbacks.compliance.rules import Ids, view
from callbacks.compliance.rules.page import REGIME_CHOICES, TRUST_CHOICES
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?rule=US-PL-01`` opens a rule, ``?parameter=US-PL-01.CL`` a parameter."""
    state = view(query)
    chosen = state.chosen
    return page_frame(
        "Rules",
        trail="Compliance",
        lead="What the engine looks for, under which law, with which values, and how it answers its examples.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "rule", "Rule or parameter", state.rules, chosen["rule"]),
            select(Ids.BODY, "regime", "Regime", REGIME_CHOICES, chosen["regime"]),
            select(Ids.BODY, "trust", "Source", TRUST_CHOICES, chosen["trust"]),
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance/rules",
    name="Rules",
    title="Rules · Enerscope",
    area="compliance",
    order=70,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
