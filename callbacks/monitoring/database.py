"""Monitoring > Database: how busy and how large it is, who waits for whom, and which statements take the time."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import infrastructure_metrics as figures
from portal.domain.monitoring import sample_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.monitoring import database_page as pages
from portal.services.monitoring import infrastructure
from portal.web.actor import current_actor
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)
NOBODY_READS = (
    "Nothing was read in the last ten minutes, so connections, locks and sizes over time are missing here. Start the "
    "monitor with 'enerscope monitor'."
)
NOT_COUNTED = (
    "This server does not count statements: pg_stat_statements is not loaded, or the portal's role may not read it. "
    "Add it to shared_preload_libraries, start the server again and run CREATE EXTENSION pg_stat_statements."
)
TILES = tuple(
    one.id
    for one in (
        figures.CONNECTIONS,
        figures.CONNECTION_USE,
        figures.WAITING,
        figures.SLOW,
        figures.DATABASE_SIZE,
        figures.BLOAT,
        figures.REPLICATION_LAG,
    )
)


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "monitoring-database"
    SAMPLES = "monitoring-database-samples"
    BLOCKED = "monitoring-database-blocked"
    TABLES = "monitoring-database-tables"
    STATEMENTS = "monitoring-database-statements"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address."""
    clocks = clock_service.resolve(query)
    return View(clocks, draw({}, clocks, current_actor()))


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return figures, waits, series, tables and statements."""
    found = pages.figures(actor)
    parts: list[Component] = [] if found.has_samples else [notice(NOBODY_READS, kind="warn")]
    return [
        *parts,
        _tiles(found, actor),
        section("Who waits for whom", [_blocked(clocks, actor)], note="Asked when the page was opened."),
        section(
            "Connections, locks, replication and chunks",
            [_grid(Ids.SAMPLES, pages.sample_table(PAGE, actor), clocks, "Series as they were read last")],
        ),
        section(
            "Tables", [_grid(Ids.TABLES, pages.table_sizes(PAGE, actor), clocks, "Tables, the largest first")]
        ),
        section("Statements that take most of the time", [_statements(clocks, actor)]),
    ]


def _tiles(found: pages.Figures, actor: Actor) -> Component:
    share = Shown(metrics.CACHE_HIT, found.cache_hit, "", {"moment": found.moment.isoformat()})
    others = infrastructure.figures(pages.SERVICE, actor, moment=found.moment, only=TILES)
    return kpi_row(
        [
            kpi_tile("Found in memory, last hour", share),
            *(kpi_tile(one.metric.title, one) for one in others),
        ]
    )


def _grid(name: Ids, table: Table, clocks: Clocks, caption: str) -> Component:
    return data_grid(name, table, clocks=clocks.query(), query=PAGE, caption=caption)


def _blocked(clocks: Clocks, actor: Actor) -> Component:
    table = pages.blocked_table(PAGE, actor)
    if not table.rows:
        return html.P("Nobody waits for a lock.", className="es-note")
    return _grid(Ids.BLOCKED, table, clocks, "Sessions that wait and those they wait for")


def _statements(clocks: Clocks, actor: Actor) -> Component:
    table = pages.statement_table(PAGE, actor)
    if table is None:
        return notice(NOT_COUNTED)
    return _grid(Ids.STATEMENTS, table, clocks, "Statements that take most of the time")


@grid(Ids.SAMPLES, title="Database series", permission=Permission.MONITORING_READ)
def load_samples(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the series as they were read last."""
    return pages.sample_table(query, actor)


@grid(Ids.BLOCKED, title="Database waits", permission=Permission.MONITORING_READ)
def load_blocked(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return who waits for whom."""
    return pages.blocked_table(query, actor)


@grid(Ids.TABLES, title="Database tables", permission=Permission.MONITORING_READ)
def load_tables(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the tables with their sizes."""
    return pages.table_sizes(query, actor)


@grid(Ids.STATEMENTS, title="Database statements", permission=Permission.MONITORING_READ)
def load_statements(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the statements that take most of the time; no rows where nobody counts them."""
    return pages.statement_table(query, actor) or Table(pages.STATEMENT_COLUMNS, [])
