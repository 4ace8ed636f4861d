"""Overview: are we making money, how much is at risk, what needs me today?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.overview.home import grids
from callbacks.overview.home.cards import HomeCards
from callbacks.overview.home.ids import Ids
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.overview import looks
from portal.services.overview.home import Home, period_of, read_home
from portal.services.overview.looks import Look
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["PERIOD_OPTIONS", "Ids", "View", "draw", "grids", "view"]

PERIOD_OPTIONS = [("dtd", "Day"), ("mtd", "Month"), ("ytd", "Year")]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``period`` is that of the cause tree, "" for those who see no portfolio."""

    clocks: Clocks
    period: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    period = period_of(query.get("period"))
    shown = period if actor.can(Permission.PORTFOLIO_READ) else ""
    home = read_home(period, clocks, actor)
    return View(
        clocks, shown, _content(home, looks.remember(home, actor) if _counts(clocks, actor) else None)
    )


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return every group that the reader may see, from one snapshot of the database."""
    home = read_home(period_of(filters.get("period")), clocks, actor)
    return _content(home, looks.before(actor) if _counts(clocks, actor) else None)


def _counts(clocks: Clocks, actor: Actor) -> bool:
    """Whether this is a look of a person at the newest figures; only such looks are compared with each other."""
    return actor.user_id is not None and looks.is_newest(clocks)


def _content(home: Home, earlier: Look | None) -> list[Component]:
    """Return the parts of the page; ``earlier`` is the look before this one, None under other clocks."""
    if not home.quotes and home.seen is None and home.risk is None:
        return [
            empty(
                "No prices yet",
                "Import a file (enerscope import prices FILE), or load the demo desk (enerscope demo load).",
            )
        ]
    return list(HomeCards(home, earlier).all())
