"""Compliance > Audit: who did what, and the proof that nothing of it was changed, taken out or cut off."""

import dash
from dash import html

from callbacks.compliance.audit import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``entry`` opens one entry, ``group``, ``outcome``, ``who`` and ``days`` restore the search."""
    seen = view(query)
    frame = page_frame(
        "Audit",
        trail="Compliance",
        lead="Every sign-in, refusal, export, change, approval and run, each entry hashed with the one before it.",
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=seen.controls,
        content=seen.content,
    )
    frame.children.insert(2, seen.panel)
    frame.children.extend(seen.proofs)
    return frame


dash.register_page(
    __name__,
    path="/compliance/audit",
    name="Audit",
    title="Audit · Enerscope",
    area="compliance",
    order=80,
    permission=Permission.AUDIT_READ,
    layout=layout,
)
