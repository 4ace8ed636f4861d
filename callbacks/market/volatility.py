"""Market > Volatility: realised, EWMA and GARCH, the cone, the term structure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.volatility import cone_figure, term_figure, volatility_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.format import number
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import metrics
from portal.domain.market.instruments import InstrumentRow
from portal.services import clocks as clock_service
from portal.services.market import volatility, volatility_tables
from portal.services.market.prices import instrument_choices
from portal.services.market.volatility import PERIODS, WINDOWS, Study
from portal.web.actor import current_actor
from portal.web.asked import whole
from portal.web.views import body, grid

PERIOD_CHOICES = [(key, label) for key, (label, _) in PERIODS.items()]
WINDOW_CHOICES = [(str(window), str(window)) for window in WINDOWS]
KINDS = {"auto": "Automatic", "log": "Log", "absolute": "Changes"}
PREFERRED = "BRENT"


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "market-volatility"
    PATHS = "market-volatility-paths"
    CONE = "market-volatility-cone"
    TERM = "market-volatility-term"
    PARAMETERS = "market-volatility-parameters"


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
        "period": _one_of(query, "period", PERIODS, "3y"),
        "window": _one_of(query, "window", [str(window) for window in WINDOWS], "20"),
        "returns": _one_of(query, "returns", KINDS, "auto"),
    }
    return View(clocks, choices, filters, draw(filters, clocks, actor))


def _one_of(query: Mapping[str, str], name: str, allowed: Collection[str], usual: str) -> str:
    """Return the URL parameter ``name`` when it is one of ``allowed``, else ``usual``."""
    asked = query.get(name, "")
    return asked if asked in allowed else usual


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles and pictures, or the sentence that says why there are none."""
    if not filters.get("instrument"):
        return [
            empty("No instruments yet", "Import prices, or load the demo desk with `enerscope demo load`.")
        ]
    try:
        found = _study(filters, clocks, actor)
    except (DomainError, NotFound) as refusal:
        return [empty("No volatility for this choice", str(refusal))]
    params = {name: filters[name] for name in ("instrument", "period", "window", "returns")}
    remarks: list[Component] = [notice(remark, kind="warn") for remark in found.remarks]
    return [
        kpi_row(_tiles(found, params)),
        *remarks,
        _paths_card(found, params, clocks),
        _cone_card(found, params, clocks),
        *_garch_cards(found, params, clocks),
    ]


def _study(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Study:
    return volatility.study(
        str(filters["instrument"]),
        clocks,
        actor,
        period=str(filters.get("period") or "3y"),
        window=whole(filters, "window", 20, low=2, high=1000),
        kind=str(filters.get("returns") or "auto"),
    )


def _tiles(found: Study, params: Mapping[str, Any]) -> list[Component]:
    garch, unit = found.garch, "a year" if found.relative else found.unit
    asked = {**params, "window": found.window}

    def tile(
        title: str, pair: tuple[Metric, Metric], value: float | None, detail: str, note: str = ""
    ) -> Component:
        item = Shown(pair[0] if found.relative else pair[1], value, unit, asked, note)
        return kpi_tile(title, item, detail=detail)

    last = float(found.realised[-1])
    fit = None if garch is None else garch.fit
    ahead = "expected for the next day"
    return [
        tile(
            f"Realised, {found.window} days",
            metrics.STUDY_VOL,
            last if isfinite(last) else None,
            found.basis,
            f"{len(found.returns)} returns do not fill a window of {found.window}",
        ),
        tile("EWMA, λ 0.94", metrics.EWMA_VOL, float(found.ewma[-1]), found.basis),
        tile(
            "GARCH(1,1)", metrics.GARCH_VOL, None if garch is None else garch.next_day, ahead, found.no_garch
        ),
        tile(
            "Long run",
            metrics.GARCH_LONG_RUN,
            None if garch is None else garch.long_run,
            "level the forecast returns to",
            found.no_garch or "Shocks never die out in this fit",
        ),
        kpi_tile(
            "Persistence",
            Shown(
                metrics.GARCH_PERSISTENCE, None if fit is None else fit.persistence, "", asked, found.no_garch
            ),
            detail="of a shock is left after a day",
        ),
        kpi_tile(
            "Half-life",
            Shown(
                metrics.GARCH_HALF_LIFE,
                None if fit is None else fit.half_life_days,
                "days",
                asked,
                found.no_garch,
            ),
            detail="until half of a shock is gone",
        ),
    ]


def _source(found: Study) -> str:
    row = found.instrument
    return f"{len(found.returns):,} {found.basis}. Source: {row.source} ({row.licence})"


def _paths_card(found: Study, params: Mapping[str, Any], clocks: Clocks) -> Component:
    lines = [(f"realised, {found.window} days", found.realised), ("EWMA, λ 0.94", found.ewma)]
    level = None
    if found.garch is not None:
        lines.append(("GARCH(1,1), next day", found.garch.path))
        if found.garch.long_run is not None:
            level = ("GARCH, long run", found.garch.long_run)
    return chart_card(
        f"{found.instrument.name}: volatility in {found.unit}",
        volatility_figure(found.day, lines, unit=found.unit, relative=found.relative, level=level),
        grid=Ids.PATHS,
        clocks=clocks.query(),
        params=params,
        note="Each line at what was known at that day's close."
        + (f" There is no GARCH line: {found.no_garch}" if found.no_garch else ""),
        simulated=found.instrument.simulated,
        source=_source(found),
    )


def _cone_card(found: Study, params: Mapping[str, Any], clocks: Clocks) -> Component:
    cone = found.cone
    return chart_card(
        "Volatility cone: quiet or wild for its own history?",
        None if cone is None else cone_figure(cone, unit=found.unit, relative=found.relative),
        grid=Ids.CONE,
        clocks=clocks.query(),
        params=params,
        width="half",
        note="Realised volatility of all windows of each length in the period, and of the newest. Windows overlap.",
        advice=found.no_cone,
        simulated=found.instrument.simulated,
        source=_source(found),
    )


def _garch_cards(found: Study, params: Mapping[str, Any], clocks: Clocks) -> list[Component]:
    garch = found.garch
    if garch is None:
        return [
            chart_card(
                "GARCH term structure", None, grid=Ids.TERM, clocks={}, width="half", advice=found.no_garch
            )
        ]
    kept = garch.fit.persistence or 0.0
    warnings = []
    if not garch.fit.converged:
        warnings.append("The optimiser did not converge: do not rely on this fit. Choose a longer period.")
    if kept >= 1.0:
        warnings.append(
            "A shock never dies out in this fit (persistence of 1 or more), so there is no long-run level."
        )
    query = GridQuery()
    return [
        chart_card(
            "GARCH term structure: expected volatility by horizon",
            term_figure(
                volatility.HORIZONS,
                garch.term,
                next_day=garch.next_day,
                long_run=garch.long_run,
                unit=found.unit,
                relative=found.relative,
            ),
            grid=Ids.TERM,
            clocks=clocks.query(),
            params=params,
            width="half",
            note="Annualised volatility of the h-day return; the dotted line is what √h scaling assumes.",
            simulated=found.instrument.simulated,
            source=_source(found),
        ),
        section(
            "GARCH(1,1) fit",
            [
                *(notice(warning, kind="warn") for warning in warnings),
                data_grid(
                    Ids.PARAMETERS,
                    volatility_tables.parameter_table(query, found),
                    clocks=clocks.query(),
                    params=params,
                    query=query,
                    searchable=False,
                    caption="Parameters of the GARCH(1,1) fit",
                ),
            ],
            note=f"Maximum likelihood by the library arch on {garch.fit.n:,} {found.basis.split(',')[0]}: normal "
            f"shocks, constant mean, backcast start. Log-likelihood {number(garch.fit.log_likelihood, 1)}.",
        ),
    ]


@grid(Ids.PATHS, title="Volatility", permission=Permission.MARKET_READ)
def load_paths(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the lines."""
    return volatility_tables.study_table(query, _study(filters, clocks, actor))


@grid(Ids.CONE, title="Volatility cone", permission=Permission.MARKET_READ)
def load_cone(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the cone."""
    return volatility_tables.cone_table(query, _study(filters, clocks, actor))


@grid(Ids.TERM, title="GARCH term structure", permission=Permission.MARKET_READ)
def load_term(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the expected volatility by horizon."""
    return volatility_tables.term_table(query, _study(filters, clocks, actor))


@grid(Ids.PARAMETERS, title="GARCH parameters", permission=Permission.MARKET_READ)
def load_parameters(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the estimates."""
    return volatility_tables.parameter_table(query, _study(filters, clocks, actor))
