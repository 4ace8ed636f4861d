"""Forecasts beside the newest known prices of the same series, for the main commodities of the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from urllib.parse import urlencode

import numpy as np

from data.session import UnitOfWork
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.table import PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.forecast.local_days import SLOTS
from portal.domain.overview import metrics
from portal.domain.overview.sentences import gap
from portal.services.forecast import targets as listing
from portal.services.forecast.outlook import HIGH, LOW, outlook_in

MAIN = ("power.DE_LU", "settle.TTF", "settle.BRENT", "settle.EUA", "settle.HENRY_HUB")


def _level(level: float, key: str, title: str, room: int = 0) -> Column:
    return Column(
        key, title, "number", unit_from="unit", metric=metrics.FORECAST_VALUE.id, room=room,
        params=(("level", f"{level:g}"),),
    )  # fmt: skip


COLUMNS = (
    Column("series", "Series", link="address"),
    Column("price", "Price now", "number", unit_from="unit", metric=metrics.FORECAST_PRICE.id),
    _level(0.5, "forecast", "Forecast"),
    Column("unit", "Unit", room=PHONE),
    Column("gap", "Difference", "percent", decimals=1, signed=True, coloured=False, metric=metrics.FORECAST_GAP.id),
    _level(LOW, "low", "10 %", room=PHONE),
    _level(HIGH, "high", "90 %", room=PHONE),
    Column("ends", "For", room=PHONE),
    Column("outside", "Price is", "badge"),
    Column("address", "Address", hidden=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gap:
    """One forecast beside the price: values in ``unit``; what is not there is None."""

    target: str
    title: str
    unit: str
    price: float | None
    known: str
    forecast: float | None
    ends: str
    low: float | None
    high: float | None
    run: int | None
    simulated: bool

    @property
    def gap(self) -> float | None:
        """How far the forecast lies above the price, as a share of it."""
        return gap(self.forecast, self.price)

    def at(self, level: float) -> float | None:
        """Return the forecast at one of the levels that are shown; None for others."""
        return {LOW: self.low, 0.5: self.forecast, HIGH: self.high}.get(level)

    @property
    def outside(self) -> bool | None:
        """Whether the price lies outside the middle 80 % of the forecast; None when that is not known."""
        if self.price is None or self.low is None or self.high is None:
            return None
        return not self.low <= self.price <= self.high


def gaps_in(work: UnitOfWork, clocks: Clocks) -> list[Gap]:
    """Return the main series that have a forecast, in the order of :data:`MAIN`."""
    known = {target.code for target in listing.targets()}
    found = [gap_of(work, code, clocks) for code in MAIN if code in known]
    return [one for one in found if one.forecast is not None]


def gap_of(work: UnitOfWork, code: str, clocks: Clocks) -> Gap:
    """Return the newest forecast of a target beside the newest known price.

    Raises
    ------
    NotFound
        There is no such target.
    """
    if len(code) > 80:
        raise NotFound("There is no such target. Choose one from the list on Forecast.")
    target = listing.target(code)
    found = outlook_in(work, target, clocks)
    hourly = target.per_day == SLOTS
    past, known = found.served, found.history
    keep = np.isfinite(known.value)
    at, value = known.at[keep], known.value[keep]
    price = _last(value, SLOTS if hourly else 1)
    day = str(at[-1].astype("datetime64[D]")) if len(at) else ""
    if past is None:
        return Gap(code, target.title, target.unit, price, day, None, "", None, None, None, target.simulated)
    parts = [past.median, past.quantile(LOW), past.quantile(HIGH)]
    middle, low, high = (_figure(part, mean=hourly) for part in parts)
    ends = str(past.values.day[-1])
    return Gap(
        code, target.title, target.unit, price, day, middle, ends, low, high, past.run.id, past.run.simulated
    )


def _last(value: FloatArray1D, count: int) -> float | None:
    return float(value[-count:].mean()) if len(value) else None


def _figure(value: FloatArray1D, *, mean: bool) -> float | None:
    if not len(value):
        return None
    figure = float(value.mean() if mean else value[-1])
    return figure if isfinite(figure) else None


def gap_table(query: GridQuery, found: Sequence[Gap], clocks: Clocks) -> Table:
    """Return the forecasts beside their prices."""
    words = {True: "outside the 80 % band", False: "inside the 80 % band", None: None}
    rows: list[tuple[Cell, ...]] = [
        (
            one.title, one.price, one.forecast, one.unit, one.gap, one.low, one.high, one.ends, words[one.outside],
            f"/forecast?{urlencode({'target': one.target, **clocks.query()})}",
        )
        for one in found
    ]  # fmt: skip
    params = {one.title: {"target": one.target} for one in found}
    simulated = any(one.simulated for one in found)
    return sort_rows(Table(COLUMNS, rows, simulated=simulated, extra={"params": params}), query)
