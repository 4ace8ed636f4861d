"""What a forecast is worth in money: the same decision on the forecast, on the naive, and with perfect foresight.

API: ``Value``, ``schedule_value``, ``shift_value``, ``dispatch_value``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray2D, FloatArray2D
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.market.errors import BadParameter, InsufficientHistory


@dataclass(frozen=True)
class Value:
    """Money of one decision rule, summed over origins; results are EUR, positive when money is made.

    Attributes
    ----------
    model, naive, perfect : float
        Result of the rule on the forecast, on the seasonal naive and with perfect foresight, in EUR.
    origins : int
        Origins at which the decision was taken.
    mwh : float
        Energy that was decided on, in MWh.
    """

    model: float
    naive: float
    perfect: float
    origins: int
    mwh: float

    @property
    def gain(self) -> float:
        """EUR more than on the naive."""
        return self.model - self.naive

    @property
    def gain_per_mwh(self) -> float | None:
        """EUR more than on the naive for each MWh decided on; None without any."""
        return self.gain / self.mwh if self.mwh > 0.0 else None

    @property
    def captured(self) -> float | None:
        """Share of what perfect foresight would gain over the naive; None when the naive is perfect."""
        most = self.perfect - self.naive
        return self.gain / most if most > 0.0 else None


def schedule_value(evaluation: Evaluation, *, short_cost: float = 20.0, long_cost: float = 20.0) -> Value:
    """Buy (or sell) the forecast volume day-ahead and settle the miss.

    The result of a cell is ``-(short_cost max(y - b, 0) + long_cost max(b - y, 0)) hours``, where y is what happened
    (MW) and b the volume bought: the quantile ``short_cost / (short_cost + long_cost)`` of the forecast, which makes
    the expected cost least; the naive buys its point forecast. Perfect foresight costs nothing.

    Parameters
    ----------
    evaluation : Evaluation
        Of load, wind or solar power, in MW.
    short_cost, long_cost : float
        What a missing and a superfluous MWh cost beyond the day-ahead price, in EUR/MWh; at least one above zero.

    Returns
    -------
    Value
        Over all scored cells.

    Raises
    ------
    BadParameter
        A cost is below zero, or both are zero.
    InsufficientHistory
        No scored cell.

    References
    ----------
    Pinson, Chevallier and Kariniotakis (2007), "Trading wind generation from short-term probabilistic forecasts of wind
    power", IEEE Trans. Power Systems 22.
    """
    if min(short_cost, long_cost) < 0.0 or short_cost + long_cost <= 0.0:
        raise BadParameter(
            f"Imbalance costs are at least zero and not both zero, not {short_cost:g} and {long_cost:g} EUR/MWh.",
            name="short_cost",
            value=short_cost,
        )
    counted = evaluation.scored & np.isfinite(evaluation.baseline)
    _need(int(counted.any(axis=1).sum()))
    bought = _quantile(evaluation, short_cost / (short_cost + long_cost))
    hours = 24.0 / evaluation.per_day

    def result(volume: FloatArray2D) -> float:
        miss = (evaluation.actual - volume)[counted]
        cost = short_cost * np.maximum(miss, 0.0) + long_cost * np.maximum(-miss, 0.0)
        return -float(cost.sum()) * hours

    energy = float(np.abs(evaluation.actual[counted]).sum()) * hours
    return Value(result(bought), result(evaluation.baseline), 0.0, int(counted.any(axis=1).sum()), energy)


def shift_value(evaluation: Evaluation, *, slots: int = 4, mwh: float = 1.0) -> Value:
    """Consume a flexible volume in the slots that the forecast says are cheapest.

    The result of an origin is ``-mwh sum(y_t over the chosen slots)``: ``slots`` of its served steps, by lowest median
    forecast, by lowest naive, or by what happened. Ties take the earlier slot. Origins with a value that is missing
    are left out, since the choice would be among fewer slots.

    Parameters
    ----------
    evaluation : Evaluation
        Of a price, in EUR/MWh.
    slots : int
        Steps that are chosen at each origin.
    mwh : float
        Energy consumed in each of them.

    Returns
    -------
    Value
        Over all whole origins.

    Raises
    ------
    BadParameter
        No slot, or more than are served.
    InsufficientHistory
        No whole origin.
    """
    served = evaluation.actual.shape[1] - evaluation.lead
    if not 1 <= slots <= served:
        raise BadParameter(
            f"Choose between 1 and {served} slots for the flexible volume, not {slots}.",
            name="slots",
            value=slots,
        )
    whole = (evaluation.scored | ~_served(evaluation)).all(axis=1) & np.isfinite(evaluation.baseline).all(
        axis=1
    )
    _need(int(whole.sum()))
    actual = evaluation.actual[whole, evaluation.lead :]

    def result(by: FloatArray2D) -> float:
        chosen = np.argsort(by, axis=1, kind="stable")[:, :slots]
        return -mwh * float(np.take_along_axis(actual, chosen, axis=1).sum())

    median = evaluation.quantiles[whole, evaluation.lead :, LEVELS.index(0.5)]
    return Value(
        model=result(median),
        naive=result(evaluation.baseline[whole, evaluation.lead :]),
        perfect=result(actual),
        origins=int(whole.sum()),
        mwh=mwh * slots * int(whole.sum()),
    )


def dispatch_value(evaluation: Evaluation, *, mwh: float = 1.0) -> Value:
    """Run a plant in the steps whose spread is forecast above zero.

    The result of a cell is ``mwh y`` where the mean forecast (or the naive, or what happened) is above zero, else 0.

    Parameters
    ----------
    evaluation : Evaluation
        Of a spread, in EUR/MWh, costs included.
    mwh : float
        Energy of each step that runs.

    Returns
    -------
    Value
        Over all scored cells; its energy is that of all of them, run or not.

    Raises
    ------
    InsufficientHistory
        No scored cell.
    """
    counted = evaluation.scored & np.isfinite(evaluation.baseline)
    origins = int(counted.any(axis=1).sum())
    _need(origins)
    y = evaluation.actual[counted]

    def result(by: FloatArray2D) -> float:
        return mwh * float(y[by[counted] > 0.0].sum())

    return Value(
        result(evaluation.mean),
        result(evaluation.baseline),
        result(evaluation.actual),
        origins,
        mwh * int(counted.sum()),
    )


def _quantile(evaluation: Evaluation, level: float) -> FloatArray2D:
    """The quantile of a level, between two served ones by linear interpolation, at the ends the outermost."""
    levels = np.array(LEVELS)
    place = float(np.interp(level, levels, np.arange(len(levels))))
    low = min(int(place), len(levels) - 2)
    weight = place - low
    found: FloatArray2D = (1.0 - weight) * evaluation.quantiles[..., low] + weight * evaluation.quantiles[
        ..., low + 1
    ]
    return found


def _served(evaluation: Evaluation) -> BoolArray2D:
    cells = np.ones(evaluation.actual.shape, dtype=np.bool_)
    cells[:, : evaluation.lead] = False
    return cells


def _need(origins: int) -> None:
    if origins < 1:
        raise InsufficientHistory(
            "The value in money needs at least one origin whose values have all happened; evaluate more origins.",
            have=0,
            need=1,
        )
