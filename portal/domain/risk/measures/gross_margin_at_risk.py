"""Gross margin at risk: how far the margin of a plant, a store or a supply book may fall short of plan."""

from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray
from portal.domain.market.errors import LengthMismatch
from portal.domain.risk.base import risk_measure
from portal.domain.risk.inputs import as_pnl
from portal.domain.risk.tail import below_expectation


@risk_measure("gross_margin_at_risk", "Gross margin at risk", "EUR")
def gross_margin_at_risk(
    pnl: ArrayLike,
    *,
    level: float,
    weights: ArrayLike | None = None,
    expected: ArrayLike | None = None,
    hedges: ArrayLike | None = None,
) -> FloatArray:
    """Gross margin at risk of an asset or supply book, or of each column.

    Expected margin less its quantile at 1 - c. The result of a scenario is revenue less fuel, carbon, purchases and
    other variable cost over the delivery period; hedges may be given beside it, and count.

    Parameters
    ----------
    pnl : array_like of shape (n,) or (n, k)
        Gross margin of each scenario before hedges, in EUR; columns are assets or delivery periods.
    level : float
        Confidence c in (0, 1).
    weights : array_like of shape (n,), optional
        Weights of the scenarios; equal ones by default.
    expected : array_like of shape () or (k,), optional
        Planned margin after hedges, in EUR; the mean of the scenarios by default.
    hedges : array_like of shape (n,) or (n, k), optional
        P&L of the hedges in the same scenarios, in EUR.

    Returns
    -------
    ndarray of shape () or (k,)
        Shortfall against the expectation, in EUR; negative when even the quantile beats it.

    Raises
    ------
    InsufficientHistory
        Fewer scenarios than the tail needs: ``n (1 - c) < 1``.
    SeriesHasNaN
        A value is missing.
    BadParameter
        The level is not in (0, 1), or a weight is negative.
    LengthMismatch, EmptyPortfolio
        The shape is wrong.

    References
    ----------
    RiskMetrics Group (1999), CorporateMetrics Technical Document: the cash flow at risk, applied to gross margin.

    Examples
    --------
    >>> margin, hedge = [10.0, 4.0, 12.0, 9.0, 15.0], [0.0, 5.0, -2.0, 0.5, -4.0]
    >>> round(float(gross_margin_at_risk(margin, level=0.8, hedges=hedge)), 6)
    0.4
    """
    margin = as_pnl(pnl)
    if hedges is not None:
        gained = as_pnl(hedges)
        if gained.shape != margin.shape:
            raise LengthMismatch(
                f"The hedges have P&L of shape {gained.shape} but the margins have shape {margin.shape}.",
                first=gained.shape,
                second=margin.shape,
            )
        margin = margin + gained
    return below_expectation(margin, level, weights, expected)
