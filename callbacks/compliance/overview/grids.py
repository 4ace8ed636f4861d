"""The rows behind Compliance > Overview."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.overview.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import case_tables
from portal.services.compliance import overview as service
from portal.services.compliance import overview_tables as tables
from portal.services.compliance.overview import Overview
from portal.web.views import grid

Filters = Mapping[str, Any]


def span_of(filters: Filters) -> int:
    """Return how many days of findings are asked for."""
    asked = str(filters.get("days") or "")
    return int(asked) if asked in {str(days) for days in service.SPANS} else service.SPANS[1]


def state_of(filters: Filters) -> str:
    """Return which obligations are asked for."""
    asked = str(filters.get("state") or "")
    return asked if asked in tables.STATES else tables.OPEN


def _found(filters: Filters, clocks: Clocks, actor: Actor) -> Overview:
    return service.overview(span_of(filters), clocks, actor)


@grid(Ids.DEADLINES, title="Deadlines", permission=Permission.COMPLIANCE_READ)
def deadline_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return obligations by deadline."""
    return tables.deadline_table(query, _found(filters, clocks, actor), state_of(filters))


@grid(Ids.PARTS, title="Parts of the score", permission=Permission.COMPLIANCE_READ)
def part_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return what takes points off the score."""
    return tables.part_table(query, _found(filters, clocks, actor))


@grid(Ids.CASES, title="Open cases", permission=Permission.COMPLIANCE_READ)
def case_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return undecided cases by deadline."""
    return case_tables.queue_table(query, _found(filters, clocks, actor).open_cases, clocks)


@grid(Ids.DAYS, title="Findings by day", permission=Permission.COMPLIANCE_READ)
def day_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return findings by day of the event."""
    return tables.day_table(query, _found(filters, clocks, actor))


@grid(Ids.REGIMES, title="Findings by regime", permission=Permission.COMPLIANCE_READ)
def regime_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return findings by regime."""
    return tables.regime_table(query, _found(filters, clocks, actor))


@grid(Ids.COVERAGE, title="Coverage by rule", permission=Permission.COMPLIANCE_READ)
def coverage_rows(query: GridQuery, filters: Filters, clocks: Clocks, actor: Actor) -> Table:
    """Return by rule how many questions were answered."""
    return tables.coverage_table(query, _found(filters, clocks, actor))
