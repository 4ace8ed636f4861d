"""The parts of Monitoring > SLOs with which people change what is promised."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes

PERCENT, DAYS, WITHIN = "Promised, %", "In any so many days", "Answers within, seconds"
GOOD_MINUTE = "Good is a minute in which it was not found bad, of all minutes in which it was looked at."
FIELDS = ("percent", "window_days", "within_seconds", "enabled")
"""What the form of an objective holds, by the names of the terms."""


def objective_part(part: str) -> str:
    """Return the id of one part of the form of the objective that a page shows."""
    return f"objective-{part}"


def objective_form(
    code: str, *, title: str, version: int, percent: float, window_days: int, within_seconds: float | None,
    enabled: bool,
) -> html.Details:  # fmt: skip
    """Return the form that writes the next version of an objective; ``within_seconds`` None hides its field."""
    return html.Details(
        [
            html.Summary("Change what is promised"),
            dcc.Store(id=objective_part("based-on"), data={"objective": code, "version": version}),
            html.Div(
                [
                    _number(objective_part("percent"), PERCENT, round(percent, 6), step="any"),
                    _number(objective_part("window_days"), DAYS, window_days, step=1),
                    html.Span(
                        _number(objective_part("within_seconds"), WITHIN, within_seconds, step="any"),
                        hidden=within_seconds is None,
                    ),
                    dbc.Checkbox(
                        id=objective_part("enabled"), value=enabled, label="On: shown and watched by alert rules"
                    ),
                    _save(objective_part("save"), "Save as a new version", f"Save what is promised: {title}"),
                ],
                className="es-schedule-form",
            ),
        ],
        className="es-objective-form",
    )  # fmt: skip


def new_objective_form(
    ids: tuple[str, str, str, str], services: Sequence[tuple[str, str]], *, percent: float, window_days: int
) -> html.Details:
    """Return the form that promises that one of ``services`` works, given as code and title.

    ``ids`` are those of the service, the share, the window and the button.
    """
    service, share, days, save = ids
    options = [{"value": code, "label": title} for code, title in services]
    return html.Details(
        [
            html.Summary("Promise that another service works"),
            html.Div(
                [
                    _labelled("Service", dbc.Select(id=service, size="sm", placeholder="Choose one", options=options)),
                    _number(share, PERCENT, percent, step="any"),
                    _number(days, DAYS, window_days, step=1),
                    _save(save, "Add the objective", "Add the objective"),
                ],
                className="es-schedule-form",
            ),
            html.P(GOOD_MINUTE, className="es-note"),
        ],
        className="es-objective-form",
    )  # fmt: skip


def _labelled(label: str, control: Component) -> html.Label:
    return html.Label([html.Span(label, className="es-label"), control])


def _number(name: Any, label: str, value: float | None, *, step: int | str) -> html.Label:
    return _labelled(label, dbc.Input(id=name, value=value, size="sm", type="number", min=0, step=step))


def _save(name: Any, label: str, spoken: str) -> html.Button:
    return html.Button(
        label, id=name, type="button", className="btn btn-sm btn-outline-secondary",
        **attributes({"aria-label": spoken}),
    )  # fmt: skip
