"""The form with which people name a service."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

Option = tuple[str, str]  # value, label


def field_id(name: Any) -> dict[str, Any]:
    """Return the id of one field; a callback that takes Dash's ALL for ``name`` gets all of them."""
    return {"type": "service-field", "name": name}


def service_form(
    save: str, said: str, *, kinds: Sequence[Option], services: Sequence[Option], jobs: Sequence[Option]
) -> html.Section:
    """Return the form; ``save`` and ``said`` are the ids of its button and of where the answer is said."""
    return html.Section(
        html.Details(
            [
                html.Summary("Name a service, or say more about one"),
                html.P(
                    "Name what the portal stands on and cannot find by itself. With the code of a service that is "
                    "watched already, what you say is added to it. It replaces what people said before.",
                    className="es-note",
                ),
                html.Div(
                    [
                        _text("code", "Code", "storage"),
                        _text("title", "Title", "Storage of the data centre"),
                        _labelled("Kind", _choose("kind", kinds)),
                        _text("owner", "Owner", "Infrastructure"),
                        _text("address", "Address, if it has one", "https://storage.example/metrics"),
                        _several("needs", "Needs", services),
                        _text("pages", "Pages that stop when it fails by itself", "/risk/*, /market/curves"),
                        _several("jobs", "Jobs that stop", jobs),
                        html.Button("Save", id=save, type="button", className="btn btn-sm btn-primary"),
                    ],
                    className="es-service-form",
                ),
                html.Div(id=said, role="status"),
            ]
        ),
        className="es-section es-full es-service-names",
    )


def _labelled(label: str, control: Component) -> html.Label:
    return html.Label([html.Span(label, className="es-label"), control])


def _text(name: str, label: str, placeholder: str) -> html.Label:
    made = dbc.Input(
        id=field_id(name), value="", placeholder=placeholder, size="sm", type="text", maxlength=200
    )
    return _labelled(label, made)


def _choose(name: str, options: Sequence[Option]) -> dbc.Select:
    made = [{"value": value, "label": label} for value, label in options]
    return dbc.Select(id=field_id(name), options=made, value=options[0][0], size="sm")


def _several(name: str, label: str, options: Sequence[Option]) -> html.Label:
    made = [{"value": value, "label": text} for value, text in options]
    return _labelled(label, dcc.Dropdown(id=field_id(name), options=made, multi=True, placeholder="None"))
