"""What all backtests share: how an exception is defined, how inputs are checked, and the shape of a likelihood ratio.

API: ``exceptions(pnl, var)``, ``check_level``, ``check_forecasts``, ``likelihood_ratio(statistic, degrees)``.

P&L is positive when money is made, VaR and ES are positive losses at confidence ``level`` (0.99), and ``p`` is the
probability of an exception, ``1 - level``. An exception is a loss strictly above the VaR forecast made the day before.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete, require_length, require_same_length


@dataclass(frozen=True)
class LikelihoodRatio:
    """A likelihood-ratio statistic with its asymptotic p value.

    Attributes
    ----------
    statistic : float
        Twice the gain in log-likelihood of the alternative; never negative, always finite.
    degrees : int
        Degrees of freedom of the chi-square distribution it is held against.
    p_value : float
        Probability of a statistic at least as large when the model is right.
    """

    statistic: float
    degrees: int
    p_value: float

    def rejects(self, test_level: float = 0.05) -> bool:
        """Whether the model is rejected.

        Parameters
        ----------
        test_level : float, default 0.05
            Accepted probability of rejecting a right model.

        Returns
        -------
        bool
            True when the p value is below ``test_level``.
        """
        return self.p_value < test_level


def likelihood_ratio(statistic: float, degrees: int) -> LikelihoodRatio:
    """Attach the chi-square p value to a likelihood-ratio statistic.

    Parameters
    ----------
    statistic : float
        The statistic; rounding below zero is taken as zero.
    degrees : int
        Degrees of freedom; with 0 there is nothing to test, and the p value is 1.

    Returns
    -------
    LikelihoodRatio
        The statistic with its p value.

    Examples
    --------
    >>> round(likelihood_ratio(3.841459, 1).p_value, 6)
    0.05
    """
    value = max(float(statistic), 0.0)
    return LikelihoodRatio(value, degrees, float(chdtrc(degrees, value)) if degrees else 1.0)


def check_level(level: float) -> float:
    """Return the probability of an exception at a confidence level.

    Parameters
    ----------
    level : float
        Confidence in (0, 1), such as 0.99.

    Returns
    -------
    float
        ``1 - level``, cleaned of the binary dust of the subtraction.

    Raises
    ------
    BadParameter
        The level is not inside (0, 1).

    Examples
    --------
    >>> check_level(0.99)
    0.01
    """
    if not 0.0 < level < 1.0:
        raise BadParameter(
            f"The confidence level must lie between 0 and 1, for instance 0.99, not {level:g}.",
            name="level",
            value=level,
        )
    return round(1.0 - level, 12) or 1.0 - level


def check_probability(p: float, name: str = "probability of an exception") -> None:
    """Refuse a probability that is not inside (0, 1).

    Parameters
    ----------
    p : float
        The probability.
    name : str
        What it is, for the message.

    Raises
    ------
    BadParameter
        ``p`` is not inside (0, 1).
    """
    if not 0.0 < p < 1.0:
        raise BadParameter(f"The {name} must lie between 0 and 1, not {p:g}.", name=name, value=p)


def check_count(exceptions: int, n: int) -> None:
    """Refuse a number of exceptions that cannot be.

    Parameters
    ----------
    exceptions : int
        Days on which the loss was above VaR.
    n : int
        Days of the backtest.

    Raises
    ------
    BadParameter
        No days, or more exceptions than days, or fewer than none.
    """
    if n < 1:
        raise BadParameter("A backtest needs at least one day; choose a longer period.", name="n", value=n)
    if not 0 <= exceptions <= n:
        raise BadParameter(
            f"{exceptions} exceptions do not fit into {n} days; the number must lie between 0 and {n}.",
            name="exceptions",
            value=exceptions,
        )


def check_forecasts(
    pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D | None = None
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D | None]:
    """Return P&L and its forecasts as complete vectors of one length.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day.
    var : array_like of shape (n,)
        VaR forecast made before that day, a positive loss.
    es : array_like of shape (n,), optional
        Expected-shortfall forecast made before that day, a positive loss.

    Returns
    -------
    tuple of ndarray
        P&L, VaR and ES (None when not given), float64.

    Raises
    ------
    SeriesHasNaN
        A value is missing or infinite; the message says which.
    LengthMismatch
        The lengths differ.
    InsufficientHistory
        There is no day.
    """
    made = as_vector(pnl, "P&L")
    require_length(made, 1, "A backtest")
    require_complete(made, "P&L")
    forecast = _beside(made, var, "VaR forecasts")
    return made, forecast, None if es is None else _beside(made, es, "ES forecasts")


def _beside(made: FloatArray1D, values: FloatLike1D, name: str) -> FloatArray1D:
    vector = as_vector(values, name)
    require_same_length(made, vector, f"P&L and {name}")
    require_complete(vector, name)
    return vector


def check_shortfalls(
    pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D]:
    """Return P&L and both forecasts as complete vectors of one length.

    Parameters
    ----------
    pnl, var, es : array_like of shape (n,)
        As in `check_forecasts`, ES included.

    Returns
    -------
    tuple of ndarray
        P&L, VaR and ES, float64.

    Raises
    ------
    SeriesHasNaN
        A value is missing or infinite; the message says which.
    LengthMismatch
        The lengths differ.
    InsufficientHistory
        There is no day.
    """
    made, forecast, _ = check_forecasts(pnl, var)
    return made, forecast, _beside(made, es, "ES forecasts")


def exceptions(pnl: FloatArray1D, var: FloatArray1D) -> BoolArray1D:
    """Days on which the loss was strictly above the VaR forecast.

    Parameters
    ----------
    pnl : ndarray of shape (n,)
        P&L of each day, complete.
    var : ndarray of shape (n,)
        VaR forecast made before that day, a positive loss in the same unit.

    Returns
    -------
    ndarray of shape (n,), bool
        True on exceptions. A loss of exactly VaR is none.

    Examples
    --------
    >>> exceptions(np.array([-10.0, -11.0, 3.0]), np.array([10.0, 10.0, 10.0])).tolist()
    [False, True, False]
    """
    return np.asarray(-pnl > var, dtype=np.bool_)
