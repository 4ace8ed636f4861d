"""What has arrived since for the intervals of a forecast, under both clocks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.queries.forecast_served import ServedValues
from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.domain.forecast.targets import Target
from portal.services.forecast import targets as target_service
from portal.services.forecast.inputs import read_source
from portal.services.recent import Recent

SPARE = timedelta(days=12)  # before the first interval: a volatility or a spread needs the days before
Known = tuple[DateArray1D, FloatArray1D]

_recent: Recent[tuple[object, ...], Known] = Recent(32)


def arrived(work: UnitOfWork, target_code: str, clocks: Clocks, values: ServedValues) -> FloatArray1D:
    """Return the newest known value of every interval of a forecast, NaN where none has arrived.

    A target that is no longer listed has no values.
    """
    try:
        target = target_service.target(target_code)
        at, known = _known(work, target, clocks, values)
    except (NotFound, DomainError):
        return np.full(len(values), np.nan)
    return looked_up(at, known, values.ts if target.per_day > 1 else values.day)


def _known(work: UnitOfWork, target: Target, clocks: Clocks, values: ServedValues) -> Known:
    first = values.day[0].astype(object)
    if first > clocks.as_of:
        return np.zeros(0, "M8[s]"), np.zeros(0)
    key = (target, first, clocks.as_of, clocks.known_at, str(work.session.get_bind().engine.url))
    return _recent.get(key, lambda: _read(work, target, clocks, first))


def _read(work: UnitOfWork, target: Target, clocks: Clocks, first: Any) -> Known:
    bare = replace(target, feature_set="", lead=0)
    source = read_source(work, bare, clocks, first=first - SPARE, last=clocks.as_of).values
    order = np.lexsort((source.recorded, source.at))
    return newest(source.at[order], source.value[order], hourly=target.per_day > 1)


def newest(at: DateArray1D, value: FloatArray1D, *, hourly: bool) -> Known:
    """Return one value for each hour (the mean of its quarters) or day, of the last of those that share a moment."""
    if not len(at):
        return at, value
    last = np.append(at[1:] != at[:-1], True)
    moments, found = at[last], value[last]
    unit = moments.astype("M8[h]") if hourly else moments.astype("M8[D]")
    groups, back = np.unique(unit, return_inverse=True)
    count = np.bincount(back, weights=np.isfinite(found).astype(float))
    total = np.bincount(back, weights=np.where(np.isfinite(found), found, 0.0))
    mean = np.divide(total, count, out=np.full(len(groups), np.nan), where=count > 0)
    return groups.astype("M8[s]"), mean


def looked_up(at: DateArray1D, known: FloatArray1D, asked: NDArray[np.datetime64]) -> FloatArray1D:
    """Return the values known at the moments asked for, NaN where there is none."""
    wanted = asked.astype("M8[s]")
    if not len(at):
        return np.full(len(wanted), np.nan)
    place = np.minimum(np.searchsorted(at, wanted), len(at) - 1)
    return np.where(at[place] == wanted, known[place], np.nan)
