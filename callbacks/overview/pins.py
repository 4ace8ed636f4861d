"""Pinning from any page: the dialog asks for the board, the service keeps what was pinned."""

from collections.abc import Mapping, Sequence
from time import time
from typing import Any
from urllib.parse import parse_qsl

from dash import ALL, ClientsideFunction, Input, Output, State, dcc, set_props
from dash._pages import _path_to_page
from dash.development.base_component import Component

from components import pin as parts
from components import states
from components.shell import TOASTS
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError, NotFound
from portal.core.passport import HELD
from portal.core.permissions import Permission
from portal.services.boards import boards
from portal.services.boards.pin import CARD, METRIC, TITLE_LIMIT, Pin, checked
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.views import find_body

OWN_BODIES = frozenset({"boards", "board", "shared-board", "own-home"})
"""What shows cards of other pages: a pin of it would be a pin of a pin."""

guarded_clientside(
    ClientsideFunction("enerscope_boards", "open"),
    Output(parts.DIALOG, "is_open"),
    Input(parts.ASK, "data"),
    prevent_initial_call=True,
)


@guarded_callback(
    Output(parts.FORM, "children"),
    Input(parts.ASK, "data"),
    State({"type": "filter", "body": ALL, "name": ALL}, "value"),
    State({"type": "filter", "body": ALL, "name": ALL}, "id"),
    permission=Permission.SIGNED_IN,  # what is pinned is checked against the right that it needs
    prevent_initial_call=True,
)
def ask(asked: Any, values: Sequence[Any], ids: Sequence[Any]) -> list[Component]:
    """Return the form for what the browser asks to pin, or a sentence on why it cannot be."""
    return form(asked, values, ids, current_actor())


def form(asked: Any, values: Sequence[Any], ids: Sequence[Any], actor: Actor) -> list[Component]:
    """Return the content of the dialog."""
    try:
        pin = _allowed(_with_inputs(read_filters(asked), values, ids), actor)
        mine = [(str(one.id), f"{one.title} ({one.count})") for one in boards.mine(actor)]
    except EnerscopeError as problem:
        return [states.error(problem.message, title="This cannot be pinned")]
    return [dcc.Store(id=parts.WHAT, data=_plain(pin)), *parts.pin_form(pin.title, mine, remark=_remark(pin))]


@guarded_callback(
    Input(parts.GO, "n_clicks"),
    State(parts.WHAT, "data"),
    State(parts.NAME, "value"),
    State(parts.BOARD, "value"),
    State(parts.OTHER, "value"),
    permission=Permission.SIGNED_IN,  # as above
    prevent_initial_call=True,
)
def keep(clicks: int | None, what: Any, name: Any, board: Any, other: Any) -> None:
    """Pin it, close the dialog and say so; what is refused is said in the dialog."""
    if not clicks:
        return
    actor = current_actor()
    try:
        said = pin_to({**read_filters(what), "title": name}, str(board or ""), other, actor)
    except EnerscopeError as problem:
        set_props(parts.SAID, {"children": states.notice(problem.message, kind="warn")})
        return
    set_props(parts.DIALOG, {"is_open": False})
    set_props(TOASTS, {"data": {"title": "Pinned", "message": said, "at": time()}})


def pin_to(what: Mapping[str, Any], board: str, other: Any, actor: Actor) -> str:
    """Pin ``what`` to the board of that number, or to a new one called ``other``, and return it in words.

    Raises
    ------
    DomainError, NotFound, NotPermitted
        It cannot be pinned, or the board is not the actor's.
    """
    pin = _allowed(_read(what), actor)
    if board == parts.NEW:
        made = boards.make(other, actor, (pin,))
        return f"'{pin.title}' is on the new board '{boards.open_mine(made, actor).title}'."
    if not (board.isdecimal() and len(board) < 10):
        raise NotFound("Choose the board that it shall be pinned to.")
    boards.pin(int(board), pin, actor)
    return f"'{pin.title}' is on the board '{boards.open_mine(int(board), actor).title}'."


def _read(what: Mapping[str, Any]) -> Pin:
    params = what.get("params")
    if not isinstance(params, Mapping):
        raise DomainError(
            "What the browser sent is nothing that can be pinned. Reload the page and pin it again."
        )
    title = str(what.get("title") or "")
    return Pin(str(what.get("kind")), str(what.get("ref")), title, read_filters(params))


def _with_inputs(asked: Mapping[str, Any], values: Sequence[Any], ids: Sequence[Any]) -> Pin:
    """Return what is asked to be pinned, with the inputs of its page as they stand."""
    pin = _read({**asked, "title": str(asked.get("title") or "")[:TITLE_LIMIT]})
    if pin.kind != CARD or pin.params or "of" not in asked:
        return pin  # a metric, or a card of a board, brings its own
    _, path = _path_to_page(str(asked.get("path") or "").strip("/"))
    address = dict(parse_qsl(str(asked.get("search") or "").removeprefix("?")))
    inputs = {
        str(one["name"]): value
        for one, value in zip(ids, values, strict=True)
        if isinstance(one, Mapping) and one.get("body") == pin.body
    }
    return Pin(pin.kind, pin.ref, pin.title, read_filters({**address, **(path or {}), **inputs}))


def _allowed(pin: Pin, actor: Actor) -> Pin:
    """Return ``pin`` as it may be kept; a card must be of a page that the actor may see."""
    clean = checked(pin, actor)
    if clean.kind == CARD:
        if clean.body in OWN_BODIES:
            raise DomainError("This is a card of a board already. Pin it from the page that it comes from.")
        find_body(clean.body, actor)
    return clean


def _plain(pin: Pin) -> dict[str, Any]:
    return {"kind": pin.kind, "ref": pin.ref, "params": dict(pin.params)}


def _remark(pin: Pin) -> str:
    """Say when a figure would stay where it is although the clocks of the board go on."""
    held = [word for name, word in HELD.items() if pin.params.get(name) not in (None, "")]
    if pin.kind != METRIC or not held:
        return ""
    return (
        f"This figure is pinned with its {held[0]}: it stays there when newer ones come. "
        "A tile or chart that is pinned follows them."
    )
