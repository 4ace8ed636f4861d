"""The body of Compliance > Overview."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.compliance.overview.cards import OverviewCards
from callbacks.compliance.overview.grids import span_of, state_of
from callbacks.compliance.overview.ids import Ids
from components.states import notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import overview as service
from portal.services.compliance import overview_tables as tables
from portal.web.actor import current_actor
from portal.web.views import body

SPANS = [(str(days), f"{days} days") for days in service.SPANS]
STATES = list(tables.STATES.items())


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    days: str
    state: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    clocks = clock_service.resolve(query)
    return View(clocks, str(span_of(query)), state_of(query), draw(query, clocks, current_actor()))


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, deadlines, the score, cases, findings and coverage."""
    asked = {"days": str(span_of(filters)), "state": state_of(filters)}
    cards = OverviewCards(service.overview(span_of(filters), clocks, actor), asked["state"])
    may_act = clocks.live and actor.can(Permission.COMPLIANCE_DECIDE)
    return [
        dcc.Store(id=Ids.STATE, data={**asked, "clocks": clocks.query()}),
        cards.tiles(),
        cards.deadlines(may_act=may_act),
        cards.score(),
        cards.cases(),
        *cards.charts(),
        cards.coverage(),
    ]


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
