"""Minimum-variance hedges: from volatilities and correlation, or from P&L series, with one or several instruments.

API: ``hedge_ratio(...)``, ``hedge_contracts(...)``, ``hedge_from_pnl(exposure, instruments)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.market.series import as_vector, require_complete, require_length
from portal.domain.risk.sizing.caps import Cap
from portal.domain.risk.sizing.contracts import Contracts, whole_contracts


@dataclass(frozen=True)
class HedgeRatio:
    """The hedge of one unit.

    Attributes
    ----------
    ratio : float
        Units of the instrument for one unit of exposure.
    effectiveness : float
        Share of the variance that it takes away, 0 to 1.
    """

    ratio: float
    effectiveness: float


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class PnlHedge:
    """A hedge by several instruments.

    Attributes
    ----------
    lots : ndarray of shape (k,)
        Lots to hold of each instrument, exact, signed.
    whole : ndarray of shape (k,), int
        Rounded to the nearest and within caps.
    volatility_before, volatility_exact, volatility_whole : float
        Standard deviation of the P&L without a hedge, with exact and with whole lots.
    effectiveness : float
        Share of the variance that whole lots take away; negative where rounding makes it worse.
    """

    lots: FloatArray1D
    whole: IntArray1D
    volatility_before: float
    volatility_exact: float
    volatility_whole: float
    effectiveness: float


def hedge_ratio(sigma_exposure: float, sigma_instrument: float, correlation: float) -> HedgeRatio:
    """Units of an instrument that take most variance out of one unit of exposure.

    Parameters
    ----------
    sigma_exposure, sigma_instrument : float
        Standard deviations of changes in value of one unit, over one period; the instrument's above 0.
    correlation : float
        Of the two, in [-1, 1].

    Returns
    -------
    HedgeRatio
        ``rho s_exposure / s_instrument``, and ``rho^2``.

    Raises
    ------
    BadParameter
        A number is outside of its range.

    References
    ----------
    Hull, "Options, Futures, and Other Derivatives", chapter on hedging with futures; Ederington (1979), "The hedging
    performance of the new futures markets", Journal of Finance 34(1).

    Examples
    --------
    >>> round(hedge_ratio(0.0263, 0.0313, 0.928).ratio, 4)
    0.7798
    """
    if not sigma_exposure >= 0.0 or not sigma_instrument > 0.0:
        raise BadParameter(
            f"Standard deviations must be 0 or more, and that of the instrument above 0, "
            f"not {sigma_exposure:g} and {sigma_instrument:g}.",
            name="sigma",
            value=(sigma_exposure, sigma_instrument),
        )
    if not -1.0 <= correlation <= 1.0:
        raise BadParameter(
            f"A correlation must lie between -1 and 1, not {correlation:g}.",
            name="correlation",
            value=correlation,
        )
    return HedgeRatio(correlation * sigma_exposure / sigma_instrument, correlation**2)


def hedge_contracts(
    ratio: float, exposure: float, contract_size: float, *, caps: Sequence[Cap] = ()
) -> Contracts:
    """Contracts to sell (negative) or buy against an exposure.

    Parameters
    ----------
    ratio : float
        Hedge ratio.
    exposure : float
        Units owned (positive) or owed.
    contract_size : float
        Units in a contract, above 0.
    caps : sequence of Cap
        Limits in contracts.

    Returns
    -------
    Contracts
        Exact and whole lots, of the sign of the hedge. Rounded towards zero: a hedge never overshoots.

    Raises
    ------
    BadParameter
        The contract size is not above 0.
    """
    if not contract_size > 0.0:
        raise BadParameter(
            f"The contract size must be above 0, not {contract_size:g}.",
            name="contract_size",
            value=contract_size,
        )
    return whole_contracts(-ratio * exposure / contract_size, caps=caps)


def hedge_from_pnl(
    exposure: ArrayLike, instruments: ArrayLike, *, caps: Sequence[Cap | None] = ()
) -> PnlHedge:
    """Lots of several instruments that take most variance out of a P&L.

    Parameters
    ----------
    exposure : array_like of shape (n,)
        P&L of what is to be hedged, by scenario.
    instruments : array_like of shape (n, k)
        P&L of one lot of each instrument in the same scenarios.
    caps : sequence of Cap or None
        Largest number of lots of each instrument, None without one; whole lots are cut to it.

    Returns
    -------
    PnlHedge
        Least-squares lots; where instruments copy each other, the smallest ones that do the same.

    Raises
    ------
    InsufficientHistory
        Not more scenarios than instruments.
    LengthMismatch
        Scenarios differ, or there are not as many caps as instruments.
    SeriesHasNaN
        A P&L is missing.
    """
    pnl = as_vector(np.asarray(exposure, dtype=np.float64), "P&L to be hedged")
    units = np.asarray(instruments, dtype=np.float64)
    units = units[:, None] if units.ndim == 1 else units
    if len(units) != len(pnl) or (caps and len(caps) != units.shape[1]):
        raise LengthMismatch(
            f"P&L of {len(pnl)} scenarios and instruments of {len(units)} with {len(caps)} caps for {units.shape[1]} "
            "do not belong together.",
            first=len(pnl),
            second=len(units),
        )
    require_complete(pnl, "P&L to be hedged")
    for column in range(units.shape[1]):
        require_complete(units[:, column], f"P&L of instrument {column + 1}")
    require_length(pnl, units.shape[1] + 2, "A hedge of this many instruments")
    about = units - units.mean(axis=0)
    lots = -np.linalg.lstsq(about, pnl - pnl.mean(), rcond=None)[0] + 0.0
    whole = np.rint(lots)
    for column, cap in enumerate(caps):
        if cap is not None:
            whole[column] = np.clip(whole[column], -np.floor(cap.most), np.floor(cap.most))
    before, exact, after = (float(np.std(pnl + units @ held, ddof=1)) for held in (0.0 * lots, lots, whole))
    effect = 1.0 - (after / before) ** 2 if before > 0.0 else 0.0
    return PnlHedge(lots, whole.astype(np.int64), before, exact, after, effect)
