"""What a failure of one service reaches: services, pages and jobs, as lists that can be followed."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from components.number import shown
from components.page import section
from components.states import badge
from portal.core.format import moment
from portal.core.metrics import Shown

TONES = {"good": "good", "warning": "warn", "bad": "bad", "unknown": "neutral"}
"""The colour of a state of health."""


def standing_line(state: str, reason: str, since: datetime | None) -> html.Div:
    """Return how a service stands, since when, and why."""
    return html.Div(
        [
            badge(state, TONES[state]),
            html.Span(f"since {moment(since)}", className="es-note") if since else None,
            html.P(reason),
        ],
        className="es-standing",
    )


def reach_of(
    title: str, address: str, *, state: str, reason: str, since: datetime | None, count: Shown,
    services: Sequence[tuple[str, str]], pages: Sequence[tuple[str, str, str]], every_page: bool, jobs: Sequence[str],
) -> html.Section:  # fmt: skip
    """Return the card of what a failure of the service ``title`` reaches.

    ``services`` are title and address, ``pages`` area, name and address in the order of the menu; the address of
    one that its reader may not open is empty.
    """
    return section(
        f"If {title} fails",
        [
            standing_line(state, reason, since),
            html.P(dcc.Link(f"Samples, states and incidents of {title}", href=address)),
            html.Div([_services(count, services), _pages(pages, every_page=every_page), _jobs(jobs)],
                     className="es-reach"),
        ],
    )  # fmt: skip


def _services(count: Shown, services: Sequence[tuple[str, str]]) -> Component:
    found = [html.Li(dcc.Link(title, href=address)) for title, address in services]
    return html.Div(
        [
            html.H3(["Services that need it: ", shown(count)]),
            html.Ul(found) if found else _none("None needs it."),
        ]
    )


def _pages(pages: Sequence[tuple[str, str, str]], *, every_page: bool) -> Component:
    if not pages:
        return html.Div([html.H3("Pages that read from it"), _none("None.")])
    parts: list[Component] = []
    for area, group in groupby(pages, key=lambda page: page[0]):
        links: list[Component | str] = []
        for _, name, path in group:
            links += [", " if links else "", dcc.Link(name, href=path) if path else name]
        parts += [html.Dt(area), html.Dd(links)]
    heading = "Pages that read from it" + (": every page" if every_page else "")
    return html.Div([html.H3(heading), html.Dl(parts)])


def _jobs(jobs: Sequence[str]) -> Component:
    found = [html.Li(job) for job in sorted(jobs)]
    return html.Div(
        [html.H3("Jobs that stop or work with old data"), html.Ul(found) if found else _none("None.")]
    )


def _none(words: str) -> html.P:
    return html.P(words, className="es-note")
