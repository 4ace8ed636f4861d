"""Rolling-origin evaluation: a model at every origin of fixed splits, the seasonal naive always beside it.

API: ``Trial``, ``evaluate``, ``evaluate_all``.

Each origin is its own question, made by ``Series.task``: it sees its past and nothing else. So origins are independent,
and the answer is the same for one process and for two.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS, Task, model
from portal.domain.forecast.evaluation import Evaluation, Splits
from portal.domain.forecast.fitting import Outcome, Work, fit
from portal.domain.forecast.series import Series
from portal.domain.forecast.workers import Workers

Report = Callable[[float, str], None]
BASELINE = "seasonal_naive"
PIECE_SECONDS = 1.0  # about what a process is given at a time


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Trial:
    """One model with parameters on one series: what an evaluation is made of.

    Attributes
    ----------
    series : Series
        The prepared series.
    model : str
        Code of the model.
    splits : Splits
        Origins.
    params : mapping
        Parameters of the model.
    """

    series: Series
    model: str
    splits: Splits
    params: Mapping[str, Any] = field(default_factory=dict)


def evaluate(
    series: Series,
    model_code: str,
    params: Mapping[str, Any],
    splits: Splits,
    *,
    report: Report | None = None,
    workers: int | Workers = 1,
) -> Evaluation:
    """Hold one model against what happened, at every origin.

    Parameters
    ----------
    series : Series
        The prepared series.
    model_code : str
        Code of the model.
    params : mapping
        Its parameters.
    splits : Splits
        Origins, from ``make_splits``.
    report : callable, optional
        Called with the share that is done (0 to 1) and words; what it raises stops the run and its processes.
    workers : int or Workers
        Processes; 1 fits in this one. The answer does not depend on it (to the last digit where this process, too,
        has ``OPENBLAS_NUM_THREADS=1``, as the processes have: two cores are used by origins, not within a product).

    Returns
    -------
    Evaluation
        Forecasts, what happened (NaN where it was filled or is not known), and the baseline. An origin at which the
        model refused or failed has its sentence in ``failures``.

    Raises
    ------
    NoSuchModel
        There is no such model.
    """
    return evaluate_all([Trial(series, model_code, splits, params)], report=report, workers=workers)[0]


def evaluate_all(
    trials: Sequence[Trial], *, report: Report | None = None, workers: int | Workers = 1
) -> list[Evaluation]:
    """Hold many models on many series against what happened; processes share all their origins.

    Parameters
    ----------
    trials : sequence of Trial
        Models, series and origins.
    report, workers
        As for :func:`evaluate`.

    Returns
    -------
    list of Evaluation
        One for each trial, in their order.

    Raises
    ------
    NoSuchModel
        A model does not exist.
    """
    pieces = [piece for at, trial in enumerate(trials) for piece in _pieces(at, trial)]
    tell = report or (lambda _share, _words: None)
    found: list[list[Outcome]] = [[] for _ in trials]
    total, done = sum(trial.splits.count for trial in trials), 0
    tell(0.0, _words(trials[0], 0, total) if trials else "Nothing to evaluate")
    with _processes(workers) as processes, closing(_outcomes(pieces, processes)) as outcomes:
        for outcome in outcomes:
            if outcome is not None:
                found[outcome.trial].append(outcome)
                done += 1
            tell(done / total, _words(trials[0 if outcome is None else outcome.trial], done, total))
    return [_assemble(trial, got) for trial, got in zip(trials, found, strict=True)]


def _processes(workers: int | Workers) -> AbstractContextManager[Workers | None]:
    """Processes that are ended afterwards, those of the caller, which stay, or none."""
    if isinstance(workers, Workers):
        return nullcontext(workers)
    return Workers(workers) if workers > 1 else nullcontext(None)


def _outcomes(pieces: Sequence[Work], processes: Workers | None) -> Generator[Outcome | None, None, None]:
    """Outcomes as they come; without processes they are made in this one."""
    if processes is not None:
        yield from processes.run(pieces)
        return
    for piece in pieces:
        yield from (fit(piece, origin) for origin in piece.origins)


def _pieces(at: int, trial: Trial) -> list[Work]:
    """The origins of a trial in pieces of about a second, so that processes stay busy to the end."""
    size = max(1, int(PIECE_SECONDS / max(model(trial.model).fit_seconds, 1e-6)))
    origins = trial.splits.origins
    return [
        Work(at, trial.series, trial.model, trial.params, trial.splits.window, origins[start : start + size])
        for start in range(0, len(origins), size)
    ]


def _words(trial: Trial, done: int, total: int) -> str:
    subject = trial.series.target.title or trial.series.target.code
    return f"{model(trial.model).title} on {subject}: {done:,} of {total:,} origins"


def _assemble(trial: Trial, outcomes: Sequence[Outcome]) -> Evaluation:
    """Put outcomes, which come in any order, into the arrays of an evaluation."""
    series, splits = trial.series, trial.splits
    shape = (splits.count, series.target.horizon)
    mean, quantiles = np.full(shape, np.nan), np.full((*shape, len(LEVELS)), np.nan)
    ordered = sorted(outcomes, key=lambda outcome: outcome.origin)
    rows = {origin: row for row, origin in enumerate(splits.origins)}
    facts: Mapping[str, Any] = {}
    for outcome in ordered:
        if outcome.mean is not None and outcome.quantiles is not None:
            mean[rows[outcome.origin]] = outcome.mean
            quantiles[rows[outcome.origin]] = outcome.quantiles
            facts = outcome.facts
    baseline, scale = _beside(series, splits)
    return Evaluation(
        origins=np.array(splits.origins, dtype=np.int64),
        actual=_actual(series, splits),
        mean=mean,
        quantiles=quantiles,
        baseline=baseline,
        scale=scale,
        lead=series.target.lead,
        per_day=series.target.per_day,
        failures={outcome.origin: outcome.failure for outcome in ordered if outcome.failure},
        seconds=float(sum(outcome.seconds for outcome in outcomes)),
        facts=facts,
    )


def _actual(series: Series, splits: Splits) -> FloatArray2D:
    """What happened after each origin, shape (o, h); NaN where it was filled or is not known yet."""
    values = np.full(len(series.y) + series.target.horizon, np.nan)
    values[: len(series.y)] = series.y
    values[: len(series.filled)][series.filled] = np.nan
    steps = np.array(splits.origins)[:, None] + np.arange(series.target.horizon)
    found: FloatArray2D = values[steps]
    return found


def _beside(series: Series, splits: Splits) -> tuple[FloatArray2D, FloatArray1D]:
    """The seasonal naive and the scale of MASE at each origin: shapes (o, h) and (o,)."""
    naive = model(BASELINE)
    rows, scales = np.full((splits.count, series.target.horizon), np.nan), np.full(splits.count, np.nan)
    for row, origin in enumerate(splits.origins):
        work = Work(0, series, BASELINE, {}, splits.window, (origin,))
        outcome = fit(work, origin)
        if outcome.mean is not None:
            rows[row] = outcome.mean
        if origin >= naive.least:
            scales[row] = seasonal_scale(series.task(origin, window=splits.window, features=False))
    return rows, scales


def seasonal_scale(task: Task) -> float:
    """Mean absolute error of the seasonal naive one season ahead, within the history of a task.

    Parameters
    ----------
    task : Task
        The question; its longest season counts, 1 when the history is shorter than two of them.

    Returns
    -------
    float
        In the unit of the target; NaN when the history repeats itself exactly, so that nothing can be scaled by it.
    """
    season = task.week if len(task.y) >= 2 * task.week else 1
    scale = float(np.mean(np.abs(task.y[season:] - task.y[:-season])))
    return scale if scale > 0.0 else float("nan")
