"""Where people begin: the board that they chose as home, or that of their role."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.overview import cards
from callbacks.overview.board_view import Drawing, View
from components.board import ALL_BOARDS, button
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.boards import homes
from portal.web.actor import current_actor
from portal.web.views import body


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "own-home"


def view(query: Mapping[str, str]) -> View:
    """Return the home of the reader."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    found = homes.home_of(actor)
    content = _home(found, clocks, actor, cards.first)
    if found is None:
        return View(clocks, "Home", content, has_cards=False)
    title = found.title if found.board else f"Home · {found.title}"
    return View(clocks, title, content, found.board or 0)


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the board that the reader chose as home, else that of their role, else the way to the Overview."""
    return _home(homes.home_of(actor), clocks, actor, cards.draw)


def _home(found: homes.Home | None, clocks: Clocks, actor: Actor, drawing: Drawing) -> list[Component]:
    if found is None:
        way = dcc.Link("Go to the Overview", href=homes.OVERVIEW, className="btn btn-primary btn-sm")
        advice = "To begin with a board of your own instead, make it your home under Boards."
        return [html.Div([empty("Your home is the Overview", advice), html.P(way)], className="es-board-way")]
    if not found.pins:
        return [empty("Nothing is pinned here yet", "Use the pin on any tile, chart or table of the portal.")]
    return drawing(found.pins, clocks, actor)


def copy_button() -> Component:
    """Return the button that makes the home of a role a board of one's own."""
    made: Component = button("Make it my own board", "own", ALL_BOARDS)
    return made
