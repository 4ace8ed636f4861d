"""Diversification ratio: risk of the parts alone over that of the whole."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import require_length
from portal.domain.risk.base import Gives, risk_measure
from portal.domain.risk.inputs import as_columns, as_weights
from portal.domain.risk.tail import sample_es, sample_var


@risk_measure("diversification_ratio", "Diversification ratio", "1", gives=Gives.WHOLE)
def diversification_ratio(
    pnl: ArrayLike,
    *,
    level: float = 0.975,
    weights: ArrayLike | None = None,
    of: Literal["volatility", "es", "var"] = "volatility",
) -> FloatArray:
    """Sum of the stand-alone risks of the columns over the risk of their sum.

    1 without diversification; never below 1 for volatility and expected shortfall, but possibly for VaR.

    Parameters
    ----------
    pnl : array_like of shape (n, k)
        P&L scenarios of k trades or desks, oldest first, in EUR; (n,) is one.
    level : float, default 0.975
        Confidence c in (0, 1), for es and var.
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    of : {"volatility", "es", "var"}
        Risk that is compared.

    Returns
    -------
    ndarray of shape ()
        A ratio; infinite for a book whose parts cancel out, 1 when nothing moves at all.

    Raises
    ------
    InsufficientHistory
        Fewer than two scenarios, or fewer than the tail needs.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), a weight is negative, ``of`` is unknown, or the whole has no positive es or var.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    Choueifaty and Coignard (2008), "Toward maximum diversification", J. Portfolio Management 35.

    Examples
    --------
    >>> float(diversification_ratio([[1.0, 2.0], [-1.0, -2.0], [3.0, 6.0]]))
    1.0
    """
    table = as_columns(pnl)
    require_length(table, 2, "A diversification ratio")
    both = np.column_stack([table, table.sum(axis=1)])
    if of == "volatility":
        chances = as_weights(weights, len(both))
        mean = both.mean(axis=0) if chances is None else chances @ both
        squares = (both - mean) ** 2
        risk = np.sqrt(squares.mean(axis=0) if chances is None else chances @ squares)
    elif of in ("es", "var"):
        risk = (sample_es if of == "es" else sample_var)(both, level, weights)
    else:
        raise BadParameter(f"Diversification is of volatility, es or var, not {of!r}.", name="of", value=of)
    alone, whole = float(risk[:-1].sum()), float(risk[-1])
    if whole < 0.0:
        raise BadParameter(
            f"The {of} of the whole is a gain, so it cannot be compared with its parts; choose a higher level.",
            name="level",
            value=level,
        )
    if whole == 0.0:
        return np.asarray(np.inf if alone > 0.0 else 1.0)
    return np.asarray(alone / whole)
