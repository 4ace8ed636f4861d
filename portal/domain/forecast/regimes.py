"""Regimes of the market under which models are compared, and any other cut of an evaluation by its code.

API: ``Regimes``, ``regimes``, ``cut``.

Calm or volatile, low or high are told by what was known at the origin, not by what happened: sorting forecasts by their
outcome favours those that exaggerate (Lerch and others, 2017, "Forecaster's dilemma", Statistical Science 32).
"""

from collections.abc import Mapping

import numpy as np

from portal.core.arrays import BoolArray1D, BoolArray2D, DateArray1D, FloatArray1D
from portal.domain.forecast.cells import Group, by_hour, by_month, by_step_blocks, by_steps
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.market.errors import BadParameter

Regimes = Mapping[str, tuple[Group, ...]]
ALL = "all"
FRIDAY = 4
WINTER = (10, 11, 12, 1, 2, 3)  # months of the gas winter


def regimes(evaluation: Evaluation, stamps: DateArray1D) -> Regimes:
    """Return the regimes of each kind that hold at least one scored cell on either side.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    stamps : ndarray of shape (o, h), datetime64
        Local start of each cell's interval.

    Returns
    -------
    mapping
        ``volatility`` (how far the last season known at the origin swings, against the median origin), ``level`` (its
        mean, likewise), ``day`` (weekday or weekend) and ``season`` (gas winter or summer).
    """
    shape = evaluation.actual.shape
    known = evaluation.baseline[:, evaluation.lead :]
    swing = np.array([np.ptp(row[np.isfinite(row)]) if np.isfinite(row).any() else np.nan for row in known])
    level = np.array([np.mean(row[np.isfinite(row)]) if np.isfinite(row).any() else np.nan for row in known])
    days = stamps.astype("datetime64[D]")
    weekday = (days.astype(np.int64) + 3) % 7 <= FRIDAY  # 1 January 1970 was a Thursday
    winter = np.isin(days.astype("datetime64[M]").astype(np.int64) % 12 + 1, WINTER)
    pairs = {
        "volatility": (
            Group("calm", "Calm", _spread(_upto_median(swing), shape)),
            Group("volatile", "Volatile", _spread(_above_median(swing), shape)),
        ),
        "level": (
            Group("low", "Low level", _spread(_upto_median(level), shape)),
            Group("high", "High level", _spread(_above_median(level), shape)),
        ),
        "day": (Group("weekday", "Weekdays", weekday), Group("weekend", "Weekends", ~weekday)),
        "season": (Group("winter", "Winter", winter), Group("summer", "Summer", ~winter)),
    }
    counts = evaluation.scored
    return {kind: pair for kind, pair in pairs.items() if all((group.cells & counts).any() for group in pair)}


def cut(evaluation: Evaluation, stamps: DateArray1D, code: str) -> Group:
    """Return a group of cells by its code.

    Parameters
    ----------
    evaluation : Evaluation
        Forecasts beside what happened.
    stamps : ndarray of shape (o, h), datetime64
        Local start of each cell's interval.
    code : str
        ``all``, a regime (``calm``), ``block-1``, ``step-3``, ``hour-07`` or ``month-2026-03``.

    Returns
    -------
    Group
        Its cells.

    Raises
    ------
    BadParameter
        The evaluation has no such cells.
    """
    if code == ALL:
        return Group(ALL, "All forecasts", np.ones(evaluation.actual.shape, dtype=np.bool_))
    kind = code.partition("-")[0]
    if kind == "block":
        found: list[Group] = by_step_blocks(evaluation)
    elif kind == "step":
        found = by_steps(evaluation)
    elif kind == "hour":
        found = by_hour(stamps)
    elif kind == "month":
        found = by_month(stamps)
    else:
        found = [group for pair in regimes(evaluation, stamps).values() for group in pair]
    chosen = next((group for group in found if group.code == code), None)
    if chosen is None:
        raise BadParameter(
            f"This evaluation has no forecasts under '{code[:40]}'; choose all of them.",
            name="cells",
            value=code[:40],
        )
    return chosen


def _upto_median(values: FloatArray1D) -> BoolArray1D:
    return np.isfinite(values) & (values <= _median(values))


def _above_median(values: FloatArray1D) -> BoolArray1D:
    return np.isfinite(values) & (values > _median(values))


def _median(values: FloatArray1D) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else 0.0


def _spread(rows: BoolArray1D, shape: tuple[int, ...]) -> BoolArray2D:
    """The same truth for all steps of an origin, shape (o, h)."""
    return np.repeat(rows[:, None], shape[1], axis=1)
