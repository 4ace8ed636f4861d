"""Small parts that the forms of Compliance > KYC share."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from callbacks.compliance.kyc.ids import field_id, step_id

Option = tuple[str, str]


def labelled(label: str, control: Any, *, wide: bool = False) -> html.Label:
    """Return an input under its label."""
    more = " es-control-wide es-change-wide" if wide else ""
    return html.Label([html.Span(label, className="es-label"), control], className=f"es-control{more}")


def text(
    party: int, name: str, label: str, value: str = "", *, placeholder: str = "", kind: str = "text"
) -> Component:
    """Return an input of one line; ``kind`` is text, number or date."""
    part = dbc.Input(
        id=field_id(party, name), value=value, placeholder=placeholder, size="sm", type=kind, maxlength=300,
        step="any" if kind == "number" else None,
    )  # fmt: skip
    return labelled(label, part)


def choice(party: int, name: str, label: str, options: Sequence[Option], value: str) -> Component:
    """Return a drop-down."""
    rows = [{"value": key, "label": shown} for key, shown in options]
    return labelled(label, dbc.Select(id=field_id(party, name), size="sm", value=value, options=rows))


def yes_no(party: int, name: str, label: str) -> Component:
    """Return a drop-down of no and yes."""
    return choice(party, name, label, [("", "No"), ("yes", "Yes")], "")


def words(part: Any, label: str, placeholder: str) -> Component:
    """Return an input of several lines."""
    area = dbc.Textarea(id=part, size="sm", rows=2, maxLength=2000, placeholder=placeholder)
    return html.Div([labelled(label, area, wide=True)], className="es-change-why")


def cells(*parts: Component) -> Component:
    """Return inputs in a row."""
    return html.Div(list(parts), className="es-repair-cells")


def button(part: Any, label: str, look: str = "btn-outline-secondary") -> Component:
    """Return a button."""
    return html.Button(label, id=part, type="button", className=f"btn btn-sm {look}")


def step_button(party: int, step: str, label: str, look: str = "btn-outline-secondary") -> Component:
    """Return the button of a step."""
    return button(step_id(party, step), label, look)


def buttons(*parts: Component) -> Component:
    """Return buttons in a row."""
    return html.Div(list(parts), className="es-repair-buttons es-case-buttons")


def folded(title: str, parts: Sequence[Component]) -> Component:
    """Return a form that opens by its title."""
    return html.Details([html.Summary(title), *parts], className="es-change-form")
