"""The tables of Forecast: the served steps, the chart's rows, what was served before, and what drove the forecast."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.forecast import outlook_metrics as metrics
from portal.domain.forecast.base import model
from portal.domain.forecast.fan import mean_error, share_inside
from portal.domain.forecast.local_days import SLOTS
from portal.domain.forecast.targets import Target
from portal.domain.market.calendars import local_label
from portal.services.forecast.outlook import HIGH, LOW, Outlook, Past, keys

BANDS = ((0.025, 0.975), (0.1, 0.9), (0.25, 0.75))
LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def level_key(level: float) -> str:
    """Return the key of a quantile's column, such as ``q025``."""
    return f"q{1000 * level:03.0f}"


def labels(target: Target, one: Past) -> list[str]:
    """Return the steps as people read them: local time with the clock's abbreviation, or days."""
    if target.per_day != SLOTS:
        return [str(day) for day in one.values.day]
    moments: list[datetime] = one.values.ts.astype("datetime64[s]").astype(object).tolist()
    return [local_label(moment.replace(tzinfo=UTC), target.timezone) for moment in moments]


def _number(key: str, title: str, unit: str, **more: Any) -> Column:
    return Column(key, title, "number", unit, decimals=price_decimals(unit), **more)


def _quantile(level: float, unit: str, room: int = 0) -> Column:
    return _number(
        level_key(level), f"{100 * level:g} %", unit, metric=metrics.QUANTILE.id,
        params=(("level", f"{level:g}"),), room=room,
    )  # fmt: skip


def value_table(query: GridQuery, found: Outlook) -> Table:
    """Return the served steps, one row each, with the naive beside and what has arrived."""
    one, unit = found.served, found.target.unit
    if one is None:
        return Table((), [])
    naive = one.naive_run.id if one.naive_run else one.run.id
    columns = (
        Column("at", "Hour" if found.target.per_day == SLOTS else "Day"),
        _number("mean", "Forecast", unit, metric=metrics.VALUE.id),
        *(_quantile(level, unit, room=0 if level in (0.1, 0.5, 0.9) else 760) for level in LEVELS),
        _number("naive", "Seasonal naive", unit, metric=metrics.VALUE.id, params=(("run", str(naive)),)),
        _number("actual", "Actual", unit, metric=metrics.ACTUAL.id),
    )
    names = labels(found.target, one)
    parts = [one.values.mean, *(one.quantile(level) for level in LEVELS), one.naive, one.actual]
    rows = [(name, *cells) for name, cells in zip(names, _cells(parts), strict=True)]
    steps = one.values.step.tolist()
    params = {name: {"run": one.run.id, "step": step} for name, step in zip(names, steps, strict=True)}
    table = Table(columns, rows, simulated=one.run.simulated, extra={"params": params})
    return sort_rows(table, query)


def fan_table(query: GridQuery, found: Outlook) -> Table:
    """Return the rows of the fan chart: what is known, then the served steps (or the naive that is drawn instead)."""
    unit = found.target.unit
    columns = (
        Column("at", "Local time" if found.target.per_day == SLOTS else "Day"),
        _number("known", "Known", unit),
        *(_number(level_key(level), f"{100 * level:g} %", unit) for level in LEVELS),
        _number("naive", "Seasonal naive", unit),
    )
    empty: tuple[Cell, ...] = (None,) * (len(LEVELS) + 1)
    cut = found.history.at if found.served is None else _before(found)
    shown = found.local(cut)
    rows: list[tuple[Cell, ...]] = [
        (_text(moment, found.target), value, *empty)
        for moment, value in zip(shown, found.history.value[: len(cut)].tolist(), strict=True)
    ]
    if found.served is not None:
        one = found.served
        parts = [one.actual, *(one.quantile(level) for level in LEVELS), one.naive]
        rows += [
            (_text(moment, found.target), *cells)
            for moment, cells in zip(found.steps, _cells(parts), strict=True)
        ]
    return sort_rows(Table(columns, rows, simulated=found.target.simulated), query)


def _before(found: Outlook) -> Any:
    """Return the known moments before the first served step."""
    if found.served is None:
        return found.history.at
    first = keys(found.target, found.served.values)[0]
    return found.history.at[found.history.at < first]


def past_table(query: GridQuery, found: Outlook) -> Table:
    """Return the steps of earlier forecasts that have happened, oldest first."""
    unit = found.target.unit
    columns = (
        Column("at", "Local time" if found.target.per_day == SLOTS else "Day"),
        Column("as_of", "Forecast as of", "date"),
        _number("actual", "Actual", unit),
        *(_number(level_key(level), f"{100 * level:g} %", unit) for level in (LOW, 0.5, HIGH)),
        _number("naive", "Seasonal naive", unit),
        _number("error", "Actual less median", unit, signed=True, coloured=False),
    )
    rows: list[tuple[Cell, ...]] = []
    for one, keep in first_steps(found):
        parts = [
            one.actual,
            *(one.quantile(level) for level in (LOW, 0.5, HIGH)),
            one.naive,
            one.actual - one.median,
        ]
        at = found.local(keys(found.target, one.values))
        rows += [
            (_text(at[n], found.target), one.run.as_of, *cells)
            for n, cells in enumerate(_cells(parts))
            if keep[n]
        ]
    return sort_rows(Table(columns, rows, simulated=found.target.simulated), query)


def first_steps(found: Outlook) -> list[tuple[Past, Any]]:
    """Return earlier forecasts with the steps that are drawn of each: those before the next forecast's first."""
    out = []
    for place, one in enumerate(found.past):
        at = keys(found.target, one.values)
        keep = np.isfinite(one.actual)
        if place + 1 < len(found.past):
            keep &= at < keys(found.target, found.past[place + 1].values)[0]
        if keep.any():
            out.append((one, keep))
    return out


def run_table(query: GridQuery, found: Outlook) -> Table:
    """Return earlier forecasts, newest first: model, what arrived, errors and coverage."""
    unit = found.target.unit
    columns = (
        Column("as_of", "As of"),
        Column("model", "Model"),
        Column("arrived", "Arrived", "integer"),
        _number("error", "Mean absolute error", unit, metric=metrics.ERROR.id),
        _number("naive", "Of seasonal naive", unit, metric=metrics.ERROR.id, params=(("of", "naive"),)),
        Column("coverage", "In 80 % band", "percent", decimals=0, metric=metrics.COVERAGE.id),
        Column("note", "Note"),
    )
    rows: list[tuple[Cell, ...]] = []
    params = {}
    for one in reversed(found.past):
        day = f"{one.run.as_of}"
        params[day] = {"target": found.target.code, "first": day, "last": day}
        rows.append(
            (
                day, model(one.run.model).title, int(np.isfinite(one.actual).sum()),
                mean_error(one.actual, one.median), mean_error(one.actual, one.naive),
                share_inside(one.actual, one.quantile(LOW), one.quantile(HIGH)), one.run.reason,
            )
        )  # fmt: skip
    return sort_rows(Table(columns, rows, simulated=found.target.simulated, extra={"params": params}), query)


def drivers(facts: Mapping[str, Any]) -> dict[str, float]:
    """Return what the model says moved its forecast, name to weight, largest first."""
    told = facts.get("model", {}).get("drivers", {}) if isinstance(facts.get("model"), Mapping) else {}
    known = {
        str(name): float(weight)
        for name, weight in told.items()
        if isinstance(weight, (int, float)) and isfinite(weight)
    }
    return dict(sorted(known.items(), key=lambda item: -abs(item[1])))


def driver_table(query: GridQuery, found: Outlook) -> Table:
    """Return the drivers of the served forecast."""
    columns = (
        Column("name", "Driver"),
        Column("weight", "Weight", "number", decimals=3, metric=metrics.DRIVER.id),
    )
    if found.served is None:
        return Table(columns, [])
    told = drivers(found.served.run.facts)
    params = {name: {"run": found.served.run.id, "name": name} for name in told}
    table = Table(columns, list(told.items()), simulated=found.served.run.simulated, extra={"params": params})
    return sort_rows(table, query)


def _text(moment: Any, target: Target) -> str:
    return str(moment)[:16].replace("T", " ") if target.per_day == SLOTS else str(moment)[:10]


def _cells(parts: Sequence[FloatArray1D]) -> list[tuple[float | None, ...]]:
    """Return rows of numbers; a missing one is None."""
    columns = [[value if isfinite(value) else None for value in part.tolist()] for part in parts]
    return list(zip(*columns, strict=True))
