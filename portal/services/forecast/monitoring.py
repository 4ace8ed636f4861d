"""Forecasts against what has arrived: error beside the naive's, coverage, and whether a forecast drifts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from data.queries import forecast as queries
from data.queries import forecast_served as served_queries
from data.queries.forecast import VersionRow
from data.queries.forecast_served import ServedRow, ServedValues
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.forecast.base import LEVELS, MEDIAN
from portal.domain.forecast.common import absolute_errors
from portal.domain.forecast.drift import ErrorDrift, InputDrift, error_drift, input_drift
from portal.domain.forecast.errors import UnfitSeries
from portal.domain.forecast.live import Judged, Live, judge_live, score_live
from portal.domain.forecast.series import Ahead
from portal.domain.market.errors import InsufficientHistory
from portal.services.forecast import dataset, experiments, registry
from portal.services.forecast import targets as target_service
from portal.services.forecast.arrived import arrived
from portal.services.forecast.serving import NAIVE
from portal.services.monitoring import alerts

Report = Callable[[float, str], None]
RULE = "forecast.drift"
DAYS = 60  # of served forecasts that are looked back at
INPUT_DAYS = 28
MOST_MISSING = 0.5


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ServedDay:
    """One served forecast with what has arrived, NaN where nothing has, and what the naive said at the time."""

    run: ServedRow
    values: ServedValues
    actual: FloatArray1D
    naive: FloatArray1D


@dataclass(frozen=True, eq=False)
class Watched:
    """The served forecasts of a target, oldest first, their scores and the judgement on them."""

    target: str
    days: tuple[ServedDay, ...]
    live: Live
    judged: Judged
    champion: VersionRow | None


@dataclass(frozen=True)
class Checked:
    """What a check found: targets looked at, and the sentence of each that drifts."""

    targets: int
    drifting: dict[str, str] = field(default_factory=dict)


def watch(target_code: str, clocks: Clocks, actor: Actor, *, days: int = DAYS) -> Watched:
    """Return what was served of a target in the last days beside what has arrived since.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return watch_in(work, target_code, clocks, days=days)


def watch_in(work: UnitOfWork, target_code: str, clocks: Clocks, *, days: int = DAYS) -> Watched:
    """Return the same within a transaction."""
    first = clocks.as_of - timedelta(days=days)
    rows = served_queries.served_between(work.session, clocks=clocks, first=first, target=target_code)
    served = [row for row in rows if row.role == "served"]
    naive = {row.as_of: row for row in rows if row.model == NAIVE}
    newest = {row.as_of: row for row in served}  # a day served twice counts once, as it was served last
    chosen = [newest[day] for day in sorted(newest)]
    values = served_queries.values_of(work.session, [row.id for row in (*chosen, *naive.values())])
    found = tuple(_day(work, row, values, naive.get(row.as_of), clocks) for row in chosen if row.id in values)
    champion = registry.champion(work, target_code, clocks)
    expected = _expected(work, champion)
    live = score_live(
        [(day.actual, day.values.mean, day.values.quantiles, day.naive) for day in found], LEVELS
    )
    risen = _risen(work, found, champion)
    return Watched(target_code, found, live, judge_live(live, expected, risen), champion)


def _day(
    work: UnitOfWork,
    row: ServedRow,
    values: dict[int, ServedValues],
    naive: ServedRow | None,
    clocks: Clocks,
) -> ServedDay:
    own = values[row.id]
    beside = values.get(naive.id) if naive is not None else None
    drawn = beside.mean if beside is not None and len(beside) == len(own) else np.full(len(own), np.nan)
    return ServedDay(row, own, arrived(work, row.target, clocks, own), drawn)


def _expected(work: UnitOfWork, champion: VersionRow | None) -> float | None:
    """Return the mean absolute error that the champion's trial promises."""
    if champion is None:
        return None
    trial = queries.trial_by_id(work.session, champion.experiment_id)
    found = None if trial is None else trial.metrics.get("mae")
    return float(found) if isinstance(found, (int, float)) else None


def _risen(work: UnitOfWork, found: tuple[ServedDay, ...], champion: VersionRow | None) -> ErrorDrift | None:
    """Hold errors by day against those by origin of the champion's trial; None while there are too few."""
    if champion is None:
        return None
    try:
        trial = experiments.stored_in(work, champion.experiment_id).evaluation
        return error_drift(_row_means(absolute_errors(trial)), np.array([_day_error(day) for day in found]))
    except (NotFound, InsufficientHistory):
        return None


def _day_error(day: ServedDay) -> float:
    known = np.isfinite(day.actual)
    median = day.values.quantiles[:, MEDIAN]
    return float(np.abs(day.actual - median)[known].mean()) if known.any() else float("nan")


def _row_means(cells: FloatArray2D) -> FloatArray1D:
    known = np.isfinite(cells)
    rows = known.any(axis=1)
    found: FloatArray1D = np.where(known, cells, 0.0)[rows].sum(axis=1) / known[rows].sum(axis=1)
    return found


def drifted_inputs(target_code: str, clocks: Clocks, *, days: int = INPUT_DAYS) -> list[InputDrift]:
    """Return the inputs of a target whose last days are not as in the training before; none without features.

    Calendars change with the season by themselves and are left out.
    """
    target = target_service.target(target_code)
    try:
        series = dataset.load_series(target, clocks)
    except (InsufficientHistory, UnfitSeries):
        return []
    chosen = [at for at, feature in enumerate(series.features) if feature.ahead is not Ahead.ALWAYS]
    cut = len(series.y) - days * target.per_day
    if not chosen or cut <= 0:
        return []
    first = max(0, len(series.y) - target.window) if target.window else 0
    names = [series.features[at].name for at in chosen]
    try:
        found = input_drift(
            names, series.values[first:cut][:, chosen], series.values[cut : len(series.y)][:, chosen]
        )
    except InsufficientHistory:
        return []
    return [one for one in found if one.state == "drifted" or one.missing > MOST_MISSING]


def check(clocks: Clocks, *, report: Report | None = None) -> Checked:
    """Look at every target that is served, raise an alert about each that drifts, and clear those that are well."""
    tell = report or _silent
    with UnitOfWork() as work:
        codes = sorted(served_queries.newest_by_target(work.session, clocks=clocks))
    drifting: dict[str, str] = {}
    for at, code in enumerate(codes):
        tell(at / len(codes), f"Holding forecasts of {code} against what arrived")
        with UnitOfWork(write=True) as work:
            found = watch_in(work, code, clocks)
            if found.judged.drifts:
                drifting[code] = found.judged.sentence
                _raise(work, found, clocks)
            elif found.judged.known:
                alerts.clear(work, RULE, code)
    return Checked(len(codes), drifting)


def _raise(work: UnitOfWork, found: Watched, clocks: Clocks) -> None:
    inputs = drifted_inputs(found.target, clocks)
    said = f" Inputs that left what they were: {', '.join(one.name for one in inputs)}." if inputs else ""
    facts = {
        "as_of": clocks.as_of.isoformat(),
        "inputs": [one.name for one in inputs],
        "cells": found.live.cells,
        "error": found.live.error,
        "naive": found.live.naive,
    }
    alerts.raise_alert(
        work,
        RULE,
        found.target,
        "warning",
        f"The forecast of {found.target} drifts",
        f"{found.judged.sentence}{said} Train anew on Forecast > Models, or roll back.",
        f"/forecast/models?target={found.target}",
        Permission.FORECAST_READ,
        facts,
    )


def _silent(_share: float, _words: str) -> None:
    """Take progress when nobody listens."""
