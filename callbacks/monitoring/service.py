"""Monitoring > Services > one service: its samples over a time, how it changed, its incidents."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.samples import samples_figure
from components.controls import choice, filter_id, select
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.reach import standing_line
from components.states import empty
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import service_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.monitoring import infrastructure
from portal.services.monitoring import service_page as pages
from portal.services.monitoring.service_page import RANGES, Detail
from portal.web.actor import current_actor
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)
USUAL = "1d"


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "monitoring-service"
    COURSE = "monitoring-service-course"
    NOW = "monitoring-service-now"
    CHANGES = "monitoring-service-changes"
    INCIDENTS = "monitoring-service-incidents"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    title: str
    lead: str
    controls: list[Component]
    content: list[Component]


def view(code: str, query: Mapping[str, str]) -> View:
    """Return the page of the service ``code`` for its address; what it does not know it ignores."""
    clocks, actor = clock_service.resolve(query), current_actor()
    span = query.get("range", USUAL) if query.get("range") in RANGES else USUAL
    found = pages.detail(code, span, query.get("metric", ""), actor)
    info = found.standing.info
    shown = found.course.metric if found.course else ""
    inputs: list[Component] = [
        dcc.Input(id=filter_id(Ids.BODY, "service"), type="hidden", value=code),
        choice(Ids.BODY, "range", "Time", [(key, words) for key, (words, _, _) in RANGES.items()], span),
    ]
    if found.choices:
        inputs.append(select(Ids.BODY, "metric", "Series", [(name, name) for name in found.choices], shown))
    lead = " · ".join(filter(None, [info.code, info.address, f"answered for by {info.owner}"]))
    return View(clocks, info.title, lead, inputs, _drawn(found, span, clocks, actor))


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return how the service stands, its samples, changes and incidents."""
    return _drawn(_found(filters, actor), _span(filters), clocks, actor)


def _span(filters: Mapping[str, Any]) -> str:
    span = str(filters.get("range") or USUAL)
    return span if span in RANGES else USUAL


def _found(filters: Mapping[str, Any], actor: Actor) -> Detail:
    return pages.detail(str(filters["service"]), _span(filters), str(filters.get("metric") or ""), actor)


def _drawn(found: Detail, span: str, clocks: Clocks, actor: Actor) -> list[Component]:
    one = found.standing
    code, words = one.info.code, RANGES[span][0]
    params: dict[str, str | int | float | None] = {
        "service": code, "hours": RANGES[span][1].total_seconds() / 3600, "moment": found.moment.isoformat(),
    }  # fmt: skip
    reach = dcc.Link("What its failure reaches", href=f"/monitoring/services?service={code}")
    tile = kpi_tile(f"In good health, last {words}", Shown(metrics.TIME_GOOD, found.good, "", params))
    asked = {"service": code, "range": span, "metric": found.course.metric if found.course else ""}
    return [
        section("Health", [standing_line(one.state, one.reason, one.since), html.P(reach)]),
        kpi_row([tile, *(kpi_tile(one.metric.title, one) for one in infrastructure.figures(code, actor))]),
        _course(found, asked, clocks),
        section("Newest readings", [_now(code, clocks, actor)]),
        section(f"Changes of health, last {words}", [_changes(found, asked, clocks)]),
        section("Incidents", [_incidents(code, clocks, actor)]),
    ]


def _course(found: Detail, asked: Mapping[str, str], clocks: Clocks) -> Component:
    course = found.course
    picture = samples_figure(course.series, name=course.metric, unit=course.unit) if course else None
    left = f"The {len(course.series)} largest series; {course.left_out} more are left out." if course else ""
    return chart_card(
        course.metric if course else "Samples", picture, grid=Ids.COURSE, clocks=clocks.query(), params=asked,
        note=left if course and course.left_out else "",
        source="Samples of the monitor; means of each step, and of what only grows its growth by the second",
        advice="Nothing was sampled of this service in this time. Choose a longer time, or start 'enerscope monitor'.",
    )  # fmt: skip


def _now(code: str, clocks: Clocks, actor: Actor) -> Component:
    table = pages.now_table(code, PAGE, actor)
    if not table.rows:
        return empty("No readings", "Nothing was read of this service in the last ten minutes.")
    return _grid(Ids.NOW, table, clocks, {"service": code}, "Newest readings")


def _changes(found: Detail, asked: Mapping[str, str], clocks: Clocks) -> Component:
    table = pages.change_table(found, PAGE)
    if not table.rows:
        return html.P("Nobody has looked at it in this time.", className="es-note")
    return _grid(Ids.CHANGES, table, clocks, asked, "Changes of health, newest first")


def _incidents(code: str, clocks: Clocks, actor: Actor) -> Component:
    table = pages.incident_table(code, PAGE, actor)
    if not table.rows:
        return html.P("None that you may see.", className="es-note")
    return _grid(Ids.INCIDENTS, table, clocks, {"service": code}, "Incidents, newest first")


def _grid(name: Ids, table: Table, clocks: Clocks, params: Mapping[str, str], caption: str) -> Component:
    return data_grid(name, table, clocks=clocks.query(), params=params, query=PAGE, caption=caption)


@grid(Ids.COURSE, title="Samples", permission=Permission.MONITORING_READ)
def load_course(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the picture."""
    return pages.course_table(_found(filters, actor).course, query)


@grid(Ids.NOW, title="Newest readings", permission=Permission.MONITORING_READ)
def load_now(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the newest reading of every series."""
    return pages.now_table(str(filters["service"]), query, actor)


@grid(Ids.CHANGES, title="Changes of health", permission=Permission.MONITORING_READ)
def load_changes(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return how the service changed."""
    return pages.change_table(_found(filters, actor), query)


@grid(Ids.INCIDENTS, title="Incidents of a service", permission=Permission.MONITORING_READ)
def load_incidents(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the incidents of the service."""
    return pages.incident_table(str(filters["service"]), query, actor)
