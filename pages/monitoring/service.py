"""Monitoring > Services > one service."""

import dash
from dash import html

from callbacks.monitoring.service import Ids, view
from components.page import page_frame
from portal.core.permissions import Permission


def layout(code: str = "", **query: str) -> html.Div:
    """Return the page of the service ``code``; the address holds the time and the series."""
    seen = view(code, query)
    return page_frame(
        seen.title,
        trail="Monitoring / Services",
        lead=seen.lead,
        body=Ids.BODY,
        clocks=seen.clocks,
        controls=seen.controls,
        content=seen.content,
    )


dash.register_page(
    __name__,
    path_template="/monitoring/services/<code>",
    name="Service",
    title="Service · Enerscope",
    area="monitoring",
    order=9,
    nav=False,
    permission=Permission.MONITORING_READ,
    layout=layout,
)
