"""What the buttons of boards do: one callback for all of them; the service asks whose board it is."""

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import Any

from dash import ALL, Input, State, ctx, set_props

from components.page import PAGE_CLOCKS, body_id
from components.shell import TOASTS
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.boards import boards, homes
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import find_body

BOARDS, BOARD = "boards", "board"
Act = Callable[[int, int, str, Actor], str]


def _make(_board: int, _pin: int, text: str, actor: Actor) -> str:
    boards.make(text, actor)
    return "The board is made. Pin something to it from any page."


def _rename(board: int, _pin: int, text: str, actor: Actor) -> str:
    boards.rename(board, text, actor)
    return "Renamed."


def _delete(board: int, _pin: int, _text: str, actor: Actor) -> str:
    boards.delete(board, actor)
    return "The board is deleted."


def _share(board: int, _pin: int, _text: str, actor: Actor) -> str:
    boards.share(board, actor)
    return "Whoever is signed in and has the link can read the board, with their own rights."


def _revoke(board: int, _pin: int, _text: str, actor: Actor) -> str:
    boards.revoke(board, actor)
    return "The link leads nowhere any more."


def _home(board: int, _pin: int, _text: str, actor: Actor) -> str:
    boards.choose_home(board, actor)
    return "You begin here after signing in."


def _leave(_board: int, _pin: int, _text: str, actor: Actor) -> str:
    boards.choose_home(None, actor)
    return "You begin at the home of your role again."


def _up(board: int, pin: int, _text: str, actor: Actor) -> str:
    boards.move(board, pin, -1, actor)
    return ""


def _down(board: int, pin: int, _text: str, actor: Actor) -> str:
    boards.move(board, pin, 1, actor)
    return ""


def _off(board: int, pin: int, _text: str, actor: Actor) -> str:
    boards.unpin(board, pin, actor)
    return "Taken off the board."


def _title(board: int, pin: int, text: str, actor: Actor) -> str:
    boards.retitle(board, pin, text, actor)
    return "Renamed."


def _copy_home(_board: int, _pin: int, _text: str, actor: Actor) -> str:
    found = homes.home_of(actor)
    if found is None:
        raise DomainError("Your home is the Overview, which is no board. Make a board and pin what you need.")
    boards.choose_home(boards.make(found.title, actor, found.pins), actor)
    return "It is a board of your own now: arrange it under Boards."


ACTS: Mapping[str, tuple[Act, str, str]] = {  # act, the body that is drawn anew, which text field it reads
    "make": (_make, BOARDS, "new"),
    "rename": (_rename, BOARDS, "board"),
    "delete": (_delete, BOARDS, ""),
    "share": (_share, BOARDS, ""),
    "revoke": (_revoke, BOARDS, ""),
    "home": (_home, BOARDS, ""),
    "leave": (_leave, BOARDS, ""),
    "up": (_up, BOARD, ""),
    "down": (_down, BOARD, ""),
    "off": (_off, BOARD, ""),
    "title": (_title, BOARD, "pin"),
    "own": (_copy_home, "", ""),
}


@guarded_callback(
    Input({"type": "board-do", "do": ALL, "board": ALL, "pin": ALL}, "n_clicks"),
    State({"type": "board-text", "of": ALL, "number": ALL}, "value"),
    State({"type": "board-text", "of": ALL, "number": ALL}, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,  # the service asks whose board it is
    prevent_initial_call=True,
)
def do(_clicks: Sequence[int | None], values: Sequence[Any], ids: Sequence[Any], pair: Any) -> None:
    """Do what was clicked, say what came of it, and draw the list anew."""
    if not ctx.triggered_id or not ctx.triggered[0]["value"]:
        return  # buttons were drawn anew, nobody clicked
    actor, asked = current_actor(), ctx.triggered_id
    texts = {(one["of"], one["number"]): str(value or "") for one, value in zip(ids, values, strict=True)}
    try:
        said = act(asked, texts, actor)
    except EnerscopeError as problem:
        set_props(
            TOASTS, {"data": {"kind": "warn", "title": "Not done", "message": problem.message, "at": time()}}
        )
        return
    if said:
        set_props(TOASTS, {"data": {"title": "Boards", "message": said, "at": time()}})
    _redraw(asked, pair, actor)


def act(asked: Mapping[str, Any], texts: Mapping[tuple[str, int], str], actor: Actor) -> str:
    """Do what the button ``asked`` stands for and return what to say.

    Raises
    ------
    DomainError, NotFound
        There is no such button, or it cannot be done.
    """
    known = ACTS.get(str(asked.get("do")))
    board, pin = asked.get("board"), asked.get("pin")
    if (
        known is None
        or not isinstance(board, int)
        or not isinstance(pin, int)
        or not 0 <= max(board, pin) < 2**31
    ):
        raise DomainError("The page offers no such button. Reload it.")
    text = texts.get((known[2], pin if known[2] == "pin" else board), "")
    return known[0](board, pin, text, actor)


def _redraw(asked: Mapping[str, Any], pair: Any, actor: Actor) -> None:
    name = ACTS[asked["do"]][1]
    if not name:
        set_props("_pages_location", {"pathname": "/boards"})
        return
    clocks = clock_service.resolve(read_filters(pair or {}))
    filters = {"board": str(asked["board"]), "show": "arrange"}
    set_props(body_id(name), {"children": find_body(name, actor).draw(filters, clocks, actor)})
