"""The trials of a sweep: every combination of a grid of parameters, counted before anything is fitted.

API: ``Candidate``, ``MOST_TRIALS``, ``combinations(model, grid)``, ``gain_p(evaluation, step)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from portal.domain.forecast.base import ForecastModel
from portal.domain.forecast.common import absolute_errors
from portal.domain.forecast.comparison.diebold_mariano import diebold_mariano
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.market.errors import BadParameter, InsufficientHistory

MOST_TRIALS = 400


@dataclass(frozen=True)
class Candidate:
    """One model with parameters that a sweep tries."""

    model: str
    params: Mapping[str, Any] = field(default_factory=dict)


def combinations(model: ForecastModel, grid: Mapping[str, Sequence[Any]]) -> list[Candidate]:
    """Every combination of the values of a grid, in the order in which they are given.

    Parameters
    ----------
    model : ForecastModel
        The model; what the grid does not name keeps its default.
    grid : mapping of str to sequence
        Values to try by parameter; empty for one trial with the defaults.

    Returns
    -------
    list of Candidate
        One at least.

    Raises
    ------
    BadParameter
        The model has no such parameter, there is no value for one, a value is not of its kind, or there are too many
        combinations.
    """
    unknown = sorted(set(grid) - set(model.defaults))
    if unknown:
        has = ", ".join(model.defaults) or "none"
        raise BadParameter(
            f"{model.title} has no parameter '{unknown[0]}'; it has {has}.", name=unknown[0], value=""
        )
    empty = [name for name, values in grid.items() if not values]
    if empty:
        raise BadParameter(
            f"Give at least one value for {empty[0]} of {model.title}.", name=empty[0], value=""
        )
    count = int(np.prod([len(values) for values in grid.values()], dtype=np.int64)) if grid else 1
    if count > MOST_TRIALS:
        raise BadParameter(
            f"The grid of {model.title} has {count:,} combinations; a sweep makes at most {MOST_TRIALS}. Try fewer.",
            name="grid",
            value=count,
        )
    suited = [[_suited(model, name, value) for value in values] for name, values in grid.items()]
    return [Candidate(model.code, dict(zip(grid, values, strict=True))) for values in product(*suited)]


def _suited(model: ForecastModel, name: str, value: Any) -> Any:
    """Return a value as the model takes it: one value stands for a row of one; what is not of its kind is refused."""
    default = model.defaults[name]
    if isinstance(default, (list, tuple)):
        row = tuple(value) if isinstance(value, (list, tuple)) else (value,)
        if default and not all(isinstance(one, type(default[0])) for one in row):
            raise _wrong_kind(model, name, value)
        return row
    number = isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool)
    if default is not None and type(value) is not type(default) and not number:
        raise _wrong_kind(model, name, value)
    return value


def _wrong_kind(model: ForecastModel, name: str, value: Any) -> BadParameter:
    return BadParameter(
        f"'{value}' is no value for {name} of {model.title}; give one like {model.defaults[name]}.",
        name=name,
        value=value,
    )


def naive_error(evaluation: Evaluation) -> float | None:
    """Mean absolute error of the seasonal naive at the cells at which the model was scored.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.

    Returns
    -------
    float or None
        In the unit of the target; None without such a cell.
    """
    errors = _naive_errors(evaluation)
    return float(np.nanmean(errors)) if np.isfinite(errors).any() else None


def gain_p(evaluation: Evaluation, step: int) -> float | None:
    """One-sided p-value that the seasonal naive is as good, by mean absolute errors of origins.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    step : int
        Values between origins: forecasts overlap over the horizon divided by it.

    Returns
    -------
    float or None
        Of the Diebold-Mariano test; None when there are too few origins, or the model says what the naive says.
    """
    naive = _naive_errors(evaluation)
    errors = np.where(np.isfinite(naive), absolute_errors(evaluation), np.nan)
    rows = np.isfinite(errors).any(axis=1)
    if not rows.any():
        return None
    mine, theirs = np.nanmean(errors[rows], axis=1), np.nanmean(naive[rows], axis=1)
    if np.allclose(mine, theirs, rtol=1e-12, atol=0.0):
        return None
    overlap = max(1, -(-evaluation.actual.shape[1] // max(step, 1)))
    try:
        return diebold_mariano(theirs, mine, horizon=overlap).p_better
    except InsufficientHistory:
        return None


def _naive_errors(evaluation: Evaluation) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.where(evaluation.scored, np.abs(evaluation.baseline - evaluation.actual), np.nan)
