"""The five kinds of file: where their observations go, and what their series become in the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.readers.layout import POWER_VALUES, Plan
from data.readers.observe import Observations
from data.readers.problems import Problem, Refused
from data.readers.series import NO_ZONE, SeriesBook
from data.readers.spelling import NO_CURRENCY, currency_of
from data.readers.zones import BIDDING_ZONES, local_days
from data.writes.facts import BARS, CURVES, FX, POWER, TICKS, WEATHER, FactTable

_DAY = 86400
_ROLE_NAMES = {"price": "settle", **{role: f"{role}_mw" for role in POWER_VALUES}}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a file goes: its fact table, the staged columns with their types, and the value columns the file has."""

    table: FactTable
    columns: dict[str, str]
    values: tuple[str, ...]
    picked: tuple[int, ...]  # which of the plan's value columns they are


def target_of(plan: Plan) -> Target:
    """Return where the rows of ``plan`` go.

    Raises
    ------
    Refused
        The kind is kept by day, but the file holds times.
    """
    table = {
        "prices": BARS if plan.as_days else TICKS,
        "curves": CURVES,
        "fx": FX,
        "weather": WEATHER,
        "power": POWER,
    }[plan.kind]
    if plan.kind in ("curves", "fx") and not plan.as_days:
        raise Refused(
            "times",
            f"Column '{plan.column('time')}' holds times of day, but {plan.kind} are kept by day.",
            column=plan.column("time"),
        )
    names, picked = _values(plan, table)
    columns = {table.moment: table.moment_type}
    if table is TICKS:
        columns["day"] = "date"
    if table is CURVES:
        columns["delivery"] = "date"
    columns |= dict.fromkeys(names, "double precision")
    if table is CURVES:
        columns["tenor"] = "integer"
    if table.sourced:
        columns["source"] = "integer"
    return Target(table, columns, names, picked)


def _values(plan: Plan, table: FactTable) -> tuple[tuple[str, ...], tuple[int, ...]]:
    if plan.wide or table in (CURVES, FX, WEATHER):
        return (table.values[0],), (0,)
    names = {"price": "value", "volume": "volume"} if table is TICKS else _ROLE_NAMES
    pairs = [
        (names.get(value.role, value.role), i)
        for i, value in enumerate(plan.values)
        if names.get(value.role, value.role) in table.values
    ]
    return tuple(name for name, _ in pairs), tuple(i for _, i in pairs)


def staged_arrays(
    target: Target, found: Observations, zones: list[str]
) -> tuple[dict[str, NDArray[Any]], NDArray[np.int64]]:
    """Return a batch as staged columns, and the rank of each row's key within its series."""
    arrays: dict[str, NDArray[Any]] = {"line": found.lines, "series": found.series}
    table = target.table
    rank = found.seconds
    arrays[table.moment] = found.seconds if table.moment_type == "timestamptz" else found.seconds // _DAY
    if table is TICKS:
        arrays["day"] = _delivery_days(found, zones)
    for name, place in zip(target.values, target.picked, strict=True):
        arrays[name] = found.values[:, place]
    for name in ("delivery", "tenor", "source"):
        if name in target.columns:
            arrays[name] = found.extra[name] if name in found.extra else np.zeros(len(found.lines), np.int64)
    if table is CURVES and len(found.lines):
        rank = found.seconds * 1000 + (found.extra["delivery"] // 28)
    return arrays, rank


def _delivery_days(found: Observations, zones: list[str]) -> NDArray[np.int64]:
    """Return the local delivery day of each interval, in the zone of its series."""
    names = np.array(zones, dtype=object)
    days = np.zeros(len(found.seconds), np.int64)
    which = names[found.series] if len(found.series) else np.zeros(0, dtype=object)
    for zone in set(which.tolist()):
        rows = np.flatnonzero(which == zone)
        days[rows] = local_days(found.seconds[rows], zone)
    return days


def zone_of(book: SeriesBook, series: int, stated: str | None) -> str:
    """Return the zone in which a series counts its days: stored, stated, in the file, or of its bidding zone."""
    code = book.keys[series][0]
    known = book.stored.get(code)
    if known is not None:
        return known.timezone
    if stated is not None:
        return stated
    bidding = code.removeprefix("POWER_")
    named = BIDDING_ZONES.get(bidding) or BIDDING_ZONES.get(bidding.replace("_", ""))
    return book.zones.get(series) or named or NO_ZONE


def zone_notes(book: SeriesBook, zones: list[str]) -> list[Problem]:
    """Say of which new series the delivery days are counted in UTC because nothing says otherwise."""
    lost = [
        book.keys[i][0]
        for i, zone in enumerate(zones)
        if zone == NO_ZONE and book.keys[i][0] not in book.stored
    ]
    if not lost:
        return []
    named = ", ".join(lost[:5]) + (" and others" if len(lost) > 5 else "")
    return [
        Problem(
            None,
            "",
            "delivery-zone",
            f"Nothing says in which zone the delivery days of {named} are "
            f"counted, so they are "
            "counted in UTC. Say --timezone to change that.",
        )
    ]


def unit_notes(plan: Plan, book: SeriesBook) -> list[Problem]:
    """Say which new series have a unit without a currency, so that they are no prices in money."""
    if plan.kind != "prices":
        return []
    odd: dict[str, str] = {}
    for number, (code, *_) in enumerate(book.keys):
        unit = _unit_of(plan, book, number)
        if code not in book.stored and unit not in ("index", "") and currency_of(unit) == NO_CURRENCY:
            odd.setdefault(unit, code)
    return [
        Problem(
            None,
            "",
            "no-currency",
            f"{code} is in {unit}, which has no currency: it is stored as a series of numbers in that unit.",
        )
        for unit, code in odd.items()
    ]


def _unit_of(plan: Plan, book: SeriesBook, series: int) -> str:
    """Return the unit of a new series: of its rows, its own column, or of all."""
    if series in book.units:
        return book.units[series][0]
    code = book.keys[series][0]
    named = (
        v.unit
        for v in plan.values
        if plan.wide and v.series is not None and book.code_key(v.series)[0] == code
    )
    return next(named, None) or plan.values[0].unit or plan.unit or ""


def new_series(
    plan: Plan, book: SeriesBook, series: int, zone: str, *, monthly: bool, quarters: bool
) -> Mapping[str, Any]:
    """Return the row of an instrument or curve that a file brings."""
    code = book.keys[series][0]
    unit = _unit_of(plan, book, series)
    power = plan.roles.zone_codes or code.startswith("POWER_")
    row: dict[str, Any] = {
        "code": code,
        "name": code.replace("_", " ").title(),
        "commodity": "power" if power else commodity_of(unit),
        "unit": unit,
        "currency": currency_of(unit),
        "timezone": "UTC" if plan.as_days else zone,
        "source_code": book.sources.get(series, book.default_source),
    }
    if plan.kind == "prices":
        intervals = "quarter-hourly" if quarters else "hourly"
        row["granularity"] = ("monthly" if monthly else "daily") if plan.as_days else intervals
        row["zone"] = code.removeprefix("POWER_") if power else None
    return row


def commodity_of(unit: str) -> str:
    """Return the group of a series as far as its unit tells: what is sold by MMBtu or therm is gas, and so on."""
    per = unit.rpartition("/")[2]
    return {
        "MMBtu": "gas",
        "therm": "gas",
        "bbl": "crude",
        "gal": "products",
        "tCO2e": "carbon",
        "tCO2": "carbon",
        "index": "index",
    }.get(per, "other")
