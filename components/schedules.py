"""The schedules of the job centre: what is started by itself, when, what came of it, and the form that changes it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from components.attributes import attributes
from components.job import job_link
from components.job_centre import TONES
from components.states import badge
from portal.core import format as text


def schedule_part(part: str, code: str) -> dict[str, str]:
    """Return the id of one part of the card of a schedule."""
    return {"type": f"schedule-{part}", "schedule": code}


def schedule_card(
    code: str, *, facts: Sequence[Component], cron: str, timezone: str, declared: str, enabled: bool, own: bool,
    may_change: bool,
) -> html.Div:  # fmt: skip
    """Return the card of one schedule; ``facts`` come from :func:`schedule_facts` and are drawn anew alone."""
    return html.Div(
        [
            html.Div(list(facts), id=schedule_part("facts", code)),
            _form(code, cron, timezone, declared, enabled=enabled, own=own) if may_change else None,
            html.Div(id=schedule_part("note", code), role="status", className="es-schedule-note"),
        ],
        className="es-schedule-card",
    )


def schedule_facts(
    *, title: str, kind: str, params: Mapping[str, Any], cron: str, timezone: str, words: str, enabled: bool,
    fires: bool, next_at: datetime | None, last_fired_at: datetime | None, last_job_id: int | None,
    last_state: str, changed_by: str,
) -> list[Component]:  # fmt: skip
    """Return what is known of a schedule: when it is due, what ran last."""
    rows: list[tuple[str, Any]] = [
        ("When", [words, " ", html.Code(cron)]),
        ("Next", _next(next_at, timezone, enabled=enabled, fires=fires)),
        ("Last", _last(last_fired_at, last_job_id, last_state)),
    ]
    if params:
        rows.append(("Parameters", html.Code(json.dumps(dict(params), ensure_ascii=False, sort_keys=True))))
    if changed_by:
        rows.append(("Changed by", changed_by))
    return [
        html.Div(
            [html.H3(kind), badge("on" if enabled else "off", "good" if enabled else "neutral")],
            className="es-schedule-head",
        ),
        html.P(title, className="es-note"),
        html.Dl(
            [part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="es-facts"
        ),
    ]


def _next(moment: datetime | None, timezone: str, *, enabled: bool, fires: bool) -> str:
    if not enabled:
        return "off"
    if not fires or moment is None:
        return "never: schedules are off in the settings of this portal"
    shown = text.moment(moment)
    if timezone == "UTC":
        return shown
    return f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M} {timezone} ({shown})"


def _last(fired_at: datetime | None, job_id: int | None, state: str) -> Any:
    if fired_at is None:
        return "not yet"
    told: list[Any] = [f"due {text.moment(fired_at)} "]
    if job_id is not None:
        told += [job_link(job_id), " "]
    return [*told, badge(state, TONES[state])] if state in TONES else told


def _form(code: str, cron: str, timezone: str, declared: str, *, enabled: bool, own: bool) -> html.Details:
    return html.Details(
        [
            html.Summary("Change"),
            html.Div(
                [
                    _field("Minute, hour, day, month, weekday", "cron", code, cron),
                    _field("Time zone", "timezone", code, timezone),
                    _button("Save the time", "save", code),
                    _button("Switch off" if enabled else "Switch on", "switch", code),
                    html.Span(
                        _button(f"Back to {declared}", "restore", code), hidden=not own,
                        title="Give it back to what this release declares",
                    ),
                ],
                className="es-schedule-form",
            ),
        ]
    )  # fmt: skip


def _field(label: str, part: str, code: str, value: str) -> html.Label:
    made = dbc.Input(id=schedule_part(part, code), value=value, size="sm", maxLength=64, type="text")
    return html.Label([html.Span(label, className="es-label"), made])


def _button(label: str, part: str, code: str) -> html.Button:
    return html.Button(
        label, id=schedule_part(part, code), type="button", className="btn btn-sm btn-outline-secondary",
        **attributes({"aria-label": f"{label}: schedule {code}"}),
    )  # fmt: skip
