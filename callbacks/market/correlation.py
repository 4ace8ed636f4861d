"""Market > Correlation: the matrix of a chosen set, how far to trust it, and correlation over time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from typing import Any

from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.correlation import matrix_figure, rolling_figure
from components.kpi import kpi_row, kpi_tile
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import metrics
from portal.domain.market.instruments import InstrumentRow
from portal.services import clocks as clock_service
from portal.services.market import correlation
from portal.services.market.correlation import PERIODS, STEPS, WINDOWS, Together
from portal.services.market.prices import instrument_choices
from portal.web.actor import current_actor
from portal.web.asked import whole
from portal.web.views import body, grid

USUAL = ("BRENT", "TTF", "HENRY_HUB", "API2", "EUA", "POWER_DE_LU", "POWER_FR")
PERIOD_CHOICES = [(key, label) for key, (label, _) in PERIODS.items()]
STEP_CHOICES = [(str(step), f"{step} day{'s' if step > 1 else ''}") for step in STEPS]
WINDOW_CHOICES = [(str(window), str(window)) for window in WINDOWS]
ESTIMATES = {"sample": "Sample", "shrunk": "Shrunk"}


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "market-correlation"
    PAIRS = "market-correlation-pairs"
    ROLLING = "market-correlation-rolling"


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
    asked = [code for code in query.get("set", "").split(",") if code in codes]
    usual = [code for code in USUAL if code in codes] or codes[:6]
    filters = {
        "instrument": _one_of(query, "instrument", codes, usual[0] if usual else ""),
        "set": asked or usual,
        "period": _one_of(query, "period", PERIODS, "1y"),
        "step": _one_of(query, "step", [key for key, _ in STEP_CHOICES], "1"),
        "window": _one_of(query, "window", [key for key, _ in WINDOW_CHOICES], "60"),
        "matrix": _one_of(query, "matrix", ESTIMATES, "sample"),
    }
    return View(clocks, choices, filters, draw(filters, clocks, actor))


def _one_of(query: Mapping[str, str], name: str, allowed: Collection[str], usual: str) -> str:
    """Return the URL parameter ``name`` when it is one of ``allowed``, else ``usual``."""
    asked = query.get(name, "")
    return asked if asked in allowed else usual


def _together(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Together:
    chosen = filters.get("set") or []
    codes = chosen.split(",") if isinstance(chosen, str) else [str(code) for code in chosen]
    first = str(filters["instrument"])
    return correlation.together(
        [first, *(code for code in codes if code != first)],
        clocks,
        actor,
        period=str(filters.get("period") or "1y"),
        step=whole(filters, "step", 1, low=1, high=20),
        window=whole(filters, "window", 60, low=2, high=1000),
        shrink=filters.get("matrix") == "shrunk",
    )


def _params(filters: Mapping[str, Any], found: Together) -> dict[str, Any]:
    """Return what pins the view down, the set as one text."""
    names = ",".join(row.code for row in (*found.instruments, *found.missing))
    kept = {name: filters.get(name) for name in ("instrument", "period", "step", "window", "matrix")}
    return {**kept, "set": names}


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, warnings, the heat map and the lines, or the sentence that says why there are none."""
    if not filters.get("instrument"):
        return [
            empty("No instruments yet", "Import prices, or load the demo desk with `enerscope demo load`.")
        ]
    try:
        found = _together(filters, clocks, actor)
    except DomainError as refusal:
        return [empty("No correlation for this choice", str(refusal))]
    params = _params(filters, found)
    said = []
    if found.warning:
        said.append(notice(found.warning, kind="warn"))
    if found.missing:
        names = ", ".join(row.name for row in found.missing)
        said.append(notice(f"Left out, because there are no prices in the period: {names}.", kind="warn"))
    return [
        kpi_row(_tiles(found, params)),
        *said,
        _matrix_card(found, params, clocks),
        _rolling_card(found, params, clocks),
    ]


def _tiles(found: Together, params: Mapping[str, Any]) -> list[Component]:
    pair = found.strongest()
    names = found.joint.names
    period = PERIODS[str(params["period"])][0]
    shrunk = "" if found.shrinkage is None else f"after shrinkage by {found.shrinkage:.1%}"
    tiles: list[Component] = [
        kpi_tile(
            "Common returns",
            Shown(metrics.COMMON_RETURNS, float(len(found.days)), "", params),
            detail=f"of {len(names)} instruments in {period}",
        ),
        kpi_tile(
            "Condition number",
            Shown(
                metrics.CONDITION,
                found.condition if isfinite(found.condition) else None,
                "",
                params,
                "The matrix is not positive definite",
            ),
            detail=shrunk or "below 1,000 the matrix can be inverted",
        ),
    ]
    if pair is not None:
        tiles.append(
            kpi_tile(
                "Closest pair",
                Shown(metrics.CORRELATION, pair[2], "", {**params, "first": pair[0], "second": pair[1]}),
                detail=f"{pair[0]} and {pair[1]}",
            )
        )
    for other, path in list(found.rolling.items())[:3]:
        at = names.index(other)
        now = float(path[-1])
        detail = f"last {found.window}: {now:+.2f}".replace("-", "−") if isfinite(now) else ""
        tiles.append(
            kpi_tile(
                f"{names[0]} and {other}",
                Shown(
                    metrics.CORRELATION,
                    float(found.shown[0, at]),
                    "",
                    {**params, "first": names[0], "second": other},
                ),
                detail=detail,
            )
        )
    return tiles


def _simulated(found: Together) -> bool:
    return any(row.simulated for row in found.instruments)


def _source(found: Together) -> str:
    sources = dict.fromkeys(f"{row.source} ({row.licence})" for row in found.instruments)
    return f"{correlation.kinds_sentence(found)} Source: {', '.join(sources)}"


def _matrix_card(found: Together, params: Mapping[str, Any], clocks: Clocks) -> Component:
    shrunk = "" if found.shrinkage is None else f", shrunk by {found.shrinkage:.1%} (Ledoit-Wolf)"
    return chart_card(
        f"Correlation of {len(found.joint.names)} instruments{shrunk}",
        matrix_figure(found.joint.names, found.shown),
        grid=Ids.PAIRS,
        clocks=clocks.query(),
        params=params,
        width="half",
        note=f"{len(found.days):,} returns between days on which all of them have a price. Closes at different hours "
        "pull correlations to zero: try 2 or 5 days.",
        simulated=_simulated(found),
        source=_source(found),
    )


def _rolling_card(found: Together, params: Mapping[str, Any], clocks: Clocks) -> Component:
    first = found.joint.names[0]
    return chart_card(
        f"Correlation with {first}, last {found.window} returns",
        rolling_figure(found.days.astype(object).tolist(), found.rolling, against=first),
        grid=Ids.ROLLING,
        clocks=clocks.query(),
        params=params,
        width="half",
        note="Sample correlation of the newest window at each day; gaps where a window is not full.",
        simulated=_simulated(found),
        source=_source(found),
    )


@grid(Ids.PAIRS, title="Correlation", permission=Permission.MARKET_READ)
def load_pairs(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return every pair of the matrix."""
    found = _together(filters, clocks, actor)
    return correlation.pair_table(query, found, _params(filters, found))


@grid(Ids.ROLLING, title="Rolling correlation", permission=Permission.MARKET_READ)
def load_rolling(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the lines."""
    return correlation.rolling_table(query, _together(filters, clocks, actor))
