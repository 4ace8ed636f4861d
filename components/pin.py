"""Pinning: the button on tiles, charts and tables, and the dialog that asks for the board.

The buttons are plain elements: one listener in the browser (``assets/boards.js``) reads what stands around them.
"""

import re
from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.states import notice

ASK, DIALOG, FORM = "shell-pin-ask", "shell-pin", "shell-pin-form"
WHAT, NAME, BOARD, OTHER, GO, SAID = (
    "shell-pin-what", "shell-pin-name", "shell-pin-board", "shell-pin-other", "shell-pin-go", "shell-pin-said",
)  # fmt: skip
NEW = "new"
TILES = "tiles"


def slug(title: str) -> str:
    """Return ``title`` as a key: small letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:80] or "untitled"


def pin_button(key: str, title: str) -> html.Button:
    """Return the pin of a card; ``key`` names it within its body, ``title`` is said to those who do not see."""
    return html.Button(
        "",
        type="button",
        className="es-pin",
        title="Pin to a board",
        **attributes({"data-pin": key, "data-pin-title": title, "aria-label": f"Pin {title} to a board"}),
    )


def pin_figure_button(title: str, passport: str) -> html.Button:
    """Return the pin of a figure; ``passport`` is the JSON of its metric and parameters."""
    return html.Button(
        "Pin to a board",
        type="button",
        className="es-link",
        **attributes({"data-pin": "", "data-pin-title": title, "data-pin-passport": passport}),
    )


def pin_parts() -> list[Component]:
    """Return what the frame holds for pinning: the question of the browser, and the dialog that answers it."""
    dialog = dbc.Modal(
        [
            dbc.ModalHeader(dbc.ModalTitle("Pin to a board")),
            dbc.ModalBody(html.Div(id=FORM, className="es-pin-form")),
        ],
        id=DIALOG,
        is_open=False,
        centered=True,
        className="es-pin-dialog",
    )
    return [dcc.Store(id=ASK), dialog]


def pin_form(title: str, boards: Sequence[tuple[str, str]], *, remark: str = "") -> list[Component]:
    """Return the form; ``boards`` are number and title, ``remark`` says what to know about the pin."""
    options = [{"value": value, "label": label} for value, label in boards]
    chosen = options[0]["value"] if options else NEW
    return [
        *([notice(remark)] if remark else []),
        _field("Title on the board", dbc.Input(id=NAME, value=title, size="sm", maxLength=120)),
        _field(
            "Board",
            dbc.Select(
                id=BOARD, options=[*options, {"value": NEW, "label": "A new board"}], value=chosen, size="sm"
            ),
        ),
        _field(
            "Title of the new board", dbc.Input(id=OTHER, value="", size="sm", maxLength=120), "es-pin-new"
        ),
        html.Div(id=SAID, role="status"),
        html.Div(
            [
                dbc.Button("Pin", id=GO, color="primary", size="sm"),
                dcc.Link("Your boards", href="/boards", className="es-link"),
            ],
            className="es-pin-go",
        ),
    ]


def _field(label: str, control: Component, more: str = "") -> html.Label:
    named = html.Span(label, className="es-label")
    return html.Label([named, control], className=f"es-pin-field {more}".strip())
