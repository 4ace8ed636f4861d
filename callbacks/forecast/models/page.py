"""The body of Forecast > Models: all versions and trials of a target, or one version."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.forecast.models.cards import ModelCards
from callbacks.forecast.models.compare import compared
from callbacks.forecast.models.grids import target_of
from callbacks.forecast.models.ids import EVERY, Ids
from callbacks.forecast.models.one import one_version
from callbacks.forecast.models.train import train_section
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.forecast import experiments, registry
from portal.services.forecast import targets as target_service
from portal.web.actor import current_actor
from portal.web.views import body

NONE = "all"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs by value and label."""

    clocks: Clocks
    targets: list[tuple[str, str]]
    versions: list[tuple[str, str]]
    target: str
    version: str
    content: list[Component]
    dialog: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    rows = registry.versions(actor, clocks=clocks)
    tried = experiments.count(actor, clocks=clocks)
    titles = {target.code: target.title for target in target_service.targets(actor)}
    codes = sorted({*(row.target for row in rows), *tried})
    target = query.get("target", EVERY) if query.get("target") in codes else EVERY
    version = str(query.get("version") or NONE)
    filters = {"target": target, "version": version, "a": query.get("a"), "b": query.get("b")}
    return View(
        clocks,
        [(EVERY, "All targets"), *((code, titles.get(code, code)) for code in codes)],
        [(NONE, "All versions"), *((str(row.id), f"{row.target} {row.name}") for row in rows)],
        target,
        version if version in {str(row.id) for row in rows} else NONE,
        draw(filters, clocks, actor),
        train_section(clocks, actor, query),
    )


@body(Ids.BODY, permission=Permission.FORECAST_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the versions and trials of a target, or one version."""
    version = str(filters.get("version") or NONE)
    kept = {"target": target_of(filters) or EVERY, "version": version, "clocks": clocks.query()}
    state = dcc.Store(id=Ids.STATE, data=kept)
    if version != NONE:
        try:
            return [state, *one_version(version, clocks, actor)]
        except NotFound as refusal:
            return [state, empty("No such version", refusal.message)]
    target = target_of(filters)
    cards = ModelCards(
        target or EVERY,
        registry.versions(actor, target, clocks=clocks),
        experiments.trials(actor, target, clocks=clocks),
        clocks,
        actor,
    )
    first, second = (_number(filters.get(name)) for name in ("a", "b"))
    shown = _compared(first, second, clocks, actor) if first and second else []
    parts = [
        cards.tiles(),
        cards.waiting(),
        cards.registered(),
        cards.choose(first, second, shown),
        cards.tried(),
    ]
    return [state, *(part for part in parts if part is not None)]


def _compared(first: int, second: int, clocks: Clocks, actor: Actor) -> list[Component]:
    try:
        return compared(first, second, clocks, actor)
    except EnerscopeError as refusal:
        return [notice(refusal.message, kind="warn")]


def _number(given: Any) -> int:
    text = str(given or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
