"""Compliance > Reports: files for regulators and for the house, from the question to the release."""

import dash
from dash import html

from callbacks.compliance.reports import Ids, view
from callbacks.compliance.reports.ids import AGAIN
from components.controls import day, select
from components.page import page_frame
from portal.core.permissions import Permission


def layout(**query: str) -> html.Div:
    """Return the page; ``?kind=remit-t1&report=3&row=2`` opens a row of a file."""
    state = view(query)
    given = state.filters
    frame = page_frame(
        "Reports",
        trail="Compliance",
        lead="Make a report of a period, see which rows were refused and why, let a second person release it.",
        body=Ids.BODY,
        clocks=state.clocks,
        controls=[
            select(Ids.BODY, "kind", "Report", state.kinds, given["kind"]),
            day(Ids.BODY, "start", "From", given["start"]),
            day(Ids.BODY, "last", "Last day", given["last"]),
            select(Ids.BODY, "report", "Open file", state.reports, given["report"]),
            select(Ids.BODY, "again", "Make", AGAIN, given["again"]),
        ],
        content=state.content,
    )
    if state.panel is not None:
        frame.children.insert(3, state.panel)  # below the inputs that it reads
    return frame


dash.register_page(
    __name__,
    path="/compliance/reports",
    name="Reports",
    title="Reports · Enerscope",
    area="compliance",
    order=60,
    permission=Permission.COMPLIANCE_READ,
    layout=layout,
)
