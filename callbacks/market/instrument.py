"""Market > Prices > one instrument: candles, averages and bands, comparison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.price import absolute_figure, normalised_figure, price_figure
from components.kpi import kpi_row, kpi_tile
from components.page import grid as page_grid
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market import metrics
from portal.domain.market.instruments import InstrumentRow
from portal.services import clocks as clock_service
from portal.services.market import prices
from portal.web.actor import current_actor
from portal.web.asked import day
from portal.web.views import body, grid

RANGES = {
    "1m": ("1 M", 31),
    "3m": ("3 M", 92),
    "6m": ("6 M", 183),
    "1y": ("1 Y", 366),
    "3y": ("3 Y", 1096),
    "max": ("Max", None),
}
Named = tuple[str, tuple[date, ...], np.ndarray]  # code, days, prices

WARM_UP_DAYS = 320  # calendar days before the view that the 200-day average needs


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "market-instrument"
    BARS = "market-bars"
    COMPARE = "market-compare"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    instrument: InstrumentRow
    choices: list[InstrumentRow]
    filters: dict[str, Any]
    content: list[Component]


def view(code: str, query: Mapping[str, str]) -> View:
    """Return the page's first state for the instrument ``code`` and the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = prices.instrument_choices(actor)
    chosen = {row.code: row for row in choices}.get(code)
    if chosen is None:
        raise NotFound(f"There is no instrument '{code}'. Choose one from Market > Prices.", instrument=code)
    filters: dict[str, Any] = {
        "code": code,
        "range": query.get("range", "1y") if query.get("range") in RANGES else "1y",
        "style": "line" if query.get("style") == "line" else "candles",
        "study": query.get("study", "ma") if query.get("study") in ("none", "ma", "bands", "both") else "ma",
        "scale": "log" if query.get("scale") == "log" else "linear",
        "compare": [c for c in query.get("compare", "").split(",") if c],
    }
    return View(clocks, chosen, choices, filters, draw(filters, clocks, actor))


def _start(filters: Mapping[str, Any], clocks: Clocks) -> date | None:
    chosen = str(filters.get("range") or "1y")
    if chosen not in RANGES:
        raise DomainError(f"There is no range '{chosen}'. Choose one of {', '.join(RANGES)}.", range=chosen)
    span = RANGES[chosen][1]
    return None if span is None else clocks.as_of - timedelta(days=span)


def _warm(start: date | None) -> date | None:
    """Return the first day to read, so that averages are full at ``start``."""
    return start and start - timedelta(days=WARM_UP_DAYS)


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, the price picture and the comparison."""
    code, compare = str(filters["code"]), [str(code) for code in filters.get("compare") or []]
    start = _start(filters, clocks)
    found = prices.history(code, clocks, actor, first=_warm(start), compare=compare)
    row = found.instrument
    (quote,) = prices.quotes(clocks, actor, codes=[code])
    if quote.day is None:
        return [
            empty(
                f"No prices of {row.name}",
                "None were recorded for these clocks. Choose a later day in the header.",
            )
        ]
    ended = start is not None and quote.day < start
    if start is not None and ended:
        start = quote.day - (clocks.as_of - start)
        found = prices.history(code, clocks, actor, first=_warm(start), compare=compare)
    refused = filters.get("scale") == "log" and _reaches_zero(found, start)
    parts: list[Component] = [kpi_row(_tiles(quote))]
    if ended:
        parts.insert(
            0,
            notice(
                f"The newest price of {row.name} is of {quote.day:%Y-%m-%d}; the picture ends there.",
                kind="warn",
            ),
        )
    if refused:
        parts.append(
            notice(
                f"{row.name} has prices at or below zero, which a logarithmic axis cannot show. The axis is linear.",
                kind="warn",
            )
        )
    parts.append(
        _price_card(found, filters, clocks, start, log=filters.get("scale") == "log" and not refused)
    )
    if found.others:
        parts.append(_compare_card(found, clocks, start))
    return [page_grid(parts)]


def _reaches_zero(found: prices.History, start: date | None) -> bool:
    """Tell whether a price in the picture is at or below zero; those before it only warm up the averages."""
    bars = found.bars
    first = 0 if start is None else _at(bars.day, start)
    return bool((np.fmin(bars.low, bars.settle)[first:] <= 0).any())


def _tiles(quote: prices.Quote) -> list[Component]:
    row, params = quote.instrument, {"instrument": quote.instrument.code}
    stale = f"late: last price {quote.day:%Y-%m-%d}" if quote.late and quote.day else ""
    vol = quote.volatility
    vol_metric = metrics.VOL_ABSOLUTE if vol and not vol.relative else metrics.VOL
    return [
        kpi_tile(
            "Last",
            Shown(metrics.LAST, quote.last, row.unit, params),
            detail=f"settled {quote.day:%Y-%m-%d}" if quote.day else "",
            stale=stale,
        ),
        kpi_tile(
            "Change",
            Shown(metrics.CHANGE, quote.change, row.unit, params),
            detail="on the previous settlement",
        ),
        kpi_tile(
            "Change %",
            Shown(metrics.CHANGE_PCT, quote.change_pct, "", params),
            detail="of the previous settlement",
        ),
        kpi_tile(
            "Realised volatility",
            Shown(
                vol_metric,
                vol.value if vol else None,
                row.unit + " a year" if vol and not vol.relative else "a year",
                {**params, "window": prices.VOL_WINDOW},
            ),
            detail=f"{prices.VOL_WINDOW} days, annualised",
        ),
    ]


def _price_card(
    found: prices.History, filters: Mapping[str, Any], clocks: Clocks, start: date | None, *, log: bool
) -> Component:
    bars, row, study = found.bars, found.instrument, filters.get("study")
    has_candles = bool(np.isfinite(bars.open).any())
    drawn = price_figure(
        bars.day,
        open_=bars.open,
        high=bars.high,
        low=bars.low,
        settle=bars.settle,
        volume=bars.volume,
        unit=row.unit,
        candles=filters.get("style") != "line" and has_candles,
        averages=(20, 50, 200) if study in ("ma", "both") else (),
        bands=study in ("bands", "both"),
        log=log,
        shown_from=start,
    )
    params = {"code": row.code, "first": start.isoformat() if start else None}
    return chart_card(
        f"{row.name}: daily price in {row.unit}",
        drawn,
        grid=Ids.BARS,
        clocks=clocks.query(),
        params=params,
        simulated=row.simulated,
        source=f"Source: {row.source} ({row.licence})",
    )


def _compare_card(found: prices.History, clocks: Clocks, start: date | None) -> Component:
    own = found.bars
    named = [
        (found.instrument.code, own.day, own.settle),
        *((r.code, s.day, s.settle) for r, s in found.others),
    ]
    if start is not None:
        named = [(n, d[_at(d, start) :], s[_at(d, start) :]) for n, d, s in named]
    named, silent = _overlapping([item for item in named if len(item[1])])
    positive = all(bool((settle > 0).all()) for _, _, settle in named)
    same_unit = len({found.instrument.unit, *(r.unit for r, _ in found.others)}) == 1
    if len(named) < 2:
        drawn, note = None, ""
    elif positive:
        drawn, note = normalised_figure(named), "Each price is 100 on the first common day."
    elif same_unit:
        drawn, note = (
            absolute_figure(named, found.instrument.unit),
            "Some prices are at or below zero, so changes are shown instead of an index.",
        )
    else:
        drawn, note = None, ""
    if silent:
        note = f"{note} Left out, because it has no price on the days of the others: {', '.join(silent)}.".strip()
    params = {"codes": ",".join(name for name, _, _ in named), "first": start.isoformat() if start else None}
    return chart_card(
        "Comparison",
        drawn,
        grid=Ids.COMPARE,
        clocks=clocks.query(),
        params=params,
        note=note,
        simulated=any(r.simulated for r, _ in found.others),
        advice="These have no days in common in this range. Choose a longer one."
        if len(named) < 2
        else "Prices of different units that are not all positive cannot be put on one scale.",
    )


def _overlapping(named: Sequence[Named]) -> tuple[list[Named], list[str]]:
    """Return the series that reach the first day all of them could share, and the names of those that end before."""
    start = max((days[0] for _, days, _ in named), default=None)
    kept = [item for item in named if start is not None and item[1][-1] >= start]
    return kept, [name for name, days, _ in named if start is not None and days[-1] < start]


def _at(day: tuple[date, ...], start: date) -> int:
    return next((i for i, d in enumerate(day) if d >= start), len(day))


@grid(Ids.BARS, title="Daily prices", permission=Permission.MARKET_READ)
def load_bars(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the price picture."""
    return prices.bar_table(query, clocks, actor, code=str(filters["code"]), first=day(filters, "first"))


@grid(Ids.COMPARE, title="Compared prices", permission=Permission.MARKET_READ)
def load_compared(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the rows behind the comparison: one column for each instrument."""
    return prices.compare_table(
        query, clocks, actor, codes=str(filters["codes"]).split(","), first=day(filters, "first")
    )
