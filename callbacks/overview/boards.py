"""Overview > Boards: the boards of the reader, and how they are made, shared and deleted."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.board import board_row, new_board
from components.page import section
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.boards import boards
from portal.web.actor import current_actor
from portal.web.site import whole_address
from portal.web.views import body


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "boards"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; ``?board=3`` opens the settings of one board."""
    clocks = clock_service.resolve(query)
    return View(clocks, draw({"board": query.get("board")}, clocks, current_actor()))


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the reader's boards and the form that makes another."""
    found, opened = boards.mine(actor), str(filters.get("board") or "")
    rows: list[Component] = [
        board_row(
            one.id, one.title, one.count,
            link=whole_address(f"/boards/shared/{one.link}") if one.link else "",
            is_home=one.is_home, is_open=opened == str(one.id),
        )
        for one in found
    ]  # fmt: skip
    advice = "Make one here, or use the pin on any tile, chart or table of the portal."
    return [
        section("Your boards", rows or [empty("You have no board yet", advice)]),
        section("A new board", [new_board()], width="half"),
    ]
