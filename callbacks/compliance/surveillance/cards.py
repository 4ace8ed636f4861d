"""The cards of Compliance > Surveillance: counts, hits and detectors."""

from dash.development.base_component import Component

from callbacks.compliance.surveillance.ids import Ids
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty
from components.table import data_grid
from portal.core.table import GridQuery
from portal.domain.compliance import surveillance_metrics as metrics
from portal.services.compliance import surveillance_tables as tables
from portal.services.compliance.surveillance_page import SurveillancePage

PAGE = GridQuery(limit=25)


def tiles(found: SurveillancePage) -> Component:
    """Hits, those that wait, precision and the events that were looked at."""
    chosen = found.ask.detector
    undecided = tables.figure(metrics.UNDECIDED, found, chosen)
    waits = "each has a case that waits"
    return kpi_row(
        [
            kpi_tile("Hits", tables.figure(metrics.HITS, found, chosen), detail=f"of {found.ask.days} days"),
            kpi_tile("Undecided", undecided, detail=waits, alert=waits if undecided.value else ""),
            kpi_tile(
                "Precision", tables.figure(metrics.PRECISION, found, chosen), detail="confirmed among decided hits"
            ),
            kpi_tile("Events", tables.events_shown(found), detail="orders, fills and quotes"),
        ]
    )  # fmt: skip


def hit_list(found: SurveillancePage) -> Component:
    """The hits of the span, the newest first."""
    if not found.hits:
        return empty(
            "No hits",
            "No detector saw a pattern in these days. Choose more days or all detectors; a run looks at orders that "
            "have come since." if found.events else
            "No orders are known in these days. Orders come with the demo desk or from a venue's order export.",
        )  # fmt: skip
    grid = data_grid(
        Ids.HITS, tables.hit_table(PAGE, found), clocks=found.clocks.query(), params=found.ask.params(), query=PAGE,
        caption="Hits of surveillance",
    )  # fmt: skip
    return section(
        "Hits",
        [grid],
        note="The newest first. A click on a hit opens its timeline; each has one case, where it is decided.",
    )


def detectors(found: SurveillancePage) -> Component:
    """All detectors, with how often they were right."""
    query = GridQuery(limit=None)
    grid = data_grid(
        Ids.DETECTORS, tables.detector_table(query, found), clocks=found.clocks.query(), params=found.ask.params(),
        query=query, searchable=False, caption="Detectors",
    )  # fmt: skip
    return section(
        "Detectors",
        [grid],
        note="Precision counts all decided cases, of any age. A click on a rule shows its hits and thresholds, "
        "which are house policy: no law sets them.",
    )  # fmt: skip
