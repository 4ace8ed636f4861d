"""Trials: what was tried for a target, with what outcome; each is kept and counted, also one that failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.queries import forecast as queries
from data.queries.forecast import TrialRow, VersionRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.forecast.common import StampArray2D
from portal.domain.forecast.evaluation import Evaluation
from portal.services.recent import Recent

_ARRAYS = ("origins", "actual", "mean", "quantiles", "baseline", "scale")
_recent: Recent[tuple[object, ...], "Stored"] = Recent(16)


@dataclass(frozen=True)
class TrialView:
    """A trial and the version that was registered from it, if any."""

    row: TrialRow
    version: VersionRow | None

    @property
    def id(self) -> int:
        """Number of the trial."""
        return self.row.id

    @property
    def metrics(self) -> dict[str, Any]:
        """Scores by code; None where one could not be computed."""
        return self.row.metrics


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Stored:
    """A trial with its forecasts: ``stamp`` holds the local interval of every cell, shape (o, h)."""

    row: TrialRow
    evaluation: Evaluation
    stamp: StampArray2D


@dataclass(frozen=True)
class Count:
    """Trials of a target by status."""

    finished: int
    failed: int

    @property
    def all(self) -> int:
        """Trials that were made, whatever became of them."""
        return self.finished + self.failed


def trials(
    actor: Actor, target: str | None = None, *, clocks: Clocks | None = None, most: int | None = None
) -> list[TrialView]:
    """Return trials, newest first.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        rows = queries.trials(work.session, target=target, clocks=clocks, most=most)
        known_at = None if clocks is None else clocks.known_at
        versions = queries.versions(work.session, target=target, known_at=known_at)
    of_trial = {version.experiment_id: version for version in versions}
    return [TrialView(row, of_trial.get(row.id)) for row in rows]


def trial(experiment_id: int, actor: Actor) -> TrialView:
    """Return one trial.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        There is no such trial.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        row = trial_in(work, experiment_id)
        versions = queries.versions(work.session, target=row.target)
    return TrialView(row, next((item for item in versions if item.experiment_id == row.id), None))


def count(actor: Actor, *, clocks: Clocks | None = None) -> dict[str, Count]:
    """Return how many trials were made for each target.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        found = queries.count_trials(work.session, clocks=clocks)
    return {code: Count(by.get("finished", 0), by.get("failed", 0)) for code, by in found.items()}


def evaluation(experiment_id: int, actor: Actor) -> Evaluation:
    """Return the forecasts of a trial beside what happened.

    Raises
    ------
    NotPermitted
        The actor may not read forecasts.
    NotFound
        There is no such trial, or it failed and left no forecasts.
    """
    return stored(experiment_id, actor).evaluation


def stored(experiment_id: int, actor: Actor) -> Stored:
    """Return a trial with its forecasts and the intervals that they are for.

    Raises
    ------
    NotPermitted, NotFound
        As for :func:`evaluation`.
    """
    actor.require(Permission.FORECAST_READ)
    with UnitOfWork() as work:
        return stored_in(work, experiment_id)


def trials_in(work: UnitOfWork, target: str | None, clocks: Clocks) -> list[TrialRow]:
    """Return the rows of trials, newest first, within a transaction."""
    return queries.trials(work.session, target=target, clocks=clocks)


def trial_in(work: UnitOfWork, experiment_id: int) -> TrialRow:
    """Return the row of a trial within a transaction."""
    row = queries.trial_by_id(work.session, experiment_id)
    if row is None:
        raise NotFound(
            f"There is no trial {experiment_id}. Choose one from the list of trials.", trial=experiment_id
        )
    return row


def stored_in(work: UnitOfWork, experiment_id: int) -> Stored:
    """Return a trial with its forecasts within a transaction."""
    row = trial_in(work, experiment_id)
    key = (experiment_id, row.recorded_at, str(work.session.get_bind().engine.url))
    return _recent.get(key, lambda: _load(work, row))


def _load(work: UnitOfWork, row: TrialRow) -> Stored:
    found = queries.arrays_of(work.session, row.id)
    if "stamp" not in found and row.status == "finished":
        raise NotFound(
            f"The forecasts of trial {row.id} have been removed by retention; its scores are kept. Choose a newer "
            "trial, or one that a registered version stands on.",
            trial=row.id,
        )
    if "stamp" not in found:
        raise NotFound(
            f"Trial {row.id} failed, so there are no forecasts to look at: {row.error or 'no reason was kept'}",
            trial=row.id,
        )
    made = Evaluation(
        **{name: found[name] for name in _ARRAYS},
        lead=int(row.splits.get("lead", 0)),
        per_day=int(row.splits.get("per_day", 1)),
        failures={int(origin): said for origin, said in row.facts.get("failures", {}).items()},
        seconds=row.seconds,
        facts=row.facts.get("model", {}),
    )
    return Stored(row, made, found["stamp"].astype("M8[s]"))


def arrays_of(made: Evaluation, stamp: StampArray2D) -> dict[str, np.ndarray[Any, np.dtype[Any]]]:
    """Return what is stored of an evaluation; quantiles in single precision, which is finer than any price tick."""
    kept = {name: np.asarray(getattr(made, name)) for name in _ARRAYS}
    return kept | {
        "quantiles": made.quantiles.astype(np.float32),
        "stamp": stamp.astype("M8[s]").astype(np.int64),
    }


def jsonable(value: Any) -> Any:
    """Return numpy values as those of Python, which is what is stored as JSON."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, (list, tuple, set)):
        return [jsonable(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value
