"""Market > Spreads: what is a spread worth, where does it stand in its history, and which leg moved it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.market.spreads import grids, inputs
from callbacks.market.spreads.cards import SpreadCards
from callbacks.market.spreads.ids import Ids
from callbacks.market.spreads.inputs import KINDS
from components.kpi import kpi_row
from components.page import body_id
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.market import spreads as service
from portal.services.market.spread_legs import Catalogue
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["KIND_OPTIONS", "Ids", "View", "draw", "grids", "view"]

LIVE: dict[str, Any] = {"aria-live": "polite"}
KIND_OPTIONS = list(KINDS.items())


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    kind: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    kind = query.get("kind", "")
    return View(clocks, kind if kind in KINDS else "crack", draw(query, clocks, actor))


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the inputs of the kind chosen, and the spread that they ask for."""
    known = service.all_legs(actor)
    if not known.instruments:
        return [
            empty(
                "No instruments", "Import prices with 'enerscope import prices FILE', or load the demo desk."
            )
        ]
    asked = inputs.read(filters, known)
    return [
        inputs.controls(asked, known, clocks.as_of),
        html.Div(
            _content(asked, known, clocks, actor),
            id=body_id(Ids.SPREAD),
            className="es-body",
            **LIVE,
        ),
    ]


@body(Ids.SPREAD, permission=Permission.MARKET_READ)
def draw_spread(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the spread for the inputs as they stand now."""
    known = service.all_legs(actor)
    return _content(inputs.read(filters, known), known, clocks, actor)


def _content(asked: inputs.Asked, known: Catalogue, clocks: Clocks, actor: Actor) -> list[Component]:
    try:
        found = service.spread(asked.formula(known), clocks, actor, span=asked.span, window=asked.window)
    except DomainError as refusal:
        return [empty("This spread cannot be computed", refusal.message)]
    card = SpreadCards(found, asked.kind, asked.span, clocks)
    if found.study.standing is None:
        return [
            card.formula(),
            empty(
                "No common day",
                f"In this range {' and '.join(found.study.formula.instruments)} never have a price on the same day.",
            ),
        ]
    return [
        card.formula(),
        kpi_row(card.tiles()),
        card.history(),
        card.distribution(),
        card.legs(),
        card.bridge(),
        card.years(),
    ]
