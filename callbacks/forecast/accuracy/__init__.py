"""Forecast > Accuracy: which model earned its place, where it is good, whether it is honest, and what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.forecast.accuracy import grids
from callbacks.forecast.accuracy.cards import AccuracyCards
from callbacks.forecast.accuracy.ids import Ids
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.forecast.base import all_models
from portal.services import clocks as clock_service
from portal.services.forecast import accuracy as service
from portal.services.forecast.accuracy import BEST, CUTS, SCORES, AccuracyAsk
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["CUT_OPTIONS", "SCORE_OPTIONS", "Ids", "View", "draw", "grids", "model_options", "view"]

SCORE_OPTIONS = list(SCORES.items())
CUT_OPTIONS = list(CUTS.items())


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``targets`` are the choices, by code and label."""

    clocks: Clocks
    targets: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]


def model_options() -> list[tuple[str, str]]:
    """Return the choices of the model that the details are of."""
    return [
        (BEST, "Best of the ranking"),
        *((code, found.title) for code, found in sorted(all_models().items())),
    ]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    subjects = service.evaluated_targets(clocks, actor)
    try:
        ask = AccuracyAsk.of(query)
    except DomainError:
        ask = AccuracyAsk()
    choices = [(one.code, one.title) for one in subjects]
    filters = ask.params()
    known = {code for code, _ in choices}
    if filters["target"] not in known and choices:
        filters["target"] = choices[0][0]
    return View(clocks, choices or [("", "None yet")], filters, draw(filters, clocks, actor))


@body(Ids.BODY, permission=Permission.FORECAST_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, findings, leaderboard, profiles, regimes, calibration and money of one target."""
    try:
        found = service.accuracy(AccuracyAsk.of(filters), clocks, actor)
        if found is not None:
            _ = found.group
    except (DomainError, NotFound) as refusal:
        return [empty("This cannot be ranked", refusal.message)]
    if found is None:
        return [
            empty(
                "No model has been evaluated yet",
                "Accuracy is that of models held against what happened. Train models on Forecast > Models, or choose a "
                "later day.",
            )
        ]
    cards = AccuracyCards(found)
    parts = [
        cards.tiles(),
        cards.findings(),
        cards.leaders(),
        cards.steps(),
        cards.hours(),
        cards.months(),
        cards.versus(),
        cards.regimes(),
        cards.calibration(),
        cards.pit(),
        cards.intervals(),
        cards.value(),
    ]
    return [part for part in parts if part is not None]
