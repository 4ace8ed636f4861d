"""Boosted regression trees on lags, calendar and features: finds bends and interactions by itself."""

from typing import Any

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.forecast.base import Family, Forecast, Task, forecast_model
from portal.domain.forecast.inputs import require_known
from portal.domain.forecast.quantiles import residual_quantiles, sorted_quantiles
from portal.domain.forecast.step_design import StepTable, step_table
from portal.domain.market.errors import BadParameter, InsufficientHistory

LEAST_ORIGINS = 30
MOST_ROWS = 12_000
HELD_BACK = 0.2  # newest share of origins that the errors are measured on
NAMED = 12  # drivers told
SHUFFLED_ROWS = 600
NEIGHBOURS = 2  # steps on either side whose errors count too


@forecast_model("Gradient boosting", Family.LEARNING, least=100, uses_features=True, fit_seconds=1.0)
def gradient_boosting(
    task: Task,
    *,
    iterations: int = 150,
    learning_rate: float = 0.08,
    leaves: int = 15,
    days: int = 364,
) -> Forecast:
    """Fit boosted trees for all steps at once, each step a row with what was known at its origin.

    Values are measured from a recent level, so that trees need not go beyond what they have seen. A first fit leaves
    out the newest fifth of origins; its errors there make the quantiles of each step (with those of neighbouring
    steps) and the importance of each column. The forecast is from a second fit on all origins.

    Parameters
    ----------
    task : Task
        The question.
    iterations : int
        Trees.
    learning_rate : float
        Share of each tree that counts.
    leaves : int
        Most leaves of a tree.
    days : int
        Newest days of an hourly history to learn from; a daily one is used as a whole.

    Returns
    -------
    Forecast
        ``facts["drivers"]``: by how much the mean absolute error of the left-out origins rises when a column is
        shuffled, as share of all rises.

    Raises
    ------
    MissingInput
        A feature is missing at a step that is to be known.
    InsufficientHistory
        Fewer than thirty origins with a whole horizon after them.
    BadParameter
        A size that makes no trees.

    References
    ----------
    Friedman (2001), "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29; Breiman
    (2001), "Random forests", Machine Learning 45, for importance by shuffling.
    """
    if min(iterations, leaves - 1, days) < 1 or not 0.0 < learning_rate <= 1.0:
        raise BadParameter(
            "Boosting needs at least one tree, two leaves, one day and a learning rate above 0 up to 1.",
            name="iterations",
            value=iterations,
        )
    require_known(task)
    origins = _origins(task, days)
    table = step_table(task, origins)
    values = task.y[origins[:, None] + np.arange(task.horizon)]
    change = values.ravel() - table.level
    settings = {"max_iter": iterations, "learning_rate": learning_rate, "max_leaf_nodes": leaves}
    held = _held_back(task, origins)
    rows = np.repeat(held, task.horizon)
    seen = np.repeat(
        origins + task.horizon <= origins[held][0], task.horizon
    )  # their values had happened by then
    trial = _fit(table.rows[seen], change[seen], settings, task.seed)
    errors = (change[rows] - _predict(trial, table.rows[rows])).reshape(-1, task.horizon)
    asked = step_table(task, np.array([len(task.y)]))
    mean = asked.level + _predict(_fit(table.rows, change, settings, task.seed), asked.rows)
    return Forecast(
        mean=mean,
        quantiles=sorted_quantiles(residual_quantiles(mean, _spread_steps(errors, task.per_day))),
        facts={"drivers": _drivers(trial, table, rows, change, task.seed), "rows": len(change)},
    )


def _origins(task: Task, days: int) -> IntArray1D:
    """Origins to learn from: at the same time of day as the task's own, thinned out to ``MOST_ROWS`` rows."""
    last = len(task.y) - task.horizon
    first = 30 if task.per_day == 1 else max(task.per_day, last - days * task.per_day)
    origins = np.arange(last, first - 1, -task.per_day)
    if len(origins) < LEAST_ORIGINS:
        raise InsufficientHistory(
            f"Gradient boosting needs {LEAST_ORIGINS} earlier origins with {task.horizon} values after each, but "
            f"{len(task.y)} values hold {len(origins)}; choose a longer history or a simpler model.",
            have=len(task.y),
            need=first + task.horizon + LEAST_ORIGINS * task.per_day,
        )
    most = max(LEAST_ORIGINS, MOST_ROWS // task.horizon)
    return origins[:: -(-len(origins) // most)][::-1]


def _held_back(task: Task, origins: IntArray1D) -> BoolArray1D:
    """The newest share of origins, as long as something is left whose values had happened before the first of them."""
    for share in (HELD_BACK, 0.1):
        held = np.arange(len(origins)) >= int(len(origins) * (1.0 - share))
        if (origins + task.horizon <= origins[held][0]).sum() >= LEAST_ORIGINS // 3:
            return held
    raise InsufficientHistory(
        f"Gradient boosting finds no earlier origins apart from its newest ones among {len(task.y)} values with a "
        f"horizon of {task.horizon}; choose a longer history or a shorter horizon.",
        have=len(task.y),
        need=len(task.y) + 2 * task.horizon,
    )


def _fit(rows: FloatArray2D, change: FloatArray1D, settings: dict[str, Any], seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        min_samples_leaf=20,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=seed % 2**32,
        **settings,
    )
    return model.fit(rows, change)


def _predict(model: Any, rows: FloatArray2D) -> FloatArray1D:
    found: FloatArray1D = model.predict(rows)
    return found


def _spread_steps(errors: FloatArray2D, per_day: int) -> FloatArray2D:
    """Errors of each step with those of its neighbours (of the same day, in an hourly series), shape (n, h)."""
    count, steps = errors.shape
    size = per_day if per_day > 1 else steps
    near = np.arange(steps)[:, None] + np.arange(-NEIGHBOURS, NEIGHBOURS + 1)
    low = np.arange(steps)[:, None] // size * size
    near = np.clip(near, low, np.minimum(low + size, steps) - 1)
    return errors[:, near].transpose(0, 2, 1).reshape(count * (2 * NEIGHBOURS + 1), steps)


def _drivers(
    model: Any, table: StepTable, rows: BoolArray1D, change: FloatArray1D, seed: int
) -> dict[str, float]:
    """Shares of the rises of the error when one column at a time is shuffled."""
    rng = np.random.default_rng(seed)
    at = np.flatnonzero(rows)
    at = rng.choice(at, min(len(at), SHUFFLED_ROWS), replace=False)
    plain, actual = table.rows[at], change[at]
    before = float(np.abs(actual - _predict(model, plain)).mean())
    rises = {}
    for column, name in enumerate(table.names):
        shuffled = plain.copy()
        shuffled[:, column] = rng.permutation(plain[:, column])
        rises[name] = max(0.0, float(np.abs(actual - _predict(model, shuffled)).mean()) - before)
    total = sum(rises.values()) or 1.0
    return {name: rise / total for name, rise in sorted(rises.items(), key=lambda one: -one[1])[:NAMED]}
