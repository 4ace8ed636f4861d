"""A lasso for each hour of the day on past days and known fundamentals: the strong linear model of day-ahead power."""

from collections.abc import Sequence

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.forecast.base import LEVELS, Family, Forecast, Task, forecast_model
from portal.domain.forecast.daily_design import WEEK, DayTable, Regressors, Stabiliser, day_table, regressors
from portal.domain.forecast.inputs import require_known
from portal.domain.forecast.lasso import LassoFit, cross_errors, lasso_many
from portal.domain.forecast.quantiles import sorted_quantiles
from portal.domain.market.errors import BadParameter, InsufficientHistory

LEAST_DAYS = 35
NAMED = 12  # drivers told


@forecast_model(
    "LEAR", Family.LEARNING, least=24 * (LEAST_DAYS + WEEK), uses_features=True, daily=False, fit_seconds=0.3
)
def lear(task: Task, *, windows: Sequence[int] = (84, 364, 1092), spread_days: int = 182) -> Forecast:
    """Fit a lasso for each step of the day on several calibration windows, and average their answers.

    Regressors are all steps of the days D-1, D-2, D-3 and D-7, all steps of each feature on D, D-1 and D-7, and the
    weekday; values are stabilised by median, median absolute deviation and area hyperbolic sine. Quantiles come from
    the errors on blocks of days that the fit has not seen, in the stabilised scale and carried back, and are averaged
    over windows, level by level.

    Parameters
    ----------
    task : Task
        The question. Each day of the horizon gets a model of its own on days that are history.
    windows : sequence of int
        Days of history that each member learns from; those longer than the history count once.
    spread_days : int
        Newest days whose errors make the quantiles, at most.

    Returns
    -------
    Forecast
        Median as point forecast. ``facts["drivers"]`` shares absolute weights among groups of regressors.

    Raises
    ------
    MissingInput
        A feature is missing at a step that is to be known.
    BadParameter
        A window is shorter than five weeks.

    References
    ----------
    Lago, Marcjasz, De Schutter and Weron, "Forecasting day-ahead electricity prices: a review of state-of-the-art
    algorithms, best practices and an open-access benchmark", Applied Energy 293 (2021), section 4.2. Theirs takes the
    penalty by LARS and Akaike's criterion and has no quantiles.
    """
    if not windows or min(windows) < LEAST_DAYS:
        raise BadParameter(
            f"LEAR learns from windows of at least {LEAST_DAYS} days, not {min(windows, default=0)}.",
            name="windows",
            value=list(windows),
        )
    require_known(task)
    table = day_table(task)
    sizes = sorted({min(int(size), table.days - WEEK) for size in windows})
    days = -(-task.horizon // task.per_day)
    # Days that are past when it is served need no more than one window.
    members = [
        [
            _member(table, ahead, size, spread_days)
            for size in (sizes if ahead * task.per_day > task.lead else sizes[:1])
        ]
        for ahead in range(1, days + 1)
    ]
    spread = np.concatenate([np.mean([m.quantiles for m in row], axis=0) for row in members])[: task.horizon]
    quantiles = sorted_quantiles(spread)
    left_out = tuple(dict.fromkeys(name for row in members for m in row for name in m.left_out))
    drivers: dict[str, float] = {}
    for member in members[min(task.lead // task.per_day, days - 1)]:
        for name, share in member.drivers.items():
            drivers[name] = drivers.get(name, 0.0) + share / len(sizes)
    top = sorted(drivers.items(), key=lambda item: -item[1])[:NAMED]
    return Forecast(
        mean=quantiles[:, LEVELS.index(0.5)],
        quantiles=quantiles,
        facts={
            "drivers": dict(top),
            "windows": sizes,
            "transformation": "asinh of median and absolute deviation",
        },
        notes=tuple(
            f"'{name}' was left out: it is not known on enough days of the history." for name in left_out
        ),
    )


class _Member:
    """What one window says of one day."""

    def __init__(self, quantiles: FloatArray2D, drivers: dict[str, float], left_out: tuple[str, ...]) -> None:
        self.quantiles = quantiles
        self.drivers = drivers
        self.left_out = left_out


def _member(table: DayTable, ahead: int, size: int, spread_days: int) -> _Member:
    found = regressors(table, ahead, size)
    if len(found.rows) < LEAST_DAYS:
        raise InsufficientHistory(
            f"LEAR needs {LEAST_DAYS} days with all features, but has {len(found.rows)}; "
            "choose a longer history or leave out features that began late.",
            have=len(found.rows),
            need=LEAST_DAYS,
        )
    bend_x, bend_y = Stabiliser.of(found.past), Stabiliser.of(table.y[found.rows])
    x, y = bend_x.forward(found.past), bend_y.forward(table.y[found.rows])
    fit = lasso_many(x, y)
    point = fit.predict(bend_x.forward(found.asked[None, :]))[0]
    errors = cross_errors(x, y, fit, straight=~bend_x.bent)[-spread_days:]
    levels = point[:, None] + _centred(errors)
    return _Member(bend_y.back(levels.T).T, _drivers(fit, x, found), found.left_out)


def _centred(errors: FloatArray2D) -> FloatArray2D:
    """Return quantiles of errors at the served levels less their median, shape (steps, levels)."""
    spread: FloatArray2D = np.quantile(errors, LEVELS, axis=0, method="weibull").T
    return spread - spread[:, LEVELS.index(0.5), None]


def _drivers(fit: LassoFit, x: FloatArray2D, found: Regressors) -> dict[str, float]:
    """Return the share of each group in absolute weights times standard deviations, summed over the steps."""
    pull: FloatArray1D = np.abs(fit.weights).sum(axis=1) * x.std(axis=0)
    total = float(pull.sum()) or 1.0
    shares = np.array(found.groups)
    return {str(name): float(pull[shares == name].sum()) / total for name in dict.fromkeys(found.groups)}
