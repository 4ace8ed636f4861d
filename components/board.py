"""Boards on screen: the list of one's own, the settings of one, and its pins in a list to arrange them."""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.states import badge

ALL_BOARDS = 0  # stands for the number of a board where none is meant


def do_id(what: str, board: int, pin: int = 0) -> dict[str, Any]:
    """Return the id of a button that does something to a board or to a pin on it."""
    return {"type": "board-do", "do": what, "board": board, "pin": pin}


def text_id(of: str, number: int) -> dict[str, Any]:
    """Return the id of a text field of a board or pin."""
    return {"type": "board-text", "of": of, "number": number}


def button(
    text: str,
    what: str,
    board: int,
    pin: int = 0,
    *,
    say: str = "",
    kind: str = "outline-secondary",
    off: bool = False,
) -> html.Button:
    """Return a button; ``say`` tells those who do not see what it is about, ``off`` disables it."""
    named = attributes({"aria-label": say}) if say else {}
    return html.Button(
        text,
        id=do_id(what, board, pin),
        type="button",
        n_clicks=0,
        disabled=off,
        className=f"btn btn-sm btn-{kind}",
        **named,
    )


def _field(label: str, of: str, number: int, value: str = "", placeholder: str = "") -> html.Label:
    """Return a text field; its label is for those who do not see."""
    control = dbc.Input(
        id=text_id(of, number), value=value, placeholder=placeholder, size="sm", maxLength=120
    )
    return html.Label([html.Span(label, className="visually-hidden"), control], className="es-board-field")


def new_board() -> html.Div:
    """Return the form that makes a board."""
    return html.Div(
        [
            _field("Title of a new board", "new", ALL_BOARDS, placeholder="Title of a new board"),
            button("Make a board", "make", ALL_BOARDS, kind="primary"),
        ],
        className="es-save",
    )  # fmt: skip


def board_row(board: int, title: str, count: int, *, link: str, is_home: bool, is_open: bool) -> html.Div:
    """Return one board in the list; ``link`` is the address at which others read it, empty when it is not shared."""
    marks = [badge("home", "info")] * is_home + [badge("shared", "warn")] * bool(link)
    settings = html.Details(
        [html.Summary("Settings"), *_settings(board, title, count, link=link, is_home=is_home)],
        open=is_open,
        className="es-board-settings",
    )
    name = dcc.Link(title, href=f"/boards/{board}", className="es-row-link")
    pins = f"{count} pin" + ("" if count == 1 else "s")
    return html.Div(
        [html.Div([name, html.Span(pins, className="es-note"), *marks], className="es-board-name"), settings],
        className="es-board-row",
    )


def _settings(board: int, title: str, count: int, *, link: str, is_home: bool) -> list[Component]:
    home = (
        button("No longer my home", "leave", board) if is_home else button("Make it my home", "home", board)
    )
    return [
        html.Div(
            [
                _field(f"Title of the board {title}", "board", board, title),
                button("Rename", "rename", board, say=f"Rename {title}"),
            ],
            className="es-save",
        ),
        html.Div([home], className="es-board-tools"),
        html.Div(_sharing(board, title, link), className="es-board-link"),
        html.Details(
            [
                html.Summary("Delete this board"),
                html.P(f"Its {count} pins go with it, and its link ends.", className="es-note"),
                button("Delete for good", "delete", board, kind="outline-danger", say=f"Delete {title} for good"),
            ]
        ),
    ]  # fmt: skip


def _sharing(board: int, title: str, link: str) -> list[Component]:
    if not link:
        said = "Whoever is signed in and has the link sees the board with their own rights and rows."
        return [
            button("Share by link", "share", board, say=f"Share {title} by link"),
            html.Span(said, className="es-note"),
        ]
    field = f"board-link-{board}"
    return [
        html.Label(
            [
                html.Span(f"Link to {title}", className="visually-hidden"),
                dbc.Input(id=field, value=link, readonly=True, size="sm"),
            ],
            className="es-board-field",
        ),
        html.Button("Copy", type="button", className="es-link", **attributes({"data-copy": field})),
        button("Revoke the link", "revoke", board, say=f"Revoke the link to {title}"),
    ]


def pin_row(board: int, pin: int, title: str, about: str, *, first: bool, last: bool) -> html.Li:
    """Return one pin in the list in which they are arranged."""
    field = _field(f"Title of {title}", "pin", pin, title)
    tools = [
        button("Up", "up", board, pin, say=f"Move {title} up", off=first),
        button("Down", "down", board, pin, say=f"Move {title} down", off=last),
        button("Rename", "title", board, pin, say=f"Rename {title}"),
        button("Take off", "off", board, pin, say=f"Take {title} off the board"),
    ]
    return html.Li(
        [
            html.Div([field, html.Span(about, className="es-note")], className="es-board-name"),
            html.Div(tools, className="es-board-tools"),
        ],
        className="es-board-row",
    )


def written(params: Mapping[str, Any]) -> str:
    """Return the inputs of a pin in words."""
    said = [f"{name} {value}" for name, value in params.items() if value not in (None, "", [])]
    return ", ".join(said)[:160] or "as the page opens"
