"""The body of Overview > Sign-off: all portfolios of the last days, or one of them on one day."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.overview.sign_off.cards import Cards
from callbacks.overview.sign_off.ids import EVERY, Ids
from callbacks.overview.sign_off.one import one_day
from components.portfolios import portfolio_choices
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.signoff import signing, standing
from portal.web.actor import current_actor
from portal.web.views import body


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its input."""

    clocks: Clocks
    nodes: list[tuple[str, str]]
    portfolio: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    nodes = portfolio_choices(list_portfolios(actor), everything=EVERY)
    asked = str(query.get("portfolio") or EVERY)
    content = draw({"portfolio": asked}, clocks, actor)
    return View(clocks, nodes, asked if asked in dict(nodes) else EVERY, content)


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the days of all portfolios, or one portfolio on the valuation day."""
    portfolio = str(filters.get("portfolio") or EVERY)
    if portfolio == EVERY:
        found = standing.standing(clocks, actor)
        if not found.nodes:
            return [
                empty("No portfolio yet", "Nobody has given you a portfolio to see. Ask an administrator.")
            ]
        return [
            _state(portfolio, "", clocks),
            html.Div(id=Ids.SAID, role="status"),
            *Cards(found, actor).all(),
        ]
    try:
        one = signing.signed(portfolio, clocks, actor)
    except NotFound as refusal:
        return [empty("No such portfolio", refusal.message)]
    return [_state(portfolio, one.digest, clocks), *one_day(one, clocks, actor)]


def _state(portfolio: str, digest: str, clocks: Clocks) -> Component:
    data = {"portfolio": portfolio, "day": clocks.as_of.isoformat(), "seen": digest, "clocks": clocks.query()}
    return dcc.Store(id=Ids.STATE, data=data)


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
