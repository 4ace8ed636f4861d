"""Returns of several instruments over the same days, each of the kind that its prices allow.

API: ``joint_returns(series, step=...) -> JointReturns``, ``standardised(values)``, ``correlation_interval(r, n)``.

Only days on which every instrument has a price count, and each return runs between two such days, so that all of them
cover the same time: a Monday of power (Sunday to Monday) is not compared with a Monday of oil (Friday to Monday).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.domain.market.errors import InsufficientHistory
from portal.domain.market.returns import ReturnKind, compute_returns, recommended_kind

Z95 = 1.959963984540054


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class JointReturns:
    """Returns of k instruments over n common steps.

    Attributes
    ----------
    names : tuple of str
        Instruments, in the order of the columns.
    kinds : tuple of ReturnKind
        Log where all common prices of the instrument are positive, else absolute (in the unit of its price).
    days : ndarray of shape (n,), datetime64[D]
        The later day of each step.
    values : ndarray of shape (n, k)
        Returns; no NaN.
    common_days : int
        Days on which all have a price.
    """

    names: tuple[str, ...]
    kinds: tuple[ReturnKind, ...]
    days: DateArray1D
    values: FloatArray2D
    common_days: int


def joint_returns(
    series: Mapping[str, tuple[Sequence[date] | DateArray1D, FloatArray1D]], *, step: int = 1
) -> JointReturns:
    """Align prices on their common days, then take returns.

    Parameters
    ----------
    series : mapping of str to (days, prices)
        For each instrument its days, oldest first without repeats, and its prices of shape (n,) without NaN.
    step : int, default 1
        Common days that a return spans. Steps do not overlap, and the last one ends on the newest common day; 2 or more
        soften the bias towards zero that closes at different hours cause.

    Returns
    -------
    JointReturns
        Common days, returns and their kinds.

    Raises
    ------
    InsufficientHistory
        Fewer than two instruments, or fewer than two common days at this step.
    """
    names = tuple(series)
    if len(names) < 2:
        raise InsufficientHistory(
            "A correlation needs at least two instruments with prices in the period; choose more.",
            have=len(names),
            need=2,
        )
    stamps = {name: np.asarray(days, dtype="datetime64[D]") for name, (days, _) in series.items()}
    common = stamps[names[0]]
    for name in names[1:]:
        common = np.intersect1d(common, stamps[name], assume_unique=True)
    picked = np.arange(len(common))[::-1][:: max(step, 1)][::-1]
    if len(picked) < 2:
        raise InsufficientHistory(
            f"Only {len(common)} days have a price of all {len(names)} instruments; choose a longer period, or leave "
            "out the instrument with the most gaps.",
            have=len(common),
            need=step + 1,
        )
    kinds, columns = [], []
    for name in names:
        prices = series[name][1][np.searchsorted(stamps[name], common)]
        kinds.append(recommended_kind(prices))
        columns.append(compute_returns(prices[picked], kinds[-1]).values)
    return JointReturns(names, tuple(kinds), common[picked[1:]], np.column_stack(columns), len(common))


def standardised(values: FloatArray2D) -> FloatArray2D:
    """Return columns with mean 0 and standard deviation 1, so that units do not weigh in a shrinkage.

    Parameters
    ----------
    values : ndarray of shape (n, k)
        Returns, complete.

    Returns
    -------
    ndarray of shape (n, k)
        A column that does not vary stays 0.
    """
    centred = values - values.mean(axis=0)
    scale = centred.std(axis=0)
    scaled: FloatArray2D = centred / np.where(scale > 0.0, scale, 1.0)
    return scaled


def correlation_interval(correlation: float, n: int) -> tuple[float, float] | None:
    """Return the 95 % confidence interval of a correlation (Fisher's z).

    Parameters
    ----------
    correlation : float
        Sample correlation, in (-1, 1).
    n : int
        Number of independent pairs behind it.

    Returns
    -------
    tuple of float, or None
        Lower and upper end; None for fewer than 4 pairs or an exact correlation.

    References
    ----------
    Fisher (1921), "On the 'probable error' of a coefficient of correlation", Metron 1.

    Examples
    --------
    >>> low, high = correlation_interval(0.5, 103)
    >>> (round(low, 3), round(high, 3))
    (0.339, 0.632)
    """
    if n < 4 or not abs(correlation) < 1.0:
        return None
    centre, half = np.arctanh(correlation), Z95 / np.sqrt(n - 3)
    return float(np.tanh(centre - half)), float(np.tanh(centre + half))
