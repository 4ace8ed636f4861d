"""The body of Risk > Limits: all limits, or one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.risk.limits.cards import LimitCards
from callbacks.risk.limits.form import form
from callbacks.risk.limits.grids import portfolio_of
from callbacks.risk.limits.ids import EVERY, Ids
from callbacks.risk.limits.one import one_limit
from callbacks.risk.limits.rows import choices
from components.portfolios import portfolio_choices
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.risk import limit_page as service
from portal.web.actor import current_actor
from portal.web.views import body


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs by value and label."""

    clocks: Clocks
    nodes: list[tuple[str, str]]
    limits: list[tuple[str, str]]
    portfolio: str
    limit: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    found = service.page(EVERY, clocks, actor)
    nodes = portfolio_choices(found.nodes)
    codes = list(dict.fromkeys(version.code for version in found.versions))
    portfolio = query.get("portfolio", EVERY) if query.get("portfolio") in dict(nodes) else EVERY
    limit = str(query.get("limit") or EVERY)
    filters = {"portfolio": portfolio, "limit": limit}
    return View(
        clocks,
        [(EVERY, "All that you may see"), *nodes],
        [(EVERY, "All limits"), *((code, code) for code in codes)],
        portfolio,
        limit if limit in codes else EVERY,
        draw(filters, clocks, actor),
    )


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the limits of a portfolio, or one limit."""
    portfolio, limit = portfolio_of(filters), str(filters.get("limit") or EVERY)
    state = dcc.Store(id=Ids.STATE, data={"portfolio": portfolio, "limit": limit, "clocks": clocks.query()})
    try:
        found = service.page(EVERY if limit != EVERY else portfolio, clocks, actor)
    except NotFound as refusal:
        return [empty("No such portfolio", refusal.message)]
    if limit != EVERY and limit not in {version.code for version in found.versions}:
        return [
            state,
            empty(
                "No such limit",
                f"There is no limit '{limit[:40]}' that you may see. Choose one from the list.",
            ),
        ]
    cards = LimitCards(found, actor, limit)
    parts = _all(cards) if limit == EVERY else _one(cards, clocks, actor)
    return [state, *(part for part in [*parts, _form(found, clocks, actor, limit)] if part is not None)]


def _all(cards: LimitCards) -> list[Component | None]:
    return [cards.tiles(), cards.waiting(), cards.table(), cards.bars(), cards.breaches()]


def _one(cards: LimitCards, clocks: Clocks, actor: Actor) -> list[Component | None]:
    try:
        parts: list[Component | None] = list(
            one_limit(service.held(cards.limit, clocks, actor), clocks, cards.params)
        )
    except NotFound as refusal:
        parts = [notice(refusal.message)]
    return [*parts, cards.waiting(), cards.breaches(), cards.versions()]


def _form(found: service.LimitPage, clocks: Clocks, actor: Actor, limit: str) -> Component | None:
    if not actor.can(Permission.LIMIT_PROPOSE) or not clocks.live or not found.nodes:
        return None
    like = next((version for version in reversed(found.versions) if version.code == limit), None)
    return form(choices(actor), clocks.as_of, like, found.portfolio)


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
