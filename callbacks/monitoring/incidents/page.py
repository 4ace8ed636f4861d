"""The body of Monitoring > Incidents: the queue, or one incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.monitoring.incidents.cards import by_hand, queue_cards, tiles
from callbacks.monitoring.incidents.ids import Ids
from callbacks.monitoring.incidents.one import one_incident
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.services import clocks as clock_service
from portal.services.monitoring import catalogue, incident_views
from portal.services.monitoring import incident_tables as tables
from portal.services.monitoring import incidents as service
from portal.web.actor import current_actor
from portal.web.views import body

PAGE = GridQuery(limit=25)
Option = tuple[str, str]
SHOWS: list[Option] = list(tables.SHOWS.items())


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``asked`` is the incident that the address names, "" for the queue."""

    clocks: Clocks
    asked: str
    chosen: Mapping[str, str]
    areas: list[Option]
    content: list[Component]
    form: Component | None
    signature: list[str]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    asked = str(query.get("incident") or "")
    areas = [(tables.ALL, "Anything"), *tables.areas(actor).items()]
    choices = {"show": SHOWS, "area": areas}
    chosen = {name: _known(query.get(name), options) for name, options in choices.items()}
    content = draw({**chosen, "incident": asked}, clocks, actor)
    mine = incident_views.areas_for(actor)
    services = {info.code: info.title for info in catalogue.own().values()}
    form = by_hand(mine, services) if mine and not asked else None
    return View(clocks, asked, chosen, areas, content, form, signature(asked, actor))


def _known(asked: str | None, options: list[Option]) -> str:
    return asked if asked in dict(options) else options[0][0]


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the queue, or the incident that is asked for."""
    asked = {name: str(filters.get(name) or "") for name in ("incident", "show", "area")}
    parts = _one(asked["incident"], clocks, actor) if asked["incident"] else _queue(asked, clocks, actor)
    newest = _newest(asked["incident"], actor)
    return [dcc.Store(id=Ids.STATE, data={**asked, "seen": newest, "clocks": clocks.query()}), *parts]


def _queue(asked: Mapping[str, str], clocks: Clocks, actor: Actor) -> list[Component]:
    found = service.queue(actor)
    shown = tables.chosen(found.views, asked, actor)
    over = tables.resolved_table(PAGE, actor, clocks.query())
    table: Component = (
        data_grid(
            Ids.RESOLVED, over, clocks=clocks.query(), query=PAGE, caption="Incidents that are resolved"
        )
        if over.rows
        else notice("No incident has been resolved yet.")
    )
    return [
        html.Div(id=Ids.SAID, role="status"),
        html.Div(id=Ids.NEWS, role="status"),
        tiles(tables.figures(actor)),
        *queue_cards(shown, len(found.views), clocks.query()),
        section("Resolved", [table]),
    ]


def _one(asked: str, clocks: Clocks, actor: Actor) -> list[Component]:
    said = [html.Div(id=Ids.SAID, role="status"), html.Div(id=Ids.NEWS, role="status")]
    if not asked.isdecimal() or len(asked) > 15:
        return [
            *said,
            empty("No such incident", f"There is no incident '{asked[:40]}'. Choose one from the queue."),
        ]
    try:
        found = service.detail(int(asked), actor)
    except NotFound as refusal:
        return [*said, empty("No such incident", f"{refusal.message} Choose one from the queue.")]
    return one_incident(found, clocks.query())


def _newest(asked: str, actor: Actor) -> int:
    try:
        return service.detail(int(asked), actor).seen if asked.isdecimal() and len(asked) <= 15 else 0
    except NotFound:
        return 0


def signature(asked: str, actor: Actor) -> list[str]:
    """Return what the page stands for: another one means that something happened."""
    if asked:
        return [str(_newest(asked, actor))]
    found = service.queue(actor).views
    return [
        f"{one.id} {one.row.severity} {one.row.state} {one.row.owner} {one.is_snoozed} {one.row.open_alerts}"
        for one in found
    ]


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
