"""Making what is served: the champion's forecast, or the next model's with the reason, and the baselines beside it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import numpy as np

from data.queries import forecast as queries
from data.session import UnitOfWork
from data.writes import forecast as writes
from portal import VERSION
from portal.core.arrays import DateArray1D, FloatArray2D, IntArray1D
from portal.core.canonical import plain
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError
from portal.domain.forecast.base import LEVELS, Forecast, model
from portal.domain.forecast.errors import NotConverged
from portal.domain.forecast.local_days import SLOTS, clock_time, hours_of_days
from portal.domain.forecast.series import Series
from portal.domain.forecast.targets import Target
from portal.services.forecast import calibration, dataset, experiments, registry
from portal.services.forecast import targets as target_service
from portal.services.forecast.registry import VersionView
from portal.services.forecast.serving import BASELINES, NAIVE

Report = Callable[[float, str], None]
NONE_YET = "No version has been approved for this target yet."


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Steps:
    """The intervals that are served: position among the steps of the task, start (UTC) and local day of each."""

    position: IntArray1D
    ts: DateArray1D
    day: DateArray1D


@dataclass(frozen=True, eq=False)
class Made:
    """A forecast that was made, by a version or a baseline (``view`` None), and why not by the champion."""

    code: str
    forecast: Forecast
    paths: FloatArray2D | None = None
    view: VersionView | None = None
    first: VersionView | None = None
    reason: str = ""
    facts: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of serving: run by target, reason by target that fell back, sentence by target that has none."""

    runs: dict[str, int]
    fallbacks: dict[str, str]
    refused: dict[str, str]


def serve_all(
    codes: Sequence[str], clocks: Clocks, *, report: Report | None = None, job_id: int | None = None
) -> Outcome:
    """Serve the targets of ``codes``, or all that have a champion; a target that cannot be served stops no other.

    Raises
    ------
    NotFound
        There is no such target.
    """
    tell = report or _silent
    chosen = [target_service.target(code) for code in codes] if codes else with_champion(clocks)
    found = Outcome({}, {}, {})
    for at, target in enumerate(chosen):
        tell(at / len(chosen), f"Forecasting {target.title}")
        try:
            found.runs[target.code], reason = serve(target, clocks, job_id=job_id)
        except EnerscopeError as problem:
            found.refused[target.code] = problem.message
            continue
        if reason:
            found.fallbacks[target.code] = reason
    return found


def with_champion(clocks: Clocks) -> list[Target]:
    """Return the targets that have a champion under both clocks."""
    listed = {target.code: target for target in target_service.targets()}
    with UnitOfWork() as work:
        codes = [
            code
            for code in queries.targets_with_versions(work.session)
            if registry.champion(work, code, clocks) is not None
        ]
    return [listed[code] for code in codes if code in listed]


def serve(
    target: Target, clocks: Clocks, *, job_id: int | None = None, decided: Clocks | None = None
) -> tuple[int, str]:
    """Forecast one target, store it with its baselines, and return the run with why it is not the champion's.

    ``decided`` are the clocks under which the champion is chosen, when they are not those of the data: a forecast of
    an earlier day that is made up for later.

    Raises
    ------
    DomainError
        There are no usable data, or not even the seasonal naive could be computed.
    """
    with UnitOfWork() as work:
        chain = registry.fallbacks(work, target.code, decided or clocks)
    series = dataset.load_series(target, clocks)
    best = _best(series, chain)
    beside = [made for code in BASELINES if code != best.code and (made := _baseline(series, code))]
    steps = served_steps(series)
    with UnitOfWork(write=True) as work:
        base = {
            "job_id": job_id,
            "origin": clocks.known_at,
            "as_of": clocks.as_of,
            "known_at": clocks.known_at,
        }
        run_id = _store(work, series, steps, best, base | {"role": "served"})
        for made in beside:
            _store(work, series, steps, made, base | {"role": "baseline"})
    return run_id, best.reason


def _best(series: Series, chain: Sequence[VersionView]) -> Made:
    """Return the forecast of the first version that can make one, else the seasonal naive's."""
    first, refusals = (chain[0] if chain else None), [] if chain else [NONE_YET]
    for view in chain:
        try:
            raw = _ask(series, view.model, view.params)
            calibrated = calibration.calibrated(series, view, raw)
        except EnerscopeError as problem:
            refusals.append(f"{view.name} could not be used: {problem.message}")
            continue
        reason = _reason(refusals, view.name)
        return Made(view.model, calibrated.forecast, calibrated.paths, view, first, reason, calibrated.facts)
    return Made(NAIVE, _ask(series, NAIVE, {}), None, None, first, _reason(refusals, "the seasonal naive"))


def _reason(refusals: Sequence[str], instead: str) -> str:
    return f"{' '.join(refusals)} Served is {instead}." if refusals else ""


def _ask(series: Series, code: str, params: Mapping[str, Any]) -> Forecast:
    """Ask a model at the end of the series; what its library raises becomes a refusal with a sentence."""
    asked = model(code)
    task = series.task(len(series.y), features=asked.uses_features)
    known = {name: value for name, value in params.items() if name in asked.defaults}
    try:
        return asked(task, **known)
    except EnerscopeError:
        raise
    except Exception as problem:
        said = f"{asked.title} stopped on an error of its library: {type(problem).__name__}: {problem}"
        raise NotConverged(said[:500], model=code) from problem


def _baseline(series: Series, code: str) -> Made | None:
    try:
        return Made(code, _ask(series, code, {}))
    except EnerscopeError:
        return None  # a baseline that cannot be drawn hides no forecast


def served_steps(series: Series) -> Steps:
    """Return the intervals after the series that are served: 23 to 25 hours of each day of an hourly target."""
    target = series.target
    stamps = series.stamp[len(series.y) : len(series.y) + target.horizon]
    days = stamps[target.lead :].astype("M8[D]")
    if target.per_day == SLOTS:
        first, last = days[0].astype(object), days[-1].astype(object)
        ts, slot = hours_of_days(first, last, target.timezone)
        return Steps(target.lead + slot, ts, days[0] + slot // SLOTS)
    position = np.arange(target.lead, target.horizon)
    return Steps(position, clock_time(days, "00:00", target.timezone), days)


def _store(work: UnitOfWork, series: Series, steps: Steps, made: Made, base: Mapping[str, Any]) -> int:
    mean, quantiles = made.forecast.mean[steps.position], made.forecast.quantiles[steps.position]
    moments = [np.datetime64(moment, "us").item() for moment in steps.ts]
    days = steps.day.astype("M8[D]").astype(object).tolist()
    values = [
        {
            "step": at + 1,
            "ts": moments[at].replace(tzinfo=UTC),
            "day": days[at],
            "mean": float(mean[at]),
            "quantiles": quantiles[at].tolist(),
        }
        for at in range(len(moments))
    ]
    target = series.target
    run_id = writes.insert_served(
        work.session, values, **base, target=target.code, model=made.code,
        version_id=made.view.id if made.view else None,
        fallback_for=made.first.id if made.first and made.reason and made.first is not made.view else None,
        reason=made.reason, levels=list(LEVELS), unit=target.unit, data_hash=series.data_hash, code_version=VERSION,
        facts=plain(experiments.jsonable(_facts(series, made))), simulated=target.simulated,
    )  # fmt: skip
    if made.paths is not None:
        writes.insert_paths(work.session, run_id, made.paths[:, steps.position])
    return run_id


def _facts(series: Series, made: Made) -> dict[str, Any]:
    window = series.target.window or len(series.y)
    first = max(0, len(series.y) - window)
    return {
        "model": dict(made.forecast.facts),
        "notes": list(made.forecast.notes),
        "train_first": str(series.stamp[first].astype("M8[D]")),
        "train_last": str(series.stamp[len(series.y) - 1].astype("M8[D]")),
        "values": len(series.y) - first,
        "sentences": list(series.facts.get("sentences", ())),
        "late_days": series.facts.get("late_days", 0),
        "params": dict(made.view.params) if made.view else {},
        **(made.facts or {}),
    }


def _silent(_share: float, _words: str) -> None:
    """Take progress when nobody listens."""
