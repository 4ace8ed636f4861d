"""Acerbi and Szekely's tests of expected shortfall: was the tail as heavy as forecast?

API: ``z1(pnl, var, es)``, ``z2(pnl, var, es, p)``; what they are held against is in ``acerbi_szekely_null.py``.

Both statistics are 0 in expectation when the model is right, and negative when risk is understated. Z1 looks at the
size of the exceptions only, Z2 at their number and size together. Days without a positive ES forecast have no ratio of
loss to ES: leave them out first (``run.py`` does, and says so).
"""

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.backtests.base import check_probability, check_shortfalls, exceptions


def z1(pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D) -> float:
    """Mean size of the exceptions against ES.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day.
    var, es : array_like of shape (n,)
        VaR and ES forecasts made before that day, positive losses in the same unit.

    Returns
    -------
    float
        ``mean(pnl / es) + 1`` over the exceptions; 0 without an exception, where there is nothing to judge.

    Raises
    ------
    BadParameter
        An ES forecast is 0 or negative.
    SeriesHasNaN
        A value is missing.
    LengthMismatch
        The lengths differ.

    References
    ----------
    Acerbi and Szekely (2014), "Backtesting expected shortfall", Risk.

    Examples
    --------
    >>> round(z1([-12.0, 1.0, -18.0], [10.0, 10.0, 10.0], [12.0, 12.0, 12.0]), 6)
    -0.25
    """
    made, forecast, shortfall = _checked(pnl, var, es)
    hits = exceptions(made, forecast)
    return float(np.mean(made[hits] / shortfall[hits]) + 1.0) if hits.any() else 0.0


def z2(pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D, p: float) -> float:
    """Number and size of the exceptions against ES.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day.
    var, es : array_like of shape (n,)
        VaR and ES forecasts made before that day, positive losses in the same unit.
    p : float
        Probability of an exception that the model promises, 0.025 for an ES at 97.5 %.

    Returns
    -------
    float
        ``sum over exceptions of pnl / es, divided by n p, plus 1``; 1 without an exception, its largest value.

    Raises
    ------
    BadParameter
        An ES forecast is 0 or negative, or ``p`` is not inside (0, 1).
    SeriesHasNaN
        A value is missing.
    LengthMismatch
        The lengths differ.

    References
    ----------
    Acerbi and Szekely (2014), "Backtesting expected shortfall", Risk.

    Examples
    --------
    >>> round(z2([-12.0, 1.0, -18.0, 2.0], [10.0] * 4, [12.0] * 4, 0.5), 6)
    -0.25
    """
    check_probability(p)
    made, forecast, shortfall = _checked(pnl, var, es)
    hits = exceptions(made, forecast)
    return float(np.sum(made[hits] / shortfall[hits]) / (len(made) * p) + 1.0)


def _checked(
    pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D
) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D]:
    found = check_shortfalls(pnl, var, es)
    require_positive_es(found[2])
    return found


def require_positive_es(es: FloatArray1D) -> None:
    """Refuse ES forecasts that a loss cannot be divided by.

    Parameters
    ----------
    es : ndarray of shape (n,)
        ES forecasts.

    Raises
    ------
    BadParameter
        One is 0 or negative; the message says which.
    """
    bad = np.flatnonzero(es <= 0.0)
    if bad.size:
        first = int(bad[0])
        raise BadParameter(
            f"The ES forecast of observation {first + 1} is {es[first]:g}, but this test divides by it; "
            "leave the days without a positive ES out.",
            name="es",
            value=float(es[first]),
            position=first,
        )
