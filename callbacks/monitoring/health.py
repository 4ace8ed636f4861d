"""Monitoring > Health: is everything well, since when not, and what does it touch; also while the database is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import ClientsideFunction, Input, Output, State, html, set_props
from dash.development.base_component import Component

from components import health as parts
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, body_id, section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import health as states
from portal.domain.monitoring import health_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.monitoring import catalogue, health, health_tables
from portal.services.monitoring.health import HealthView, Standing
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback, guarded_clientside
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)
TICK_MILLISECONDS = 2_000
FEW = 4  # followers that are named


class Ids(StrEnum):
    """The body, its grid, and what keeps it fresh."""

    BODY = "monitoring-health"
    CHANGES = "monitoring-health-changes"
    LOOKED = "monitoring-health-looked"
    SILENT = "monitoring-health-silent"
    TICK = "monitoring-health-tick"
    SEEN = "monitoring-health-seen"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page; ``signature`` changes with what there is to read."""

    clocks: Clocks
    content: list[Component]
    signature: list[str]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; without a database it has the clocks of the wall."""
    actor = current_actor()
    seen = health.now(actor)
    clocks = Clocks(seen.at.date(), seen.at)
    if seen.has_record:
        try:
            clocks = clock_service.resolve(query)
        except EnerscopeError:
            seen = health.now(actor)  # it went away meanwhile
    return View(clocks, _draw(seen, clocks.query(), actor), _signature(seen))


def _signature(seen: HealthView) -> list[str]:
    """Return what the page says, without the figures that move at every look while nothing changes."""
    return [
        f"{one.info.code} {one.reading.state} {one.since:%H:%M:%S} "
        f"{parts.for_how_long(one.since, seen.at)} {one.affected.pages} "
        f"{one.reading.reason if one in seen.troubles else ''}"
        for one in seen.all()
    ] + [f"record {seen.has_record}"]


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the verdict, the troubles, the counts, what is well, and what changed."""
    return _draw(health.now(actor), clocks.query(), actor)


def _draw(seen: HealthView, pair: Mapping[str, str], actor: Actor) -> list[Component]:
    looked = html.Span(parts.looked_words(seen.at), id=Ids.LOOKED, className="es-note")
    shown: list[Component] = [
        parts.verdict(seen.state.value, _sentence(seen), looked),
        html.Div(id=Ids.SILENT, role="alert"),
    ]
    if seen.troubles:
        shown.append(html.Div([_trouble(one, seen) for one in seen.troubles], className="es-health-cards"))
    shown.append(_tiles(seen))
    if seen.well:
        shown.append(section("Well", [parts.well_table([_well(one, seen) for one in seen.well])]))
    return [*shown, section("Changes of the last day", [_changes(seen, pair, actor)])]


def _sentence(seen: HealthView) -> str:
    down = [one.info.title for one in seen.troubles if one.reading.state is states.State.BAD]
    near = [one.info.title for one in seen.troubles if one.reading.state is states.State.WARNING]
    if down:
        return f"{_named(down)} {'does' if len(down) == 1 else 'do'} not work."
    if near:
        return f"{_named(near)} {'is' if len(near) == 1 else 'are'} in trouble; nothing is down."
    if seen.troubles:
        return "Nothing is known to be wrong, but not everything can be judged."
    return f"All {len(seen.well)} services are well."


def _named(titles: list[str]) -> str:
    if len(titles) > FEW:
        return f"{', '.join(titles[:FEW])} and {len(titles) - FEW} more"
    return " and ".join(filter(None, [", ".join(titles[:-1]), titles[-1]]))


def _trouble(one: Standing, seen: HealthView) -> Component:
    facts = [parts.fact_words(name, value) for name, value in one.reading.facts.items()]
    link = str(one.reading.facts.get("link") or "")
    return parts.trouble_card(
        one.info.code, title=_title(one), state=one.reading.state.value, reason=one.reading.reason,
        since=parts.sentence(parts.since_words(one.since, seen.at, is_recorded=one.is_recorded)),
        pages=[(catalogue.in_words(page), "" if "*" in page else page) for page in one.affected.pages],
        jobs=one.affected.jobs, followers=_followers(one), owner=one.info.owner, facts=facts, link=link,
    )  # fmt: skip


def _title(one: Standing) -> str:
    return str(one.reading.facts.get("title") or one.info.title)


def _followers(one: Standing) -> list[str]:
    feeds = [item for item in one.followers if item.info.kind == "feed"]
    named = [_title(item) for item in one.followers if item.info.kind != "feed"]
    return [*named, f"{len(feeds)} feed{'s' if len(feeds) > 1 else ''}"] if feeds else named


def _well(one: Standing, seen: HealthView) -> Component:
    since = parts.since_words(one.since, seen.at, is_recorded=one.is_recorded).removeprefix("since ")
    return parts.well_row(one.info.code, title=_title(one), reason=one.reading.reason, since=since)


def _tiles(seen: HealthView) -> Component:
    params = {"moment": seen.at.isoformat()}
    return kpi_row(
        [
            kpi_tile(
                metrics.BY_STATE[state.value].title,
                Shown(metrics.BY_STATE[state.value], seen.count(state), "services", params),
            )
            for state in (
                states.State.BAD, states.State.WARNING, states.State.UNKNOWN, states.State.GOOD,
            )
        ]
    )  # fmt: skip


def _changes(seen: HealthView, pair: Mapping[str, str], actor: Actor) -> Component:
    if not seen.has_record:
        return notice("The record of changes is in the database, which does not answer.", kind="warn")
    try:
        rows = health_tables.changes(PAGE, actor)
    except EnerscopeError as away:
        return notice(away.message, kind="warn")
    if not rows.rows:
        return empty("Nothing changed", "The monitor records every change from good to bad and back.")
    return data_grid(Ids.CHANGES, rows, clocks=dict(pair), query=PAGE, caption="Changes of health")


@grid(Ids.CHANGES, title="Changes of health", permission=Permission.MONITORING_READ)
def load_changes(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the changes of the last day, as paged."""
    return health_tables.changes(query, actor)


@guarded_callback(
    Output(Ids.SEEN, "data"),
    Input(Ids.TICK, "n_intervals"),
    State(Ids.SEEN, "data"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.MONITORING_READ,
    polling=True,
    without_database=True,
    prevent_initial_call=True,
)
def refresh(_ticks: int | None, seen: dict[str, Any] | None, pair: dict[str, str] | None) -> Any:
    """Look again; draw the page anew when there is something new to read, and else only say when it was looked at."""
    actor = current_actor()
    found = health.now(actor)
    signature = _signature(found)
    if seen is None or seen.get("signature") != signature:
        plain = {str(name): str(value) for name, value in (pair or {}).items()}
        set_props(body_id(Ids.BODY), {"children": _draw(found, plain, actor)})
    else:
        set_props(Ids.LOOKED, {"children": parts.looked_words(found.at)})
    return {"signature": signature, "at": found.at.isoformat()}


guarded_clientside(
    ClientsideFunction("health", "silent"),
    Output(Ids.SILENT, "children"),
    Input(Ids.TICK, "n_intervals"),
    Input(Ids.SEEN, "data"),
)
