"""A board that somebody shared by link, under the rights of whoever reads it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from callbacks.overview import cards
from callbacks.overview.board_view import Drawing, View
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.boards import boards
from portal.services.boards.boards import Board
from portal.web.actor import current_actor
from portal.web.views import body


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "shared-board"


def shared(link: str, query: Mapping[str, str]) -> View:
    """Return the page of the board that a link leads to."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    found = boards.open_shared(link, actor)
    return View(clocks, found.title, _shared(found, clocks, actor, cards.first))


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the cards of a shared board under the rights of whoever reads it."""
    return _shared(boards.open_shared(str(filters.get("link") or ""), actor), clocks, actor, cards.draw)


def _shared(found: Board, clocks: Clocks, actor: Actor, drawing: Drawing) -> list[Component]:
    whose = "yours" if found.owner == actor.username else f"of {found.owner}"
    said = notice(f"A board {whose}, shared by link. You see it with your own rights and rows.")
    if not found.pins:
        return [said, empty("Nothing is pinned here yet", "Its owner has not pinned anything to it.")]
    return [said, *drawing(found.pins, clocks, actor)]
