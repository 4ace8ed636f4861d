"""Market > Data quality: late feeds, missing days, spikes, standing prices, refused rows and past imports."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.market.quality import repair
from callbacks.market.quality.ids import Ids
from components.chart import chart_card
from components.charts.quality import coverage_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import quality_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.market import prices, quality, quality_tables
from portal.services.market.quality import PERIODS, THRESHOLDS, Feeds, Findings
from portal.web.actor import current_actor
from portal.web.asked import whole
from portal.web.views import body, grid

PERIOD_CHOICES = [(key, label) for key, (label, _) in PERIODS.items()]
THRESHOLD_CHOICES = [(str(z), f"z ≥ {z}") for z in THRESHOLDS]
STATE_CHOICES = list(repair.STATES.items())
FEW = GridQuery(limit=12)


__all__ = ["PERIOD_CHOICES", "STATE_CHOICES", "THRESHOLD_CHOICES", "Ids", "View", "draw", "view"]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    commodities: list[str]
    filters: dict[str, Any]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    known = prices.commodities(actor)
    filters = {
        "period": _one_of(query, "period", PERIODS, "1y"),
        "commodity": _one_of(query, "commodity", known, "all"),
        "z": _one_of(query, "z", [key for key, _ in THRESHOLD_CHOICES], "8"),
        "state": _one_of(query, "state", repair.STATES, "open"),
    }
    return View(clocks, known, filters, [*repair.form(query, actor), *draw(filters, clocks, actor)])


def _one_of(query: Mapping[str, str], name: str, allowed: Collection[str], usual: str) -> str:
    """Return the URL parameter ``name`` when it is one of ``allowed``, else ``usual``."""
    asked = query.get(name, "")
    return asked if asked in allowed else usual


def _findings(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Findings:
    chosen = str(filters.get("commodity") or "all")
    return quality.findings(
        clocks,
        actor,
        period=str(filters.get("period") or "1y"),
        commodity="" if chosen == "all" else chosen,
        threshold=float(whole(filters, "z", 8, low=1, high=1000)),
    )


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, feeds, coverage and findings."""
    found, heard = _findings(filters, clocks, actor), quality.feeds(clocks, actor)
    params = {name: filters.get(name) for name in ("period", "commodity", "z")}
    waiting = quality.open_quarantine(actor)
    chosen = {**params, "state": filters.get("state")}
    refused = repair.quarantine_section(chosen, clocks, actor)
    return [
        kpi_row(_tiles(found, heard, waiting, params)),
        _feed_section(heard, clocks),
        *([refused] if waiting else []),  # what waits for a decision comes before what is only to be known
        _coverage_card(found, params, clocks),
        *_finding_sections(found, params, clocks),
        *([] if waiting else [refused]),
        repair.import_section(clocks, actor),
    ]


def _tiles(found: Findings, heard: Feeds, waiting: int, params: Mapping[str, Any]) -> list[Component]:
    late = [feed for feed in heard.feeds if feed.staleness.late]
    ticks = sum(item.spike.reverted for item in found.spikes)
    open_gaps = sum(gap.open for gap in found.gaps)
    tiles: list[tuple[str, Metric, int, str, Mapping[str, Any]]] = [
        (
            "Late feeds",
            metrics.LATE_FEEDS,
            len(late),
            f"of {len(heard.feeds)}",
            {"moment": heard.moment.isoformat()},
        ),
        (
            "Missing days",
            metrics.MISSING_DAYS,
            found.missing_days,
            f"{len(found.gaps)} gaps, {open_gaps} open",
            params,
        ),
        ("Spikes", metrics.SPIKES, len(found.spikes), f"{ticks} look like bad ticks", params),
        ("Standing prices", metrics.STILL_RUNS, len(found.still), "runs of 5 equal or more", params),
        ("In quarantine", metrics.QUARANTINED, waiting, "refused rows of imports", {}),
    ]
    return [
        kpi_tile(title, Shown(metric, float(value), metric.unit, asked), detail=detail)
        for title, metric, value, detail, asked in tiles
    ]


def _feed_section(heard: Feeds, clocks: Clocks) -> Component:
    return section(
        "Feeds: age against promise",
        [
            data_grid(
                Ids.FEEDS,
                quality_tables.feed_table(GridQuery(), heard),
                clocks=clocks.query(),
                searchable=False,
                caption="Age of every feed against the promise of its source",
            )
        ],
        note="Age: business hours since the end of the newest day. Late is what exceeds the promise of its source.",
    )


def _coverage_card(found: Findings, params: Mapping[str, Any], clocks: Clocks) -> Component:
    drawn = None
    if found.instruments and len(found.months):
        codes = [row.code for row in found.instruments]
        drawn = coverage_figure(codes, found.months.astype(str).tolist(), found.coverage)
    return chart_card(
        "Coverage: share of expected days with a price, by month",
        drawn,
        grid=Ids.COVERAGE,
        clocks=clocks.query(),
        params=params,
        note="Only full green is complete. Weekdays are expected, all days of series quoted on weekends; a usual "
        "holiday is excused when most of the prices in that currency pause.",
        simulated=any(row.simulated for row in found.instruments),
        advice="No instruments yet. Import prices, or load the demo desk with `enerscope demo load`.",
    )


def _finding_sections(found: Findings, params: Mapping[str, Any], clocks: Clocks) -> list[Component]:
    def part(grid_name: str, title: str, table: Table, note: str) -> Component:
        if not table.rows:
            return section(title, [notice("None in this period.")], note=note)
        shown = data_grid(grid_name, table, clocks=clocks.query(), params=params, query=FEW, caption=title)
        return section(title, [shown], note=note)

    parts = [
        part(
            Ids.GAPS,
            "Missing days",
            quality_tables.gap_table(FEW, found, clocks),
            "Gaps against the calendar, the newest first; an open gap reaches to the valuation day.",
        ),
        part(
            Ids.SPIKES,
            "Spikes",
            quality_tables.spike_table(FEW, found, clocks),
            "Steps far outside of the usual ones of their year. What comes back the next day looks like a bad tick.",
        ),
        part(
            Ids.STILL,
            "Standing prices",
            quality_tables.still_table(FEW, found, clocks),
            "Five or more equal prices in a row: a market that nobody assesses, or a feed that repeats itself.",
        ),
    ]
    if found.bars:
        bars = quality_tables.bar_table(FEW, found, clocks)
        note = "Open, high, low and settle of a day contradict each other."
        parts.append(part(Ids.BARS, "Contradicting bars", bars, note))
    return parts


@grid(Ids.FEEDS, title="Feeds", permission=Permission.MARKET_READ)
def load_feeds(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the feeds."""
    return quality_tables.feed_table(query, quality.feeds(clocks, actor))


@grid(Ids.COVERAGE, title="Coverage", permission=Permission.MARKET_READ)
def load_coverage(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the share of expected days by instrument and month."""
    return quality_tables.coverage_table(query, _findings(filters, clocks, actor))


@grid(Ids.GAPS, title="Missing days", permission=Permission.MARKET_READ)
def load_gaps(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the missing days."""
    return quality_tables.gap_table(query, _findings(filters, clocks, actor), clocks)


@grid(Ids.SPIKES, title="Spikes", permission=Permission.MARKET_READ)
def load_spikes(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the spikes."""
    return quality_tables.spike_table(query, _findings(filters, clocks, actor), clocks)


@grid(Ids.STILL, title="Standing prices", permission=Permission.MARKET_READ)
def load_still(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the runs of equal prices."""
    return quality_tables.still_table(query, _findings(filters, clocks, actor), clocks)


@grid(Ids.BARS, title="Contradicting bars", permission=Permission.MARKET_READ)
def load_bars(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the bars that contradict themselves."""
    return quality_tables.bar_table(query, _findings(filters, clocks, actor), clocks)
