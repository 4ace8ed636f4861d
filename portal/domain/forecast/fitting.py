"""One origin of a rolling evaluation: the question, the model's answer, or the sentence why there is none.

API: ``Work``, ``Outcome``, ``fit``. Everything here crosses between processes, so it is plain and pickles.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.errors import EnerscopeError
from portal.domain.forecast.base import model
from portal.domain.forecast.series import Series


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Work:
    """Some origins of one trial: what a process is given at a time."""

    trial: int
    series: Series
    model: str
    params: Mapping[str, Any]
    window: int
    origins: Sequence[int]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Outcome:
    """What became of one origin: a forecast, or the sentence of a failure."""

    trial: int
    origin: int
    seconds: float
    mean: FloatArray1D | None = None
    quantiles: FloatArray2D | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""


def fit(work: Work, origin: int) -> Outcome:
    """Ask the model at one origin; whatever goes wrong becomes a sentence.

    Parameters
    ----------
    work : Work
        Series, model and parameters.
    origin : int
        Number of values that are history.

    Returns
    -------
    Outcome
        The forecast with the seconds that it took, or the failure.
    """
    asked, began = model(work.model), time.perf_counter()
    try:
        task = work.series.task(origin, window=work.window, features=asked.uses_features)
        found = asked(task, **work.params)
    except EnerscopeError as refusal:
        return Outcome(work.trial, origin, time.perf_counter() - began, failure=refusal.message)
    except Exception as problem:  # noqa: BLE001  (a library may raise anything; it is the outcome of this origin)
        sentence = f"{asked.title} stopped on an error of its library: {type(problem).__name__}: {problem}"
        return Outcome(work.trial, origin, time.perf_counter() - began, failure=sentence[:500])
    facts = {**found.facts, **({"notes": list(found.notes)} if found.notes else {})}
    return Outcome(work.trial, origin, time.perf_counter() - began, found.mean, found.quantiles, facts)
