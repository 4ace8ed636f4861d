"""The body of Compliance > Cases: the queue, or one case."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.compliance.cases.cards import by_hand, queue_table, tiles
from callbacks.compliance.cases.ids import Ids
from callbacks.compliance.cases.one import one_case
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.case_workflow import Severity
from portal.services import clocks as clock_service
from portal.services.compliance import case_tables as tables
from portal.services.compliance import cases as service
from portal.web.actor import current_actor
from portal.web.views import body

Option = tuple[str, str]
QUEUE = "queue"
MOST_CHOICES = 200
"""Undecided cases in the list of the page; the queue has them all."""
FILTERS = ("case", "state", "owner", "severity", "kind")
SEVERITIES: list[Option] = [
    (tables.ALL, "Any"),
    *((item.value, item.value.capitalize()) for item in reversed(Severity)),
]
STATES: list[Option] = list(tables.STATES.items())
KINDS: list[Option] = [(tables.ALL, "Any"), *service.KINDS.items()]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs by value and label."""

    clocks: Clocks
    chosen: Mapping[str, str]
    cases: list[Option]
    owners: list[Option]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    found = tables.queue(clocks, actor)
    asked = str(query.get("case") or "")
    near = [str(item.id) for item in found.views if not item.is_closed][:MOST_CHOICES]
    if asked not in near and asked in {str(item.id) for item in found.views}:
        near.insert(0, asked)
    cases = [(QUEUE, "The queue"), *((number, f"Case {number}") for number in near)]
    owners = [
        (tables.ALL, "Anybody"), (tables.MINE, "Me"), (tables.NOBODY, "Nobody yet"), *service.owners(actor).items(),
    ]  # fmt: skip
    choices = {
        "case": cases, "state": STATES, "owner": owners, "severity": SEVERITIES, "kind": KINDS,
    }  # fmt: skip
    chosen = {name: _known(query.get(name), options) for name, options in choices.items()}
    return View(clocks, chosen, cases, owners, draw({**chosen, "case": asked}, clocks, actor))


def _known(asked: str | None, options: list[Option]) -> str:
    return asked if asked in dict(options) else options[0][0]


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the queue, or the case that is asked for."""
    asked = {name: str(filters.get(name) or "") for name in FILTERS}
    state = dcc.Store(id=Ids.STATE, data={**asked, "clocks": clocks.query()})
    if asked["case"] not in ("", QUEUE):
        return [state, *_one(asked["case"], clocks, actor)]
    found = tables.queue(clocks, actor)
    shown = tables.chosen(found.views, asked, actor)
    parts = [tiles(found), queue_table(found, shown, asked)]
    if clocks.live and actor.can(Permission.COMPLIANCE_DECIDE):
        parts.append(by_hand())
    return [state, *parts]


def _one(asked: str, clocks: Clocks, actor: Actor) -> list[Component]:
    if not asked.isdecimal() or len(asked) > 15:
        return [empty("No such case", f"There is no case '{asked[:40]}'. Choose one from the queue.")]
    try:
        found = service.detail(int(asked), clocks, actor)
    except NotFound as refusal:
        return [empty("No such case", f"{refusal.message} Choose one from the queue.")]
    return one_case(found, clocks)


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
