"""The form that keeps something under a title."""

import dash_bootstrap_components as dbc
from dash import html


def save_form(title: str, save: str, saved: str) -> html.Section:
    """Return a title, a button and the place for the answer; the arguments are their ids."""
    return html.Section(
        [
            html.H2("Save and share"),
            html.Div(
                [
                    dbc.Input(id=title, placeholder="Title", size="sm", type="text", maxlength=120),
                    html.Button("Save", id=save, type="button", className="btn btn-sm btn-outline-primary"),
                    html.Div(id=saved, role="status"),
                ],
                className="es-save",
            ),
        ],
        className="es-section es-full",
    )
