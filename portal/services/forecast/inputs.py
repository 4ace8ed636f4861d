"""The raw rows of a target and of its features: a query for each table, all under the pair of clocks."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import numpy as np

from data.queries import forecast_inputs as queries
from data.queries.forecast_inputs import Recorded
from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.domain.forecast.features.base import Inputs, Versions
from portal.domain.forecast.features.places import place_of
from portal.domain.forecast.features.vintages import in_time
from portal.domain.forecast.local_days import clock_time, wall_clock
from portal.domain.forecast.targets import Target, TargetKind
from portal.domain.market.spread_legs import align
from portal.services.forecast import targets as listing
from portal.services.market.spread_legs import Catalogue, catalogue, read_legs
from portal.services.market.spreads import DEFAULTS

TEMPERATURE = "tavg_c"
YEARS_OF_WEATHER = 3 * 366 + 30  # what is usual is read off earlier years
FUELS = ("gas", "coal", "carbon")
_DAY = np.timedelta64(24, "h")
_MORNING = np.timedelta64(30, "h")  # after the begin of a day: by then its observations are in
PARKINSON = (
    "Volatility of each day from its high and low (Parkinson): ln(high/low) / sqrt(4 ln 2), times the "
    "root of 252."
)
CLOSES = (
    "Volatility of each day from closes: the absolute log return times sqrt(pi/2), times the root of 252; there are no "
    "highs and lows."
)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Source:
    """Raw values of a target (``at`` in UTC for hourly ones, else days), what its features read, and facts."""

    values: Versions
    inputs: Inputs
    facts: dict[str, Any] = field(default_factory=dict)


def read_source(work: UnitOfWork, target: Target, clocks: Clocks, *, first: date, last: date) -> Source:
    """Return the raw values of ``target`` from ``first`` to ``last`` and the inputs of its features."""
    if target.kind in listing.SYSTEM_KINDS or target.kind is TargetKind.POWER:
        return _hourly(work, target, clocks, first, last)
    if target.kind is TargetKind.SPREAD:
        return _spread(work, target, clocks, first)
    return _daily(work, target, clocks, first)


def _hourly(work: UnitOfWork, target: Target, clocks: Clocks, first: date, last: date) -> Source:
    session, zone = work.session, target.subject
    found = next((row for row in queries.zones(session) if row.zone == zone), None)
    if found is None:
        raise NotFound(f"There is no hourly price of the zone '{zone}'.", zone=zone)
    priced = target.kind is TargetKind.POWER
    bare = not target.feature_set
    nothing = np.zeros(0, dtype="datetime64[us]")
    system = Recorded(nothing, nothing, {})
    if not (priced and bare):
        ahead = clocks.as_of + timedelta(days=1)
        system = queries.system_versions(session, clocks=clocks, zone=zone, first=first, until=ahead)
    if priced:
        ticks = queries.interval_versions(session, clocks=clocks, instrument_id=found.id, first=first)
        values = Versions(ticks.at, ticks.recorded, ticks.values["value"], target.unit)
    else:
        values = _until(_part(system, target.kind), target.timezone, first, last)
    if bare:
        return Source(values, Inputs())
    inputs, late = _hourly_inputs(work, target, system, found.code, clocks, first)
    return Source(values, inputs, {"late_features": late})


def _hourly_inputs(
    work: UnitOfWork, target: Target, system: Recorded, code: str, clocks: Clocks, first: date
) -> tuple[Inputs, int]:
    """Return what the features of an hourly target read, and how many values of it came with a history."""
    slots, moved = _system_slots(system, target, last=clocks.as_of)
    temperature, old = _temperature(work, target, clocks, first)
    country = place_of(target.subject, target.timezone).country
    if target.kind is not TargetKind.POWER:
        return Inputs(system=slots, temperature=temperature, country=country), moved + old
    known = catalogue(work)
    prices, late = _prices(work, known, clocks, first, front=f"{code}_M1")
    slope = _slope(work, known, code, clocks, first)
    return Inputs(slots, prices, slope, temperature, country), moved + old + late


def _part(system: Recorded, name: str) -> Versions:
    return Versions(system.at, system.recorded, system.values[name], "MW")


def _until(versions: Versions, timezone: str, first: date, last: date) -> Versions:
    """Return the versions of local days from ``first`` to ``last`` that hold a value."""
    day = wall_clock(versions.at, timezone).astype("datetime64[D]")
    keep = (day >= np.datetime64(first)) & (day <= np.datetime64(last)) & np.isfinite(versions.value)
    return replace(
        versions, at=versions.at[keep], recorded=versions.recorded[keep], value=versions.value[keep]
    )


def _system_slots(system: Recorded, target: Target, *, last: date) -> tuple[dict[str, Versions], int]:
    """Return load, wind, solar and their forecasts by slot of the wall clock; those that have any value."""
    local = wall_clock(system.at, target.timezone)
    slot = local.astype("datetime64[h]").astype("datetime64[s]")
    slots, moved = {}, 0
    for name, column in system.values.items():
        keep = np.isfinite(column)
        ahead = name.endswith("_fc")
        if not ahead:
            keep &= slot.astype("datetime64[D]") <= np.datetime64(last)
        if not keep.any():
            continue
        at, recorded, value = _mean_by_slot(slot[keep], system.recorded[keep], column[keep])
        day = at.astype("datetime64[D]")
        usual = (
            clock_time(day - 1, target.gate or "12:00", target.timezone) if ahead else np.add(at, _MORNING)
        )
        slots[name], count = in_time(Versions(at, recorded, value, "MW"), usual)
        moved += count
    return slots, moved


def _mean_by_slot(
    slot: DateArray1D, recorded: DateArray1D, value: FloatArray1D
) -> tuple[DateArray1D, DateArray1D, FloatArray1D]:
    """Return one row for each slot and version: the mean of its quarter hours, or of both hours in autumn."""
    order = np.lexsort((recorded, slot))
    slot, recorded, value = slot[order], recorded[order], value[order]
    new = np.append(True, (slot[1:] != slot[:-1]) | (recorded[1:] != recorded[:-1]))
    begin = np.flatnonzero(new)
    count = np.diff(np.append(begin, len(slot)))
    return slot[begin], recorded[begin], np.add.reduceat(value, begin) / count


def _prices(
    work: UnitOfWork, known: Catalogue, clocks: Clocks, first: date, *, front: str, own: str = ""
) -> tuple[dict[str, Versions], int]:
    """Return the settles of fuels, allowances and the front month by role, one query; never the target's own."""
    chosen = {
        role: code for role in FUELS for code in DEFAULTS[role] if code in known.instruments and code != own
    }
    if front in known.instruments and front != own:
        chosen["front"] = front
    ids = {role: known.instruments[code].id for role, code in chosen.items()}
    found = queries.daily_versions(
        work.session, clocks=clocks, instrument_ids=list(ids.values()), first=first - timedelta(days=30)
    )
    prices, moved = {}, 0
    for role, key in ids.items():
        if key in found:
            row = known.instruments[chosen[role]]
            prices[role], count = _settled(found[key], "settle", row.unit, row.code)
            moved += count
    return prices, moved


def _settled(found: Recorded, name: str, unit: str, code: str) -> tuple[Versions, int]:
    at = found.at.astype("datetime64[s]")
    return in_time(Versions(at, found.recorded, found.values[name], unit, f"{code} settle"), np.add(at, _DAY))


def _slope(work: UnitOfWork, known: Catalogue, code: str, clocks: Clocks, first: date) -> Versions | None:
    """Return second less first month of a curve by trade date, where both were recorded together."""
    if code not in known.curves:
        return None
    row = known.curves[code]
    nodes = queries.tenor_versions(
        work.session, clocks=clocks, curve_id=row.id, tenors=(1, 2), first=first - timedelta(days=30)
    )
    if len(nodes) < 2:
        return None
    near, far = nodes[1], nodes[2]
    pairs = np.concatenate(
        [np.stack([part.at.astype(np.int64), part.recorded.astype(np.int64)], axis=1) for part in (near, far)]
    )
    number = np.unique(pairs, axis=0, return_inverse=True)[1].ravel()
    _, here, there = np.intersect1d(number[: len(near.at)], number[len(near.at) :], return_indices=True)
    at = near.at[here].astype("datetime64[s]")
    value = far.values["value"][there] - near.values["value"][here]
    return in_time(Versions(at, near.recorded[here], value, row.unit), np.add(at, _DAY))[0]


def _temperature(
    work: UnitOfWork, target: Target, clocks: Clocks, first: date
) -> tuple[Versions | None, int]:
    names = place_of(target.subject, target.timezone).stations
    held = queries.stations(work.session, names, TEMPERATURE)
    station = next((name for name in names if name in held), None)
    if station is None:
        return None, 0
    found = queries.weather_versions(
        work.session, clocks=clocks, station=station, variable=TEMPERATURE,
        first=first - timedelta(days=YEARS_OF_WEATHER),
    )  # fmt: skip
    at = found.at.astype("datetime64[s]")
    return in_time(Versions(at, found.recorded, found.values["value"], "C", station), np.add(at, _MORNING))


def _daily(work: UnitOfWork, target: Target, clocks: Clocks, first: date) -> Source:
    known = catalogue(work)
    row = known.instruments.get(target.subject)
    if row is None:
        raise NotFound(f"There is no instrument '{target.subject}'.", instrument=target.subject)
    found = queries.daily_versions(work.session, clocks=clocks, instrument_ids=[row.id], first=first).get(
        row.id
    )
    nothing = np.zeros(0, dtype="datetime64[us]")
    bars = found or Recorded(nothing, nothing, dict.fromkeys(("settle", "high", "low"), np.zeros(0)))
    values = Versions(bars.at.astype("datetime64[s]"), bars.recorded, bars.values["settle"], row.unit)
    if target.kind is TargetKind.VOLATILITY:
        values, sentence = _volatility(bars)
        return Source(values, Inputs(), {"estimator": sentence})
    if not target.feature_set:
        return Source(values, Inputs())
    inputs, late = _daily_inputs(work, known, target, clocks, first)
    return Source(values, inputs, {"late_features": late})


def _daily_inputs(
    work: UnitOfWork, known: Catalogue, target: Target, clocks: Clocks, first: date
) -> tuple[Inputs, int]:
    prices, late = _prices(work, known, clocks, first, front="", own=target.subject)
    slope = _slope(work, known, target.subject.removesuffix("_M1"), clocks, first)
    country = place_of("", target.timezone).country
    return Inputs(prices=prices, slope=slope, country=country), late


def _volatility(bars: Recorded) -> tuple[Versions, str]:
    """Return annual volatilities of days in percent, from highs and lows where most days have them."""
    at, settle = bars.at.astype("datetime64[s]"), bars.values["settle"]
    high, low = bars.values["high"], bars.values["low"]
    ranged = np.isfinite(high) & np.isfinite(low) & (low > 0.0) & (high > low)
    year = 100.0 * np.sqrt(252.0)
    if ranged.mean() > 0.7 if ranged.size else False:
        value = np.full(len(at), np.nan)
        value[ranged] = np.log(high[ranged] / low[ranged]) / np.sqrt(4.0 * np.log(2.0)) * year
        return Versions(at, bars.recorded, value, "%"), PARKINSON
    order = np.lexsort((bars.recorded, at))
    last = np.append(at[order][1:] != at[order][:-1], True) if at.size else np.zeros(0, dtype=bool)
    chosen = order[last]
    good = chosen[settle[chosen] > 0.0]
    moves = np.abs(np.diff(np.log(settle[good]))) * np.sqrt(np.pi / 2.0) * year
    return Versions(at[good][1:], bars.recorded[good][1:], moves, "%"), CLOSES


def _spread(work: UnitOfWork, target: Target, clocks: Clocks, first: date) -> Source:
    """Return the values of a standard spread over the newest versions of its legs."""
    known = catalogue(work)
    formula = listing.spread_formula(target.subject, known)
    legs = [leg for leg in map(known.leg, formula.instruments) if leg is not None]
    prices = read_legs(work, legs, known, clocks, first)
    day, aligned = align(prices)
    moments = day.astype("datetime64[s]")
    values = Versions(
        moments, (moments + _DAY).astype("datetime64[us]"), formula.evaluate(aligned), target.unit
    )
    inputs, late = _daily_inputs(work, known, target, clocks, first) if target.feature_set else (Inputs(), 0)
    return Source(values, inputs, {"late_features": late, "formula": formula.text})
