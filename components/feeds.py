"""The parts of Monitoring > Feeds: one feed and what is agreed about it, the form that changes it, a time tile."""

from collections.abc import Sequence
from datetime import datetime

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.number import passport_button
from components.states import badge
from portal.core import format as text
from portal.core.metrics import Shown

TONES = {
    "late": "bad",
    "incomplete": "warn",
    "nothing yet": "neutral",
    "due": "info",
    "in time": "good",
    "not watched": "neutral",
}
FIELDS = (
    "owner",
    "cron",
    "timezone",
    "grace_minutes",
    "offset",
    "least_rows",
    "holidays",
    "live",
    "enabled",
)
"""What the form holds, by the names of the terms."""
OFFSETS = (("-1", "The day before it is due"), ("0", "The day it is due"), ("1", "The day after it is due"))


def feed_part(part: str, code: str) -> dict[str, str]:
    """Return the id of one part of the form of a feed."""
    return {"type": f"feed-{part}", "feed": code}


def time_tile(title: str, item: Shown, shown: str, *, detail: str, alert: str = "") -> html.Div:
    """Return a tile whose figure is a time of day; its passport counts the minutes since midnight."""
    figure: Component = html.Span("no data", className="es-empty-number", title=item.note)
    if item.value is not None:
        figure = passport_button(item.metric, shown, item.params)
    unit = html.Span("UTC", className="es-unit") if item.value is not None else None
    return html.Div(
        [
            html.Div(title, className="es-kpi-title"),
            html.Div([figure, unit], className="es-kpi-value"),
            html.Div(alert or detail or " ", className="es-kpi-detail"),
        ],
        className="es-kpi" + (" es-alert" if alert else ""),
    )


def feed_facts(
    *, state: str, reason: str, agreed: str, owner: str, source: str, version: int, written_by: str,
    written_at: datetime | None, simulated: str, page: str,
) -> html.Dl:  # fmt: skip
    """Return what is known of one feed."""
    written = (
        f"version {version}, {written_by}, {text.moment(written_at)}"
        if version
        else "as this release declares it; nobody has changed it"
    )
    rows: list[tuple[str, Component | str]] = [
        ("State", html.Span([badge(state, TONES[state]), " ", reason])),
        ("Agreed", agreed),
        ("Owner", owner),
        ("Source", source),
        ("Terms", written),
    ]
    if simulated:
        rows.append(("Simulated", simulated))
    rows.append(("Shown on", html.A(page, href=page)))
    return html.Dl(
        [part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="es-facts"
    )


def terms_form(
    code: str, *, version: int, owner: str, cron: str, timezone: str, grace_minutes: int, offset: int, least_rows: int,
    holidays: bool, live: bool, enabled: bool, is_demo: bool,
) -> html.Details:  # fmt: skip
    """Return the form that writes the next version of what is agreed; only those who may write it get one."""
    switches = [("holidays", "Nothing on days off of the desk (TARGET)", holidays)]
    switches += [("enabled", "Watch it: tell when it is late", enabled)]
    return html.Details(
        [
            html.Summary("Change what is agreed"),
            dcc.Store(id=feed_part("version", code), data=version),
            html.Div(
                [
                    _field(code, "owner", "Who answers for it", owner),
                    _field(code, "cron", "Due: minute, hour, day, month, weekday", cron),
                    _field(code, "timezone", "Time zone", timezone),
                    _number(code, "grace_minutes", "Late after, minutes", grace_minutes),
                    _number(code, "least_rows", "Least rows", least_rows),
                    _labelled("The delivery holds", dbc.Select(
                        id=feed_part("offset", code), value=str(offset), size="sm",
                        options=[{"value": value, "label": label} for value, label in OFFSETS],
                    )),
                    *(_switch(code, name, label, on=on) for name, label, on in switches),
                    html.Span(
                        _switch(code, "live", "Judge demo rows by the wall clock", on=live), hidden=not is_demo
                    ),
                    html.Button(
                        "Save as a new version", id=feed_part("save", code), type="button",
                        className="btn btn-sm btn-outline-secondary",
                        **attributes({"aria-label": f"Save what is agreed about {code}"}),
                    ),
                ],
                className="es-schedule-form",
            ),
            html.Div(id=feed_part("note", code), role="status", className="es-schedule-note"),
        ]
    )  # fmt: skip


def _labelled(label: str, control: Component) -> html.Label:
    return html.Label([html.Span(label, className="es-label"), control])


def _field(code: str, part: str, label: str, value: str) -> html.Label:
    return _labelled(
        label, dbc.Input(id=feed_part(part, code), value=value, size="sm", maxLength=80, type="text")
    )


def _number(code: str, part: str, label: str, value: int) -> html.Label:
    return _labelled(
        label, dbc.Input(id=feed_part(part, code), value=value, size="sm", type="number", min=0, step=1)
    )


def _switch(code: str, part: str, label: str, *, on: bool) -> dbc.Checkbox:
    return dbc.Checkbox(id=feed_part(part, code), value=on, label=label)


def version_list(rows: Sequence[tuple[int, str, datetime, str]]) -> html.Ul:
    """Return the versions of what was agreed, the newest first: number, who, when, and the terms in words."""
    return html.Ul(
        [
            html.Li([html.Strong(f"Version {number}"), f" · {who} · {text.moment(at)} · {words}"])
            for number, who, at, words in rows
        ],
        className="es-note",
    )
