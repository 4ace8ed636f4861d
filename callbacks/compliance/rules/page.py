"""The body of Compliance > Rules: the catalogue, one rule, or one parameter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.compliance.rules.cards import parameters, rules, tiles, waiting
from callbacks.compliance.rules.ids import Ids
from callbacks.compliance.rules.one_parameter import one_parameter
from callbacks.compliance.rules.one_rule import one_rule
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.base import REGIMES, Trust
from portal.services import clocks as clock_service
from portal.services.compliance import catalogue as service
from portal.services.compliance.catalogue import EVERY
from portal.web.actor import current_actor
from portal.web.views import body

Option = tuple[str, str]
FILTERS = ("rule", "regime", "trust")
PARAMETER = "parameter:"
"""What a choice begins with that opens a parameter; some parameters are called as their rule."""
REGIME_CHOICES: list[Option] = [(EVERY, "All regimes"), *REGIMES.items()]
TRUST_CHOICES: list[Option] = [
    (EVERY, "Any source"),
    *((item.value, item.label.capitalize()) for item in Trust),
]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs by value and label."""

    clocks: Clocks
    chosen: Mapping[str, str]
    rules: list[Option]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    book = service.catalogue(clocks, actor)
    openable = [
        (EVERY, "The catalogue"),
        *((rule.code, f"{rule.code} {rule.title}") for rule in book.rules()),
        *((f"{PARAMETER}{code}", f"Parameter {code}") for code in sorted(book.parameters.by_code)),
    ]
    wanted = f"{PARAMETER}{query['parameter']}" if query.get("parameter") else str(query.get("rule") or EVERY)
    chosen = {
        "rule": _known(wanted, openable), "regime": _known(query.get("regime"), REGIME_CHOICES),
        "trust": _known(query.get("trust"), TRUST_CHOICES),
    }  # fmt: skip
    return View(clocks, chosen, openable, draw({**chosen, "rule": wanted}, clocks, actor))


def _known(asked: str | None, options: list[Option]) -> str:
    return asked if asked in dict(options) else options[0][0]


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the catalogue, or the rule or parameter that is asked for."""
    asked = {name: str(filters.get(name) or "") for name in FILTERS}
    state = dcc.Store(id=Ids.STATE, data={**asked, "clocks": clocks.query()})
    try:
        if asked["rule"].startswith(PARAMETER):
            code = asked["rule"].removeprefix(PARAMETER)
            parts = one_parameter(service.one_parameter(code, clocks, actor), actor)
        elif asked["rule"] not in ("", EVERY):
            parts = one_rule(service.one_rule(asked["rule"], clocks, actor), actor)
        else:
            parts = _all(service.catalogue(clocks, actor), asked, actor)
    except NotFound as refusal:
        parts = [empty("Not in the catalogue", f"{refusal.message} Choose one from the list.")]
    return [state, *parts]


def _all(book: service.Catalogue, asked: Mapping[str, str], actor: Actor) -> list[Component]:
    regime = asked["regime"] if asked["regime"] in REGIMES else EVERY
    trust = asked["trust"] if asked["trust"] in set(Trust) else EVERY
    found = [
        tiles(book, regime, trust), waiting(book, actor), rules(book, regime, trust), parameters(book, trust),
    ]  # fmt: skip
    return [part for part in found if part is not None]


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
