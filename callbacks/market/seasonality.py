"""Market > Seasonality: the months against the trend, the years over each other, trend and remainder."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.seasonality import month_figure, overlay_figure, parts_figure
from components.kpi import kpi_row, kpi_tile
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import season_metrics as metrics
from portal.domain.market.instruments import InstrumentRow
from portal.services import clocks as clock_service
from portal.services.market import seasonality
from portal.services.market.prices import instrument_choices
from portal.services.market.seasonality import MONTH_NAMES, YEARS, Season
from portal.web.actor import current_actor
from portal.web.views import body, grid

YEAR_CHOICES = [(key, label) for key, (label, _) in YEARS.items()]
METHODS = {"classical": "Classical", "stl": "Robust STL"}
PREFERRED = "TTF"


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "market-seasonality"
    MONTHS = "market-seasonality-months"
    OVERLAY = "market-seasonality-years"
    PARTS = "market-seasonality-parts"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    choices: list[InstrumentRow]
    filters: dict[str, Any]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = instrument_choices(actor)
    codes = [row.code for row in choices]
    usual = PREFERRED if PREFERRED in codes else (codes[0] if codes else "")
    filters = {
        "instrument": _one_of(query, "instrument", codes, usual),
        "years": _one_of(query, "years", YEARS, "10"),
        "method": _one_of(query, "method", METHODS, "classical"),
    }
    return View(clocks, choices, filters, draw(filters, clocks, actor))


def _one_of(query: Mapping[str, str], name: str, allowed: Collection[str], usual: str) -> str:
    """Return the URL parameter ``name`` when it is one of ``allowed``, else ``usual``."""
    asked = query.get(name, "")
    return asked if asked in allowed else usual


def _season(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Season:
    return seasonality.season(
        str(filters["instrument"]),
        clocks,
        actor,
        years=str(filters.get("years") or "10"),
        method=str(filters.get("method") or "classical"),
    )


def _params(filters: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(filters.get(name) or "") for name in ("instrument", "years", "method")}


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles and pictures, or the sentence that says why there are none."""
    if not filters.get("instrument"):
        return [
            empty("No instruments yet", "Import prices, or load the demo desk with `enerscope demo load`.")
        ]
    try:
        found = _season(filters, clocks, actor)
    except (DomainError, NotFound) as refusal:
        return [empty("No season for this choice", refusal.message)]
    params = _params(filters)
    parts: list[Component] = [kpi_row(_tiles(found, params))]
    if found.remark:
        parts.append(notice(found.remark))
    return [
        *parts,
        _overlay_card(found, params, clocks),
        _month_card(found, params, clocks),
        _parts_card(found, params, clocks),
    ]


def _tiles(found: Season, params: Mapping[str, str]) -> list[Component]:
    profile = found.profile
    metric = metrics.MONTH if found.relative else metrics.MONTH_ABSOLUTE
    unit = "of trend" if found.relative else found.instrument.unit
    running = found.last.month - 1

    def month(title: str, at: int, detail: str) -> Component:
        item = Shown(metric, found.effect(at), unit, {**params, "month": str(at + 1)}, found.no_profile)
        return kpi_tile(title, item, detail=detail)

    strength = Shown(
        metrics.STRENGTH, None if profile is None else profile.strength, "", params, found.no_profile
    )
    used = "no whole years" if profile is None else f"from {len(profile.months)} months"
    top = 0 if profile is None else int(np.argmax(profile.figure))
    bottom = 0 if profile is None else int(np.argmin(profile.figure))
    return [
        kpi_tile("Seasonal strength", strength, detail=used),
        month("Dearest month", top, MONTH_NAMES[top] if profile is not None else ""),
        month("Cheapest month", bottom, MONTH_NAMES[bottom] if profile is not None else ""),
        month("This month", running, f"{MONTH_NAMES[running]}, usually"),
        month("Next month", (running + 1) % 12, f"{MONTH_NAMES[(running + 1) % 12]}, usually"),
    ]


def _source(found: Season) -> str:
    row = found.instrument
    return f"Prices {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}. Source: {row.source} ({row.licence})"


def _month_card(found: Season, params: Mapping[str, str], clocks: Clocks) -> Component:
    profile, off = found.profile, 1.0 if found.relative else 0.0
    drawn = None
    if profile is not None:
        drawn = month_figure(
            profile.figure - off,
            profile.low - off,
            profile.high - off,
            unit=found.unit,
            relative=found.relative,
        )
    return chart_card(
        f"{found.instrument.name}: what each month is worth",
        drawn,
        grid=Ids.MONTHS,
        clocks=clocks.query(),
        params=params,
        width="third",
        note="Mean price of the month against the trend around it; the band is the range of all years.",
        advice=found.no_profile,
        simulated=found.instrument.simulated,
        source=_source(found),
    )


def _overlay_card(found: Season, params: Mapping[str, str], clocks: Clocks) -> Component:
    return chart_card(
        f"{found.instrument.name}: year over year in {found.instrument.unit}",
        overlay_figure(found.overlay.years.tolist(), found.overlay.values, unit=found.instrument.unit),
        grid=Ids.OVERLAY,
        clocks=clocks.query(),
        params=params,
        width="two-thirds",
        note="Daily prices; the thick line is the newest year. A click hides a year, a double click shows only it.",
        simulated=found.instrument.simulated,
        source=_source(found),
    )


def _parts_card(found: Season, params: Mapping[str, str], clocks: Clocks) -> Component:
    profile, off = found.profile, 1.0 if found.relative else 0.0
    drawn = None
    if profile is not None:
        parts = profile.parts
        drawn = parts_figure(
            profile.months.astype(str).tolist(),
            profile.means,
            parts.trend,
            parts.seasonal - off,
            parts.remainder - off,
            unit=found.instrument.unit,
            relative=found.relative,
        )
    how = (
        "centred average of twelve months"
        if params["method"] == "classical"
        else "robust STL, periodic season"
    )
    shape = "price = trend × season × remainder" if found.relative else "price = trend + season + remainder"
    return chart_card(
        "Trend, season and remainder of the monthly mean",
        drawn,
        grid=Ids.PARTS,
        clocks=clocks.query(),
        params=params,
        note=f"{how.capitalize()}; {shape}. The newest month is to date.",
        advice=found.no_profile,
        simulated=found.instrument.simulated,
        source=_source(found),
    )


@grid(Ids.MONTHS, title="Seasonal profile", permission=Permission.MARKET_READ)
def load_months(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the profile by month."""
    return seasonality.month_table(query, _season(filters, clocks, actor), _params(filters))


@grid(Ids.OVERLAY, title="Years", permission=Permission.MARKET_READ)
def load_years(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the years side by side."""
    return seasonality.overlay_table(query, _season(filters, clocks, actor))


@grid(Ids.PARTS, title="Decomposition", permission=Permission.MARKET_READ)
def load_parts(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return trend, season and remainder by month."""
    return seasonality.part_table(query, _season(filters, clocks, actor))
