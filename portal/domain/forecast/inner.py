"""Models asked again at earlier origins of a task's own history: what combinations learn their weights from.

API: ``earlier``, ``Inner``, ``inner_forecasts``, ``inner_origins``, ``members_of``.

Combinations may not import other models; they ask the registry by code. How many inner origins there are follows from
the declared seconds of the members, never from the clock, so that the answer does not depend on the machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import FloatArray, FloatArray2D
from portal.core.errors import EnerscopeError
from portal.domain.forecast.base import LEVELS, MEDIAN, MODELS, Family, Forecast, Task, model
from portal.domain.forecast.errors import NotConverged
from portal.domain.forecast.inputs import known_steps
from portal.domain.market.errors import BadParameter

MOST, FEWEST = 40, 6  # inner origins
HOURLY = ("lear", "gradient_boosting", "mstl", "seasonal_naive")
DAILY = ("theta", "ets", "gradient_boosting", "drift", "seasonal_naive")
FAST = ("drift", "seasonal_naive")  # baselines, only for want of others
WANTED = 3  # members that are taken unless some are named


def members_of(task: Task, named: Sequence[str]) -> tuple[str, ...]:
    """Return the codes that a combination asks.

    Parameters
    ----------
    task : Task
        The question.
    named : sequence of str
        Codes that were asked for; none for the usual ones of the grid.

    Returns
    -------
    tuple of str
        At least two codes of models that are no combinations.

    Raises
    ------
    BadParameter
        Fewer than two are named, or one is a combination itself.
    NoSuchModel
        A model does not exist.
    """
    usual = HOURLY if task.per_day > 1 else DAILY
    model("seasonal_naive")  # all are registered now
    codes = tuple(dict.fromkeys(named)) or tuple(code for code in usual if code in MODELS)[:WANTED]
    combined = [code for code in codes if model(code).family is Family.COMBINATION]
    if combined or len(codes) < 2:
        why = f"'{combined[0]}' is one itself" if combined else "one alone is none"
        raise BadParameter(
            f"A combination needs at least two models that are no combinations: {why}.",
            name="members",
            value=list(codes),
        )
    return codes


def earlier(task: Task, origin: int) -> Task:
    """Return the same question as it stood after the first ``origin`` values of the history.

    Parameters
    ----------
    task : Task
        The question.
    origin : int
        Number of values that are history; the horizon after it lies in the history of ``task``.

    Returns
    -------
    Task
        Features beyond what is known ahead are NaN again.
    """
    end = origin + task.horizon
    table = task.features
    if task.names:
        table = np.array(task.features[:end])
        for column, steps in enumerate(known_steps(task).tolist()):
            table[origin + steps :, column] = np.nan
    known = tuple(known_steps(task).tolist()) if task.names else ()
    return replace(task, y=task.y[:origin], stamp=task.stamp[:end], features=table, known=known)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Inner:
    """Members at inner origins.

    Attributes
    ----------
    codes : tuple of str
        The m members that answered everywhere.
    actual : ndarray of shape (o, h)
        What happened.
    quantiles : ndarray of shape (m, o, h, len(LEVELS))
        What they had said.
    now : tuple of Forecast
        What they say now, in the order of ``codes``.
    notes : tuple of str
        Why members were left out.
    """

    codes: tuple[str, ...]
    actual: FloatArray2D
    quantiles: FloatArray
    now: tuple[Forecast, ...]
    notes: tuple[str, ...] = ()

    @property
    def medians(self) -> FloatArray:
        """Medians, shape (m, o, h)."""
        found: FloatArray = self.quantiles[..., MEDIAN]
        return found


def inner_forecasts(task: Task, codes: Sequence[str], *, seconds: float, least: int = 1) -> Inner:
    """Ask members now and at earlier origins; one that refuses or fails at any of them is left out and named.

    Parameters
    ----------
    task : Task
        The question.
    codes : sequence of str
        Members.
    seconds : float
        About what all inner fits may take together, by the declared seconds of the members; 0 asks only now.
    least : int
        Fewest members that must be left.

    Returns
    -------
    Inner
        Answers; no inner origins where the history has no room for ``FEWEST`` of them.

    Raises
    ------
    NotConverged
        Fewer members are left than ``least``.
    """
    origins = inner_origins(task, codes, seconds)
    kept, notes, now, past = [], [], [], []
    for code in codes:
        try:
            answers = [
                _ask(code, task if origin == len(task.y) else earlier(task, origin))
                for origin in (*origins, len(task.y))
            ]
        except EnerscopeError as refusal:
            notes.append(f"{model(code).title} was left out: {refusal.message}")
            continue
        except Exception as problem:  # noqa: BLE001  (a library may raise anything; the other members go on)
            notes.append(f"{model(code).title} was left out: {type(problem).__name__}: {problem}")
            continue
        kept.append(code)
        now.append(answers[-1])
        past.append([found.quantiles for found in answers[:-1]])
    if len(kept) < least:
        raise NotConverged(
            f"Only {len(kept)} of {len(codes)} members answered. " + " ".join(notes), model="members"
        )
    shape = len(kept), len(origins), task.horizon, len(LEVELS)
    actual = np.array([task.y[at : at + task.horizon] for at in origins]).reshape(len(origins), task.horizon)
    return Inner(tuple(kept), actual, np.array(past).reshape(shape), tuple(now), tuple(notes))


def _ask(code: str, task: Task) -> Forecast:
    asked = model(code)
    if asked.uses_features or not task.names:
        return asked(task)
    return asked(replace(task, names=(), features=np.empty((0, 0)), known=()))


def inner_origins(task: Task, codes: Sequence[str], seconds: float) -> tuple[int, ...]:
    """Return the inner origins of a task.

    Parameters
    ----------
    task : Task
        The question.
    codes : sequence of str
        Members.
    seconds : float
        About what their fits may take together.

    Returns
    -------
    tuple of int
        Rising; the newest has its whole horizon in the history, each leaves the members enough. None when there would
        be fewer than ``FEWEST``.
    """
    each = sum(model(code).fit_seconds for code in codes)
    count = min(MOST, int(seconds / max(each, 1e-6)))
    space = task.per_day if task.per_day > 1 else max(1, task.horizon // 4)
    last = len(task.y) - task.horizon
    need = max(*(model(code).least for code in codes), len(task.y) // 2)
    count = min(count, (last - need) // space + 1)
    if count < FEWEST:
        return ()
    return tuple(last - space * at for at in reversed(range(count)))
