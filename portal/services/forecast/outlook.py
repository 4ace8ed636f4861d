"""Forecast: what is served of one target, what has happened, what was served before, and how that held.

``outlook(code, clocks, actor)`` is what the page shows, ``outlook_in`` the same within a transaction, for passports.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import numpy as np

from data.queries import forecast as queries
from data.queries import forecast_served as served_queries
from data.queries.forecast import VersionRow
from data.queries.forecast_served import ServedRow, ServedValues
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.forecast.base import model
from portal.domain.forecast.fan import mean_error, quantile_at, share_inside
from portal.domain.forecast.local_days import SLOTS, clock_time, wall_clock
from portal.domain.forecast.series import Series
from portal.domain.forecast.targets import Target
from portal.services.forecast import targets as listing
from portal.services.forecast.dataset import load_series
from portal.services.forecast.inputs import read_source
from portal.services.forecast.serving import NAIVE

PAST_DAYS = 31  # calendar days of served forecasts that are held against what happened
SPARE_DAYS = 12  # before the first day that is read: a volatility or a spread needs the days before
BACK = {"short": (7, 45), "medium": (14, 120), "long": (31, 366)}  # days of history: hourly, daily
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Known:
    """Values that are known: ``at`` (n,) starts of the intervals in UTC, or days; ``value`` (n,)."""

    at: DateArray1D
    value: FloatArray1D

    def of(self, wanted: DateArray1D) -> FloatArray1D:
        """Return the values at the moments asked for, NaN where there is none."""
        if not len(self.at):
            return np.full(len(wanted), np.nan)
        moments = wanted.astype("datetime64[s]")
        place = np.minimum(np.searchsorted(self.at, moments), len(self.at) - 1)
        return np.where(self.at[place] == moments, self.value[place], np.nan)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Past:
    """One forecast as it was served, what has arrived for its steps, and what the seasonal naive said beside it."""

    run: ServedRow
    values: ServedValues
    actual: FloatArray1D
    naive: FloatArray1D
    naive_run: ServedRow | None = None

    @property
    def known(self) -> bool:
        """Whether anything has arrived."""
        return bool(np.isfinite(self.actual).any())

    def quantile(self, level: float) -> FloatArray1D:
        """Return the quantiles of all steps at one level."""
        return quantile_at(self.values.quantiles, self.run.levels, level)

    @cached_property
    def median(self) -> FloatArray1D:
        """Medians of all steps."""
        return self.quantile(0.5)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Outlook:
    """One target under both clocks.

    ``served`` is None when nothing was served by then; ``preview`` then holds the series and the seasonal naive that
    is drawn in its place, and ``problem`` why there is not even that. ``past`` are earlier forecasts, oldest first.
    """

    target: Target
    clocks: Clocks
    history: Known
    served: Past | None
    paths: FloatArray2D | None
    version: VersionRow | None
    instead_of: VersionRow | None
    past: tuple[Past, ...]
    preview: "Preview | None" = None
    problem: str = ""

    def local(self, at: DateArray1D) -> DateArray1D:
        """Return moments on the wall clock of the target; days stay as they are."""
        return wall_clock(at, self.target.timezone) if self.target.per_day == SLOTS else at

    @property
    def steps(self) -> DateArray1D:
        """Starts of the served steps on the wall clock, or their days."""
        if self.served is None:
            return np.zeros(0, dtype="datetime64[s]")
        return self.local(keys(self.target, self.served.values))

    @property
    def coverage(self) -> float | None:
        """Share of what has arrived inside the 80 % intervals."""
        return share_inside(*(_joined(self.past, pick) for pick in (_actual, _low, _high)))

    @property
    def error(self) -> float | None:
        """Mean absolute error of the medians so far."""
        return mean_error(_joined(self.past, _actual), _joined(self.past, lambda one: one.median))

    @property
    def naive_error(self) -> float | None:
        """That of the seasonal naive at the same steps."""
        return mean_error(_joined(self.past, _actual), _joined(self.past, lambda one: one.naive))

    @property
    def late_days(self) -> int:
        """Days by which the newest forecast is older than the day of the page."""
        return 0 if self.served is None else (self.clocks.as_of - self.served.run.as_of).days


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Preview:
    """The seasonal naive of a target of which nothing is served: drawn, not stored."""

    series: Series
    stamp: DateArray1D
    mean: FloatArray1D
    quantiles: FloatArray2D


def outlook(code: str, clocks: Clocks, actor: Actor, *, back: str = "short") -> Outlook:
    """Return what is served of the target ``code``, and its past.

    Raises
    ------
    NotFound
        There is no such target.
    Forbidden
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    target = listing.target(code)
    with UnitOfWork() as work:
        found = outlook_in(work, target, clocks, back=back)
    if found.served is not None:
        return found
    try:
        return replace(found, preview=_preview(target, clocks))
    except DomainError as refusal:
        return replace(found, problem=refusal.message)


def outlook_in(work: UnitOfWork, target: Target, clocks: Clocks, *, back: str = "short") -> Outlook:
    """Return the same within a transaction, without a preview."""
    session = work.session
    run = served_queries.newest_served(session, target.code, clocks=clocks)
    days = BACK.get(back, BACK["short"])[0 if target.per_day == SLOTS else 1]
    first = clocks.as_of - timedelta(days=max(days, PAST_DAYS) + 2)
    rows = served_queries.served_between(session, clocks=clocks, first=first, target=target.code)
    if run is not None and all(row.id != run.id for row in rows):
        rows = [*served_queries.beside(session, run), run, *rows]
    known = known_values(work, target, clocks, first)
    past = _past(work, target, rows, known)
    served = next((one for one in past if run is not None and one.run.id == run.id), None)
    version, instead = _versions(work, run)
    return Outlook(
        target,
        clocks,
        _since(known, clocks.as_of - timedelta(days=days)),
        served,
        None if run is None else served_queries.paths_of(session, run.id),
        version,
        instead,
        past,
    )


def past_of(work: UnitOfWork, run: ServedRow, clocks: Clocks) -> Past:
    """Return one forecast or baseline with what has arrived for it under ``clocks``, without what stood beside it."""
    target = listing.target(run.target)
    values = served_queries.values_of(work.session, [run.id])[run.id]
    first: date = values.day[0].astype(object)
    known = known_values(work, target, clocks, min(first, clocks.as_of))
    return Past(run, values, known.of(keys(target, values)), np.full(len(values), np.nan))


def known_values(work: UnitOfWork, target: Target, clocks: Clocks, first: date) -> Known:
    """Return the newest known value of each hour or day from ``first`` to ``as_of``."""
    bare = replace(target, feature_set="", lead=0)
    begin = first - timedelta(days=SPARE_DAYS)
    try:
        source = read_source(work, bare, clocks, first=begin, last=clocks.as_of).values
    except DomainError:
        return Known(np.zeros(0, dtype="datetime64[s]"), np.zeros(0))
    unit = "datetime64[h]" if target.per_day == SLOTS else "datetime64[D]"
    order = np.lexsort((source.recorded, source.at))
    at, value = source.at[order], source.value[order]
    last = np.append(at[1:] != at[:-1], True)[: len(at)] & np.isfinite(value)
    slot, position = np.unique(at[last].astype(unit), return_inverse=True)
    mean = np.bincount(position, weights=value[last]) / np.maximum(np.bincount(position), 1)
    return Known(slot.astype("datetime64[s]"), mean)


def keys(target: Target, values: ServedValues) -> DateArray1D:
    """Return what names the steps: starts in UTC of hours, midnights of days."""
    return values.ts if target.per_day == SLOTS else values.day.astype("datetime64[s]")


def next_gate(target: Target, moment: datetime) -> datetime | None:
    """Return the next gate closure after ``moment``, UTC; None for a target without a gate."""
    if target.gate is None:
        return None
    days = np.datetime64(moment.astimezone(UTC).date(), "D") + np.arange(-1, 3)
    gates: list[datetime] = clock_time(days, target.gate, target.timezone).astype(object).tolist()
    return next(gate.replace(tzinfo=UTC) for gate in gates if gate.replace(tzinfo=UTC) > moment)


def _since(known: Known, first: date) -> Known:
    keep = known.at >= np.datetime64(first)
    return Known(known.at[keep], known.value[keep])


def _past(work: UnitOfWork, target: Target, rows: Sequence[ServedRow], known: Known) -> tuple[Past, ...]:
    """Return the served forecasts among ``rows``; of a day that was served twice the last one."""
    served = {row.as_of: row for row in sorted(rows, key=lambda row: row.id) if row.role == "served"}
    naive = {row.as_of: row for row in rows if row.role == "baseline" and row.model == NAIVE}
    values = served_queries.values_of(work.session, [row.id for row in (*served.values(), *naive.values())])
    found = []
    for day, row in sorted(served.items()):
        if row.id not in values:
            continue
        own = values[row.id]
        beside = row if row.model == NAIVE else naive.get(day)
        drawn = values[beside.id].mean if beside is not None and beside.id in values else own.mean[:0]
        drawn = drawn if len(drawn) == len(own) else np.full(len(own), np.nan)
        found.append(Past(row, own, known.of(keys(target, own)), drawn, beside))
    return tuple(found)


def _versions(work: UnitOfWork, run: ServedRow | None) -> tuple[VersionRow | None, VersionRow | None]:
    named = [] if run is None else [key for key in (run.version_id, run.fallback_for) if key is not None]
    if run is None or not named:
        return None, None
    found = {row.id: row for row in queries.versions(work.session, ids=named)}
    return found.get(run.version_id or 0), found.get(run.fallback_for or 0)


def _preview(target: Target, clocks: Clocks) -> Preview:
    series = load_series(replace(target, feature_set=""), clocks)
    made = model(NAIVE)(series.task(len(series.y), features=False))
    stamp = series.stamp[len(series.y) :]
    return Preview(series, stamp[target.lead :], made.mean[target.lead :], made.quantiles[target.lead :])


def _actual(one: Past) -> FloatArray1D:
    return one.actual


def _low(one: Past) -> FloatArray1D:
    return one.quantile(LOW)


def _high(one: Past) -> FloatArray1D:
    return one.quantile(HIGH)


def _joined(past: Sequence[Past], pick: Callable[[Past], FloatArray1D]) -> FloatArray1D:
    parts = [pick(one) for one in past]
    return np.concatenate(parts) if parts else np.zeros(0)
