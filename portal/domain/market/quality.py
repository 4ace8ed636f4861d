"""Judging price series: gaps, spikes, runs of unchanged prices, staleness against a promise, and OHLC consistency.

API: ``find_gaps(days, expected)``, ``find_spikes(prices, ...)``, ``find_stale_runs(prices, ...)``,
``judge_staleness(...) -> Staleness``, ``check_bars(open, high, low, close)``. Nothing here changes a price: each
finding names a place and says why.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatLike1D
from portal.domain.market.business_days import business_hours_between
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_same_length

MAD_TO_SD = 1.4826022185056018  # 1 / Phi^-1(3/4): the MAD of a normal sample in standard deviations
MEAN_TO_SD = 1.2533141373155001  # sqrt(pi / 2): the same for the mean absolute deviation
SPIKE_Z = 8.0
STALE_DAYS = 5
MIN_STEPS = 20


@dataclass(frozen=True)
class Gap:
    """Days that should have a price and have none, between two that do."""

    first: date
    last: date
    missing: int


@dataclass(frozen=True)
class Spike:
    """A step far outside of the usual ones.

    Attributes
    ----------
    position : int
        Position of the price after the step.
    price, step : float
        The price, and the step that led to it, in the unit of the prices.
    z : float
        Step less the median step, in robust standard deviations.
    reverted : bool
        Whether the next step took back at least half of it: a bad tick rather than a new level.
    """

    position: int
    price: float
    step: float
    z: float
    reverted: bool


@dataclass(frozen=True)
class StaleRun:
    """Neighbouring known prices without a change."""

    first: int
    last: int
    price: float
    length: int


@dataclass(frozen=True)
class Staleness:
    """Age of a feed against its promise, in hours of business time.

    Attributes
    ----------
    age_hours : float or None
        None when nothing has ever arrived.
    sla_hours : float
        Promise.
    late : bool
        Whether the promise is broken.
    sentence : str
        What to show.
    """

    age_hours: float | None
    sla_hours: float
    late: bool
    sentence: str


@dataclass(frozen=True)
class BarFault:
    """A bar that contradicts itself."""

    position: int
    reason: str


def find_gaps(days: DateArray1D, expected: DateArray1D) -> tuple[Gap, ...]:
    """Expected days without a price, from the first day that has one to the last expected day.

    Parameters
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days with a price, any order.
    expected : ndarray of shape (m,), datetime64[D]
        Days of the calendar, in order.

    Returns
    -------
    tuple of Gap
        Neighbouring missing days are one gap; days before the first price are no gap, days after the last one are.
    """
    have, calendar = np.unique(days), np.asarray(expected)
    if not have.size:
        return ()
    calendar = calendar[calendar >= have[0]]
    missing = np.flatnonzero(~np.isin(calendar, have))
    runs = np.split(missing, np.flatnonzero(np.diff(missing) > 1) + 1) if missing.size else []
    return tuple(Gap(calendar[run[0]].item(), calendar[run[-1]].item(), len(run)) for run in runs)


def robust_z(values: FloatLike1D) -> FloatArray1D:
    """Distance from the median in robust standard deviations.

    Parameters
    ----------
    values : array_like of shape (n,)
        Numbers; NaN where missing.

    Returns
    -------
    ndarray of shape (n,)
        NaN where the value is missing. When more than half of the values are the same, the mean absolute deviation
        stands in for the median one; when all are, every distance is 0.

    References
    ----------
    Iglewicz and Hoaglin (1993), How to Detect and Handle Outliers.
    """
    vector = as_vector(values, "values")
    known = vector[np.isfinite(vector)]
    if not known.size:
        return np.full(len(vector), np.nan)
    centre = float(np.median(known))
    distances = np.abs(known - centre)
    scale = MAD_TO_SD * float(np.median(distances))
    if scale <= 0.0:
        scale = MEAN_TO_SD * float(np.mean(distances))
    return (vector - centre) / scale if scale > 0.0 else vector - centre


def find_spikes(prices: FloatLike1D, *, threshold: float = SPIKE_Z) -> tuple[Spike, ...]:
    """Steps between neighbouring known prices that are far outside of the usual ones.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices, NaN where missing; of any sign, since the steps are absolute.
    threshold : float, default 8.0
        Robust standard deviations from which a step is a spike.

    Returns
    -------
    tuple of Spike
        In order; the step back of a bad tick is not reported again. Empty below 20 steps, where nothing is usual yet.

    Raises
    ------
    BadParameter
        The threshold is not positive.
    """
    if not threshold > 0.0:
        raise BadParameter(
            f"The spike threshold must be positive, not {threshold:g}.", name="threshold", value=threshold
        )
    vector = as_vector(prices, "prices")
    positions = np.flatnonzero(np.isfinite(vector))
    steps = np.diff(vector[positions])
    if len(steps) < MIN_STEPS:
        return ()
    scores = robust_z(steps)
    found: list[Spike] = []
    way_back = -1
    for i in np.flatnonzero(np.abs(scores) >= threshold).tolist():
        if i == way_back:
            continue
        reverted = bool(
            i + 1 < len(steps) and steps[i + 1] * steps[i] < 0 and abs(steps[i + 1]) >= abs(steps[i]) / 2
        )
        way_back = i + 1 if reverted else -1
        at = int(positions[i + 1])
        found.append(Spike(at, float(vector[at]), float(steps[i]), float(scores[i]), reverted))
    return tuple(found)


def find_stale_runs(prices: FloatLike1D, *, least: int = STALE_DAYS) -> tuple[StaleRun, ...]:
    """Runs of at least ``least`` neighbouring known prices that are exactly equal.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices on days on which the market was open; NaN where missing.
    least : int, default 5
        Length from which a run is reported.

    Returns
    -------
    tuple of StaleRun
        Positions refer to the input; missing days inside a run do not end it and do not count.

    Raises
    ------
    BadParameter
        ``least`` is below 2.
    """
    if least < 2:
        raise BadParameter(f"A run has at least 2 prices, not {least}.", name="least", value=least)
    vector = as_vector(prices, "prices")
    positions = np.flatnonzero(np.isfinite(vector))
    known = vector[positions]
    borders = [0, *(np.flatnonzero(np.diff(known) != 0.0) + 1).tolist(), len(known)]
    return tuple(
        StaleRun(int(positions[start]), int(positions[stop - 1]), float(known[start]), stop - start)
        for start, stop in pairwise(borders)
        if stop - start >= least
    )


def judge_staleness(
    last: datetime | None,
    now: datetime,
    sla_hours: float,
    *,
    holidays: Collection[date] = (),
    name: str = "The feed",
) -> Staleness:
    """Age of the latest value in business time against what was promised.

    Parameters
    ----------
    last : datetime or None
        Aware instant of the latest value; None when there is none.
    now : datetime
        Aware instant to judge at.
    sla_hours : float
        Hours of business time within which a value must arrive.
    holidays : collection of date
        Days that do not count, beside weekends.
    name : str
        What is judged, for the sentence.

    Returns
    -------
    Staleness
        Age, flag and sentence.

    Raises
    ------
    BadParameter
        The promise is not positive.
    """
    if not sla_hours > 0.0:
        raise BadParameter(
            f"A promise is a positive number of hours, not {sla_hours:g}.", name="sla_hours", value=sla_hours
        )
    if last is None:
        return Staleness(None, sla_hours, late=True, sentence=f"{name} has never delivered a value.")
    age = business_hours_between(last, now, holidays)
    late = age > sla_hours
    verdict = "late" if late else "in time"
    sentence = (
        f"{name} is {verdict}: its latest value is {age:.0f} business hours old, {sla_hours:g} are promised."
    )
    return Staleness(age, sla_hours, late=late, sentence=sentence)


def check_bars(
    opened: FloatLike1D, high: FloatLike1D, low: FloatLike1D, close: FloatLike1D
) -> tuple[BarFault, ...]:
    """Bars in which the prices of a day contradict each other.

    Parameters
    ----------
    opened, high, low, close : array_like of shape (n,)
        Prices of each bar; NaN where missing. What is missing is not judged.

    Returns
    -------
    tuple of BarFault
        One for each contradiction, in order.

    Raises
    ------
    LengthMismatch
        The arrays differ in length.
    """
    columns = {
        "open": as_vector(opened, "open"), "high": as_vector(high, "high"), "low": as_vector(low, "low"),
        "close": as_vector(close, "close"),
    }  # fmt: skip
    for name in ("open", "high", "low"):
        require_same_length(columns[name], columns["close"], f"{name} and close prices")
    rules = [
        ("high", "low", "above"), ("open", "high", "below"), ("close", "high", "below"),
        ("open", "low", "above"), ("close", "low", "above"),
    ]  # fmt: skip
    faults = []
    for name, limit, side in rules:
        value, border = columns[name], columns[limit]
        bad = value < border if side == "above" else value > border
        opposite = "below" if side == "above" else "above"
        faults += [
            BarFault(int(i), f"The {name} {value[i]:g} is {opposite} the {limit} {border[i]:g}.")
            for i in np.flatnonzero(bad)
        ]
    return tuple(sorted(faults, key=lambda fault: fault.position))
