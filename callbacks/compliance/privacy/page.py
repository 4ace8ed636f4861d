"""The body of Compliance > Privacy: requests, records and holds, or one request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.privacy import cards, one
from callbacks.compliance.privacy.ids import Ids
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import privacy
from portal.services.compliance import privacy_tables as tables
from portal.web.actor import current_actor
from portal.web.views import body

Option = tuple[str, str]
ALL = "all"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the requests by value and label."""

    clocks: Clocks
    request: str
    requests: list[Option]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    numbers = [str(item.row.id) for item in privacy.requests(clocks, actor)]
    choices = [(ALL, "All requests"), *((number, f"Request {number}") for number in numbers)]
    asked = str(query.get("request") or ALL)
    chosen = asked if asked in numbers else ALL
    return View(clocks, chosen, choices, draw({"request": asked}, clocks, actor))


@body(Ids.BODY, permission=Permission.PRIVACY_MANAGE)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return all requests with the records and holds, or the request that is asked for."""
    asked = str(filters.get("request") or ALL)
    parts: list[Component] = [
        dcc.Store(id=Ids.STATE, data={"request": asked, "clocks": clocks.query()}),
        html.Div(id=Ids.SAID, role="status"),
    ]
    if asked == ALL:
        return [*parts, *cards.overview(tables.overview(clocks, actor), clocks, actor)]
    if not asked.isdecimal() or len(asked) > 15:
        words = f"There is no request '{asked[:40]}'. Choose one of the list."
        return [*parts, empty("No such request", words)]
    try:
        return [*parts, *one.one_request(privacy.detail(int(asked), clocks, actor), clocks)]
    except NotFound as refusal:
        return [*parts, empty("No such request", refusal.message)]


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
