"""The grids of Compliance > Surveillance."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.surveillance.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import surveillance_page as service
from portal.services.compliance import surveillance_tables as tables
from portal.services.compliance.surveillance_page import SurveillanceAsk
from portal.web.views import grid


@grid(Ids.HITS, title="Hits of surveillance", permission=Permission.COMPLIANCE_READ)
def hit_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the hits of the span."""
    return tables.hit_table(query, service.page(SurveillanceAsk.of(filters), clocks, actor))


@grid(Ids.DETECTORS, title="Detectors", permission=Permission.COMPLIANCE_READ)
def detector_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the detectors with counts, precision and thresholds."""
    return tables.detector_table(query, service.page(SurveillanceAsk.of(filters), clocks, actor))


@grid(Ids.EVENTS, title="Events around a hit", permission=Permission.COMPLIANCE_READ)
def event_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the events around a hit."""
    return tables.event_table(query, service.detail(SurveillanceAsk.of(filters).hit, clocks, actor))


@grid(Ids.TIMELINE, title="Events around a hit", permission=Permission.COMPLIANCE_READ)
def timeline_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the same events, behind the picture."""
    return tables.event_table(query, service.detail(SurveillanceAsk.of(filters).hit, clocks, actor))


@grid(Ids.CLOSE_UP, title="Events around a hit", permission=Permission.COMPLIANCE_READ)
def close_up_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the same events, behind the close-up."""
    return tables.event_table(query, service.detail(SurveillanceAsk.of(filters).hit, clocks, actor))
