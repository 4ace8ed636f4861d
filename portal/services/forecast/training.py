"""Training: the trials of a sweep, each held against what happened at many origins, stored and registered one by one.

A trial is stored with its forecasts, its scores and its version in one transaction at its end: a worker that is killed
leaves nothing half, and a second attempt finds the trials that the first one finished and goes on behind them.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date
from time import perf_counter
from typing import Any

import numpy as np

from data.queries import forecast as queries
from data.session import UnitOfWork
from data.writes import forecast as writes
from portal import VERSION
from portal.core.canonical import digest, plain
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError
from portal.domain.forecast.base import Family, all_models, model
from portal.domain.forecast.common import StampArray2D
from portal.domain.forecast.evaluation import Evaluation, Splits
from portal.domain.forecast.features import feature_version
from portal.domain.forecast.rolling import evaluate
from portal.domain.forecast.scoring import scores_of
from portal.domain.forecast.series import Series
from portal.domain.forecast.splits import make_splits
from portal.domain.forecast.sweep import Candidate, combinations, gain_p, naive_error
from portal.domain.forecast.targets import Target
from portal.domain.forecast.workers import Workers
from portal.services.forecast import dataset, experiments, registry
from portal.services.forecast import targets as target_service

Report = Callable[[float, str], None]
BASELINES = ("seasonal_naive", "drift")
ALONE_SECONDS = 2.0  # of fits; shorter trials are done before a second process would have begun


@dataclass(frozen=True)
class Ask:
    """What a training is asked: ``grid`` holds values to try by model and parameter; ``sweep`` names its trials."""

    targets: Sequence[str]
    models: Sequence[str]
    sweep: str
    grid: Mapping[str, Mapping[str, Sequence[Any]]] = field(default_factory=dict)
    origins: int = 20
    step: int | None = None
    note: str = ""

    def candidates(self) -> list[Candidate]:
        """Return the trials of each target: the baselines, which always run, then every combination.

        Raises
        ------
        DomainError
            There is no such model or parameter, or there are too many combinations.
        """
        known = list(dict.fromkeys([*(code for code in BASELINES if code in all_models()), *self.models]))
        strange = sorted(set(self.grid) - set(known))
        if strange:
            raise DomainError(f"The grid names {strange[0]}, which is not among the models of this run.")
        return [found for code in known for found in combinations(model(code), self.grid.get(code, {}))]


@dataclass
class Trained:
    """What became of a training: ids of trials and versions, and how many trials failed or were known before."""

    trials: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    failed: int = 0
    known: int = 0


@dataclass(frozen=True)
class _Run:
    """What all trials of a run share."""

    ask: Ask
    clocks: Clocks
    job_id: int | None
    run_by: str


def train(
    ask: Ask,
    clocks: Clocks,
    *,
    report: Report | None = None,
    job_id: int | None = None,
    run_by: str = "system",
    workers: int = 2,
) -> Trained:
    """Make every trial of a sweep, store it, and register the finished ones as candidates; return what was made.

    Raises
    ------
    DomainError
        A target, model or parameter does not exist; then nothing is tried. A trial that fails is stored with its
        sentence, and the others go on.
    """
    tell, run = report or _silent, _Run(ask, clocks, job_id, run_by)
    candidates = ask.candidates()
    targets = [target_service.target(code) for code in ask.targets]
    total, made = len(targets) * len(candidates), Trained()
    long = workers > 1 and any(not _quick(candidate.model, ask.origins) for candidate in candidates)
    with Workers(workers) if long else nullcontext() as pool:
        for at, target in enumerate(targets):
            tell(at / len(targets), f"Preparing {target.title}")
            series, splits, refusal = _prepared(target, run)
            for number, candidate in enumerate(candidates, start=1):
                done = at * len(candidates) + number - 1
                part = _part(tell, done / total, 1.0 / total)
                _trial(run, target, series, splits, refusal, candidate, number, part, pool, made)
    tell(1.0, f"{len(made.trials):,} trials stored, {made.failed:,} of them failed")
    return made


def _prepared(target: Target, run: _Run) -> tuple[Series | None, Splits | None, str]:
    """Return series and origins, or the sentence why there are none."""
    try:
        series = dataset.load_series(target, run.clocks)
        return series, make_splits(series, run.ask.origins, run.ask.step), ""
    except EnerscopeError as problem:
        return None, None, problem.message


def _trial(
    run: _Run, target: Target, series: Series | None, splits: Splits | None, refusal: str, candidate: Candidate,
    number: int, report: Report, pool: Workers | None, made: Trained,
) -> None:  # fmt: skip
    begun = perf_counter()
    row = _question(run, target, series, splits, candidate, number)
    with UnitOfWork() as work:
        known = queries.trial_by_fingerprint(work.session, row["fingerprint"]) if series is not None else None
    if known is not None:
        made.known += 1
        report(1.0, f"{model(candidate.model).title} on {target.title} was tried before, as trial {known.id}")
        return
    found, stamp = None, None
    refusal = refusal or _unsuited(target, candidate)
    if series is not None and splits is not None and not refusal:
        shared = pool if pool is not None and not _quick(candidate.model, splits.count) else 1
        found = evaluate(series, candidate.model, candidate.params, splits, report=report, workers=shared)
        stamp = _stamps(series, splits)
        refusal = _failure(found)
    row |= {"seconds": round(perf_counter() - begun, 3)}
    _store(run, row, found, stamp, refusal, candidate, made)


def _quick(code: str, origins: int) -> bool:
    return model(code).fit_seconds * origins < ALONE_SECONDS


def _unsuited(target: Target, candidate: Candidate) -> str:
    asked = model(candidate.model)
    if asked.hourly if target.per_day > 1 else asked.daily:
        return ""
    grid = "hourly" if target.per_day > 1 else "daily"
    return f"{asked.title} is not made for {grid} targets such as {target.title}; choose another model."


def _failure(found: Evaluation) -> str:
    """Return why a trial failed as a whole: no origin has a forecast that can be scored."""
    if found.scored.any():
        return ""
    said = list(found.failures.values())
    most = max(set(said), key=said.count) if said else "None of its forecasts meets a value that has arrived."
    return f"All {len(found.origins)} origins failed: {most}" if said else most


def _question(
    run: _Run, target: Target, series: Series | None, splits: Splits | None, candidate: Candidate, number: int
) -> dict[str, Any]:
    asked, day = model(candidate.model), run.clocks.as_of
    params = {**asked.defaults, **candidate.params}
    uses = series is not None and asked.uses_features
    version = feature_version(target.feature_set) if uses else 0
    grid = {"horizon": target.horizon, "lead": target.lead, "per_day": target.per_day}
    origins = splits.to_json() | grid if splits else {}
    first, last = _window(series, splits) if series is not None and splits is not None else (day, day)
    data_hash = series.data_hash if series is not None else ""
    stored = plain(experiments.jsonable(params))
    print_of = [target.code, candidate.model, stored, origins, data_hash, version, VERSION]
    return {
        "job_id": run.job_id, "target": target.code, "model": candidate.model, "params": stored,
        "sweep": run.ask.sweep, "trial": number, "as_of": day, "known_at": run.clocks.known_at,
        "train_first": first, "train_last": last, "splits": origins, "origins": splits.count if splits else 0,
        "data_hash": data_hash, "feature_set": target.feature_set if uses else "", "feature_version": version,
        "code_version": VERSION, "fingerprint": digest(print_of), "simulated": target.simulated, "run_by": run.run_by,
    }  # fmt: skip


def _window(series: Series, splits: Splits) -> tuple[date, date]:
    last = splits.origins[-1]
    first = max(0, last - splits.window) if splits.window else 0
    days = series.stamp[[first, last - 1]].astype("M8[D]").astype(object).tolist()
    return days[0], days[1]


def _stamps(series: Series, splits: Splits) -> StampArray2D:
    steps = np.array(splits.origins)[:, None] + np.arange(series.target.horizon)
    found: StampArray2D = series.stamp[steps].astype("M8[s]")
    return found


def _store(
    run: _Run, row: Mapping[str, Any], found: Evaluation | None, stamp: StampArray2D | None, refusal: str,
    candidate: Candidate, made: Trained,
) -> None:  # fmt: skip
    """Write a trial with all that belongs to it, or none of it."""
    failed = bool(refusal) or found is None or stamp is None
    metrics = {} if failed or found is None else _metrics(found, int(row["splits"]["step"]))
    facts: dict[str, Any] = {}
    if found is not None:
        said = {str(origin): sentence for origin, sentence in found.failures.items()}
        facts = {"failures": said, "model": dict(found.facts), "fit_seconds": round(found.seconds, 3)}
    with UnitOfWork(write=True) as work:
        trial_id = writes.insert_trial(
            work.session, **row, status="failed" if failed else "finished", error=refusal or None,
            metrics=plain(experiments.jsonable(metrics)), facts=plain(experiments.jsonable(facts)),
        )  # fmt: skip
        version_id = None
        if not failed and found is not None and stamp is not None:
            writes.insert_arrays(work.session, trial_id, experiments.arrays_of(found, stamp))
            if model(candidate.model).family is not Family.BASELINE:
                trial = experiments.trial_in(work, trial_id)
                version_id = registry.register_in(work, trial, note=run.ask.note)
    made.trials.append(trial_id)
    made.failed += failed
    if version_id is not None:
        made.versions.append(version_id)


def _metrics(found: Evaluation, step: int) -> dict[str, Any]:
    return {**scores_of(found), "naive_mae": naive_error(found), "gain_p": gain_p(found, step)}


def _part(tell: Report, begin: float, width: float) -> Report:
    return lambda share, words: tell(begin + width * share, words)


def _silent(_share: float, _words: str) -> None:
    """Take progress when nobody listens."""
