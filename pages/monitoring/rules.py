"""Monitoring > Alert rules: what the portal tells by itself, tried over history before it is saved."""

import dash
from dash import dcc, html

from callbacks.monitoring.rules import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the list, or one rule: ``rule`` is its code, or ``new`` with a ``kind``."""
    state = view(query)
    one = state.rule
    is_list = one is None
    frame = page_frame(
        "Alert rules" if one is None else one.title or "New rule",
        trail="Monitoring" if is_list else "Monitoring · Alert rules",
        lead="What the portal tells by itself: levels, silence, budgets that burn, and what is unusual for the time."
        if is_list
        else "Change it and see at once when it would have fired. Nothing is stored until you save it.",
        body=Ids.LIST_BODY if is_list else Ids.BODY,
        clocks=state.clocks,
        controls=state.controls,
        content=state.content,
        actions=[]
        if is_list
        else [dcc.Link("All rules", href="/monitoring/rules", className="btn btn-sm btn-outline-secondary")],
    )
    at = len(frame.children) if is_list else len(frame.children) - 1  # a form is saved beside its inputs
    frame.children[at:at] = state.below
    return frame


dash.register_page(
    __name__,
    path="/monitoring/rules",
    name="Alert rules",
    title="Alert rules · Enerscope",
    area="monitoring",
    order=22,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
