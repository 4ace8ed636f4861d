"""One board of the reader: its cards, or its pins in a list to arrange them."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.overview import cards
from callbacks.overview.board_view import Drawing, View
from components.board import pin_row, written
from components.page import section
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import METRICS
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.boards import boards
from portal.services.boards.boards import Board
from portal.services.boards.pin import METRIC, Pin
from portal.web.actor import current_actor
from portal.web.asked import whole
from portal.web.views import body

SHOWS = (("read", "Board"), ("arrange", "Arrange"))
_MOST = 2**31 - 1


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "board"


def view(board: str, query: Mapping[str, str]) -> View:
    """Return the page of the reader's own board of that number."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    found = _mine({"board": board}, actor)
    show = "arrange" if query.get("show") == "arrange" else "read"
    return View(clocks, found.title, _content(found, show, clocks, actor, cards.first), found.id, show)


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the cards of a board, or its pins to arrange them."""
    return _content(_mine(filters, actor), str(filters.get("show") or "read"), clocks, actor, cards.draw)


def _mine(filters: Mapping[str, Any], actor: Actor) -> Board:
    return boards.open_mine(whole(filters, "board", 0, low=0, high=_MOST), actor)


def _content(found: Board, show: str, clocks: Clocks, actor: Actor, drawing: Drawing) -> list[Component]:
    if not found.pins:
        advice = "Use the pin on any tile, chart or table of the portal, or in the passport of any figure."
        return [empty("Nothing is pinned here yet", advice)]
    return [_arranging(found)] if show == "arrange" else drawing(found.pins, clocks, actor)


def _arranging(found: Board) -> Component:
    last = len(found.pins) - 1
    rows = [
        pin_row(found.id, pin.id, pin.title, _about(pin), first=at == 0, last=at == last)
        for at, pin in enumerate(found.pins)
    ]
    note = "Tiles that follow each other share a row."
    return section("Pins in their order", [html.Ol(rows, className="es-board-list")], note=note)


def _about(pin: Pin) -> str:
    what = (
        METRICS[pin.ref].title if pin.kind == METRIC and pin.ref in METRICS else pin.ref.replace("/", " › ")
    )
    return f"{what}: {written(pin.params)}"
