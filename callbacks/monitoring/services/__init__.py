"""Monitoring > Services: the live graph of what needs what, what a failure reaches, and the same as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import ALL, ClientsideFunction, Input, Output, State, no_update, set_props
from dash.development.base_component import Component

from callbacks.monitoring.services import naming
from components.controls import filter_id, select
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, body_id, section
from components.reach import reach_of
from components.table import data_grid
from components.topology import Node, legend, topology
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import service_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.jobs import all_kinds
from portal.services.monitoring import catalogue, standing
from portal.services.monitoring.standing import Overview
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.nav import menu, pages_meant
from portal.web.views import body, grid

PAGE = GridQuery(limit=50)
NOBODY = "none"
TICK_MILLISECONDS = 5000


class Ids(StrEnum):
    """The body, its parts, and what keeps it fresh."""

    BODY = "monitoring-services"
    LIST = "monitoring-services-list"
    GRAPH = "monitoring-services-graph"
    TICK = "monitoring-services-tick"
    SEEN = "monitoring-services-seen"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page; ``signature`` says how everything stands, ``form`` names a service."""

    clocks: Clocks
    controls: list[Component]
    content: list[Component]
    signature: list[str]
    form: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; ``service`` chooses one, and one that nobody knows is ignored."""
    clocks, actor = clock_service.resolve(query), current_actor()
    found = standing.overview(actor)
    asked = query.get("service", NOBODY)
    chosen = asked if asked in found.services else NOBODY
    titles = sorted((one.info.title, code) for code, one in found.services.items())
    options = [(NOBODY, "None"), *((code, title) for title, code in titles)]
    inputs: list[Component] = [select(Ids.BODY, "service", "If this fails", options, chosen)]
    return View(clocks, inputs, _drawn(found, chosen, clocks, actor), found.signature(), naming.form(actor))


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return figures, the graph, what the chosen service reaches, and the table."""
    return _drawn(standing.overview(actor), str(filters.get("service") or NOBODY), clocks, actor)


def _drawn(found: Overview, chosen: str, clocks: Clocks, actor: Actor) -> list[Component]:
    chosen = chosen if chosen in found.services else ""
    table = standing.table_of(found, PAGE)
    rows = data_grid(
        Ids.LIST, table, clocks=clocks.query(), query=PAGE, caption="Services, those that need care first"
    )
    return [
        _tiles(found),
        section("What needs what", [legend(), _graph(found, chosen)]),
        *([_reach(found, chosen, actor)] if chosen else []),
        section("All services", [rows]),
    ]


def _tiles(found: Overview) -> Component:
    params = {"moment": found.moment.isoformat()}
    first = next((one for one in _worst_first(found) if one.state != "good"), None)
    alert = f"{first.info.title}: {first.state}" if first else ""
    return kpi_row(
        [
            kpi_tile("Services watched", Shown(metrics.WATCHED, len(found.services), "services", params)),
            kpi_tile("Not good", Shown(metrics.UNWELL, found.unwell, "services", params), alert=alert),
        ]
    )


def _worst_first(found: Overview) -> list[standing.Standing]:
    order = ("bad", "warning", "unknown", "good")
    return sorted(found.services.values(), key=lambda one: (order.index(one.state), one.info.title))


def _graph(found: Overview, chosen: str) -> Component:
    nodes = [
        Node(code, one.info.title, one.state, one.row, one.info.depends_on)
        for code, one in found.services.items()
    ]
    return topology(Ids.GRAPH, nodes, chosen=chosen, reached=found.reached(chosen) if chosen else ())


def _reach(found: Overview, chosen: str, actor: Actor) -> Component:
    one, touched = found.services[chosen], catalogue.affected(chosen, found.infos)
    pages = pages_meant(lambda path: any(catalogue.covers(entry, path) for entry in touched.pages))
    kinds, mine = all_kinds(), {item.path for item in menu(actor)}
    return reach_of(
        one.info.title,
        standing.address_of(chosen),
        state=one.state,
        reason=one.reason,
        since=one.since,
        count=Shown(metrics.REACHED, len(touched.services), "services", {"service": chosen}),
        services=[(found.services[code].info.title, standing.address_of(code)) for code in touched.services],
        pages=[(page.area, page.name, page.path if page.path in mine else "") for page in pages],
        every_page=catalogue.EVERY_PAGE in touched.pages,
        jobs=[kinds[kind].title if kind in kinds else kind for kind in touched.jobs],
    )


@grid(Ids.LIST, title="Services", permission=Permission.MONITORING_READ)
def load(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the services as sorted, filtered and paged."""
    return standing.table(query, actor)


guarded_clientside(
    ClientsideFunction("enerscope_services", "choose"),
    Output(filter_id(Ids.BODY, "service"), "value"),
    Input(Ids.GRAPH, "tapNodeData"),
    prevent_initial_call=True,
)


@guarded_callback(
    Output(Ids.SEEN, "data"),
    Input(Ids.TICK, "n_intervals"),
    State(Ids.SEEN, "data"),
    State({"type": "filter", "body": Ids.BODY.value, "name": ALL}, "value"),
    State({"type": "filter", "body": Ids.BODY.value, "name": ALL}, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.MONITORING_READ,
    polling=True,
    prevent_initial_call=True,
)
def refresh(
    _ticks: int | None,
    seen: list[str] | None,
    values: list[Any],
    ids: list[dict[str, str]],
    pair: dict[str, str],
) -> Any:
    """Draw the page anew when a service changed; otherwise leave it, so that nobody loses their place."""
    actor = current_actor()
    found = standing.overview(actor)
    if found.signature() == seen:
        return no_update
    filters = read_filters({item["name"]: value for item, value in zip(ids, values, strict=True)})
    clocks = clock_service.resolve(read_filters(pair or {}))
    chosen = str(filters.get("service") or NOBODY)
    set_props(body_id(Ids.BODY), {"children": _drawn(found, chosen, clocks, actor)})
    return found.signature()
