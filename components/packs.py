"""The form of a schedule of packs."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes

Option = tuple[str, str]  # value, label
FIELDS = (
    "code", "title", "template", "portfolio", "day", "formats", "recipients", "cron", "timezone", "calendar",
    "wait_minutes", "folder", "enabled",
)  # fmt: skip
"""What the form holds."""


def pack_part(part: str, code: str) -> dict[str, str]:
    """Return the id of one part of the form of a schedule; ``new`` is the code of one that does not exist yet."""
    return {"type": f"pack-schedule-{part}", "schedule": code}


def schedule_form(
    code: str, values: Mapping[str, Any], choices: Mapping[str, Sequence[Option]], *, version: int
) -> html.Div:
    """Return the form that writes the next version of a schedule; only those who may write it get one."""
    is_new = version == 0
    name = _text(code, "code", "Short name", values["code"], "morning-board")
    return html.Div(
        [
            html.Div(
                [
                    name if is_new else html.Span(name, hidden=True),
                    _text(code, "title", "Title", values["title"], "Morning pack of the board"),
                    _select(code, "template", "Pack", choices["template"], values["template"]),
                    _select(code, "portfolio", "Portfolio", choices["portfolio"], values["portfolio"]),
                    _select(code, "day", "It is about", choices["day"], values["day"]),
                    _many(code, "recipients", "Recipients", choices["recipients"], values["recipients"]),
                    _many(code, "formats", "Formats", choices["formats"], values["formats"]),
                    _text(code, "cron", "Minute, hour, day, month, weekday", values["cron"], "45 6 * * mon-fri"),
                    _text(code, "timezone", "Time zone", values["timezone"], "Europe/Berlin"),
                    _select(code, "calendar", "Days", choices["calendar"], values["calendar"]),
                    _labelled(
                        "Waits for the numbers up to, minutes",
                        dbc.Input(
                            id=pack_part("wait_minutes", code), value=values["wait_minutes"], size="sm",
                            type="number", min=0, max=720, step=1,
                        ),
                    ),
                    _text(code, "folder", "Folder below that of packs", values["folder"], "none"),
                    dbc.Checkbox(id=pack_part("enabled", code), value=values["enabled"], label="Switched on"),
                    html.Button(
                        "Add the schedule" if is_new else "Save as a new version", id=pack_part("save", code),
                        type="button", className="btn btn-sm btn-primary",
                        **attributes({"aria-label": f"Save the schedule {code}"}),
                    ),
                ],
                className="es-schedule-form es-pack-form",
            ),
            dcc.Store(id=pack_part("version", code), data=version),
            html.Div(id=pack_part("note", code), role="status", className="es-schedule-note"),
        ]
    )  # fmt: skip


def _labelled(label: str, control: Component, *, wide: bool = False) -> html.Label:
    return html.Label(
        [html.Span(label, className="es-label"), control], className="es-pack-wide" if wide else None
    )


def _text(code: str, part: str, label: str, value: str, placeholder: str) -> html.Label:
    made = dbc.Input(
        id=pack_part(part, code), value=value, size="sm", maxLength=200, type="text", placeholder=placeholder
    )
    return _labelled(label, made)


def _select(code: str, part: str, label: str, options: Sequence[Option], value: str) -> html.Label:
    shown = [{"value": one, "label": text} for one, text in options]
    return _labelled(label, dbc.Select(id=pack_part(part, code), options=shown, value=value, size="sm"))


def _many(code: str, part: str, label: str, options: Sequence[Option], values: Sequence[str]) -> html.Div:
    return html.Div(
        [
            html.Span(label, className="es-label"),
            dcc.Dropdown(
                id=pack_part(part, code), options=[{"value": one, "label": text} for one, text in options],
                value=list(values), multi=True, placeholder="None",
            ),
        ],
        className="es-pack-wide", role="group", **attributes({"aria-label": label}),
    )  # fmt: skip
