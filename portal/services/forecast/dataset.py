"""The series of a target under both clocks: raw rows, gap policy, features, and what must be said of them.

``load_series(target, clocks)`` is the one door for training, evaluation and serving. A target of the delivery day after
``as_of`` sees values up to ``as_of`` (up to the day before for load, wind and solar, whose actual values come late).
"""

import hashlib
from datetime import date, timedelta
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.domain.forecast.features import feature_table
from portal.domain.forecast.features.base import Rows, Versions
from portal.domain.forecast.local_days import SLOTS, clock_time, wall_clock
from portal.domain.forecast.prepare import prepare
from portal.domain.forecast.series import Feature, Series
from portal.domain.forecast.targets import Target
from portal.domain.market.errors import InsufficientHistory
from portal.services.forecast.inputs import read_source

HOURLY_DAYS, DAILY_DAYS = 1_200, 3_700  # calendar days of history that are read
TRIMMED_DAYS = 7
DAILY_MOMENT = np.timedelta64(19, "h")  # UTC, when a business day has settled


def load_series(target: Target, clocks: Clocks) -> Series:
    """Return the prepared series of ``target`` with its features, as known under ``clocks``.

    Raises
    ------
    InsufficientHistory
        There are no values, or too few.
    UnfitSeries
        Too many are missing, or all are equal.
    """
    last = clocks.as_of - timedelta(days=target.lead // target.per_day)
    first = clocks.as_of - timedelta(days=HOURLY_DAYS if target.per_day == SLOTS else DAILY_DAYS)
    with UnitOfWork() as work:
        source = read_source(work, target, clocks, first=first, last=last)
    at, value = _newest(source.values)
    if not len(at):
        raise InsufficientHistory(
            f"There are no values of {target.title} up to {last:%Y-%m-%d} that were known at "
            f"{clocks.known_at:%Y-%m-%d %H:%M} UTC. Import them, or choose later clocks.",
            have=0,
            need=1,
        )
    prepared = prepare(target, at, value)
    stamp = np.append(prepared.stamp, _future(target, prepared.stamp[-1]))
    rows = Rows(target, stamp, gates(target, stamp))
    features, table, absent = feature_table(target.feature_set, rows, source.inputs)
    facts = prepared.facts | source.facts | {
        "revised": _revised(target, source.values),
        "absent_features": list(absent),
        "late_days": _late(target, prepared.stamp[-1], last),
    }  # fmt: skip
    facts["sentences"] = [*prepared.facts["sentences"], *_sentences(facts)]
    cut = _first_known(target, table)
    y, stamp, table = prepared.y[cut:], stamp[cut:], table[cut:]
    return Series(
        target, y, stamp, features, table, prepared.filled[cut:], facts, _hash(y, stamp, features, table)
    )


def _first_known(target: Target, table: FloatArray2D) -> int:
    """Return the rows to leave out at the start: up to a week whose features look further back than the data."""
    first_week = np.isfinite(table[: TRIMMED_DAYS * target.per_day]).all(axis=1)
    missing = int(np.argmax(first_week)) if first_week.any() else 0
    return -(-missing // target.per_day) * target.per_day


def gates(target: Target, stamp: DateArray1D) -> DateArray1D:
    """Return the UTC moment at which each row is to be forecast, shape (n,).

    Hourly targets: the gate closure on the day before delivery. Daily ones: 19:00 UTC on the business day before.
    """
    day = stamp.astype("datetime64[D]")
    if target.per_day == SLOTS:
        return clock_time(day - 1, target.gate or "12:00", target.timezone)
    before = np.busday_offset(day, -1, roll="forward")
    moments: DateArray1D = np.add(before.astype("datetime64[s]"), DAILY_MOMENT)
    return moments


def _future(target: Target, last: np.datetime64) -> DateArray1D:
    """Return the stamps of the horizon after the last value."""
    if target.per_day == SLOTS:
        return last + (np.arange(target.horizon) + 1) * np.timedelta64(1, "h")
    days = np.busday_offset(last.astype("datetime64[D]"), np.arange(target.horizon) + 1, roll="backward")
    stamps: DateArray1D = days.astype("datetime64[s]")
    return stamps


def _newest(versions: Versions) -> tuple[DateArray1D, Any]:
    """Return the newest version of each stamp, rising."""
    order = np.lexsort((versions.recorded, versions.at))
    at = versions.at[order]
    last = np.append(at[1:] != at[:-1], True) if at.size else np.zeros(0, dtype=bool)
    return at[last], versions.value[order][last]


def _revised(target: Target, versions: Versions) -> list[str]:
    """Return the days whose newest version came after the forecast that stood on an earlier one, newest last.

    At such an origin the history held the earlier version; a table that is made later holds the newer one.
    """
    order = np.lexsort((versions.recorded, versions.at))
    at, recorded, value = versions.at[order], versions.recorded[order], versions.value[order]
    again = np.flatnonzero((at[1:] == at[:-1]) & (value[1:] != value[:-1])) + 1
    hourly = target.per_day == SLOTS
    day = (wall_clock(at[again], target.timezone) if hourly else at[again]).astype("datetime64[D]")
    late = recorded[again] > _stood(target, day + target.lead // target.per_day)
    return sorted({str(found) for found in day[late]})


def _stood(target: Target, day: DateArray1D) -> DateArray1D:
    if target.per_day == SLOTS:
        return clock_time(day, target.gate or "12:00", target.timezone)
    moments: DateArray1D = np.add(day.astype("datetime64[s]"), DAILY_MOMENT)
    return moments


def _late(target: Target, end: np.datetime64, last: date) -> int:
    """Return how many days (business days for a daily target) the values end before they should."""
    newest = end.astype("datetime64[D]")
    if target.per_day == SLOTS:
        return int((np.datetime64(last, "D") - newest).astype(int))
    return int(np.busday_count(newest, np.busday_offset(np.datetime64(last, "D"), 0, roll="backward")))


def _sentences(facts: dict[str, Any]) -> list[str]:
    said = []
    if facts.get("estimator"):
        said.append(str(facts["estimator"]))
    if facts["late_days"]:
        said.append(
            f"The newest value is {facts['late_days']} days older than it should be: the forecast begins after it."
        )
    if facts["revised"]:
        said.append(
            f"{len(facts['revised'])} days were corrected after forecasts had stood on their first version, the last "
            f"of them {facts['revised'][-1]}; a rolling evaluation sees the corrected values."
        )
    if facts.get("late_features"):
        said.append(
            f"{facts['late_features']} values of features were recorded long after their time, with an import of "
            "history; they count as known at their usual time."
        )
    if facts["absent_features"]:
        said.append(f"No data for these features: {', '.join(facts['absent_features'])}.")
    return said


def _hash(y: Any, stamp: DateArray1D, features: tuple[Feature, ...], table: FloatArray2D) -> str:
    found = hashlib.sha256()
    for part in (y, stamp.astype("datetime64[s]").astype(np.int64), table):
        found.update(np.ascontiguousarray(part).tobytes())
    found.update("|".join(f"{feature.name}/{feature.version}" for feature in features).encode())
    return found.hexdigest()
