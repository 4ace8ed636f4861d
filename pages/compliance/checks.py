"""Compliance > Checks: what each rule found, on which trade, with which inputs, by which margin."""

import dash
from dash import html

from callbacks.compliance.checks import Ids, view
from components.controls import select
from components.page import page_frame
from portal.core.permissions import Permission

LABELS = {"record": "Record", "rule": "Rule", "action": "Action", "regime": "Regime", "days": "Events of"}


def layout(**query: str) -> html.Div:
    """Return the page; ``?rule=GL-SN-04`` shows the records of a rule, ``?record=12`` one record."""
    state = view(query)
    return page_frame(
        "Checks",
        trail="Compliance",
        lead="What the rules said of trades and positions: the verdict, the inputs used, the margin and its source.",
        body=Ids.BODY,
        clocks=state.clocks,
        actions=[state.panel] if state.panel is not None else [],
        controls=[
            select(Ids.BODY, name, label, state.choices[name], state.chosen[name])
            for name, label in LABELS.items()
        ],
        content=state.content,
    )


dash.register_page(
    __name__,
    path="/compliance/checks",
    name="Checks",
    title="Checks · Enerscope",
    area="compliance",
    order=20,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
