"""Sizes that bring a volatility to a target: of one market, or of a whole portfolio.

API: ``target_contracts(...)``, ``scale_to_target(weights, covariance, target)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete
from portal.domain.risk.sizing.caps import Cap, scale_within
from portal.domain.risk.sizing.contracts import Contracts, whole_contracts
from portal.domain.risk.sizing.covariances import as_invertible, portfolio_volatility

TRADING_DAYS = 252


@dataclass(frozen=True)
class TargetedContracts:
    """Contracts of one market for a volatility target.

    Attributes
    ----------
    contracts : Contracts
        Exact, whole, and whether to trade.
    daily_cash_volatility : float
        Target of one day in money.
    contract_volatility : float
        What one contract moves in a year, in money.
    """

    contracts: Contracts
    daily_cash_volatility: float
    contract_volatility: float


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ScaledWeights:
    """Weights scaled to a target.

    Attributes
    ----------
    weights : ndarray of shape (k,)
        After scaling.
    factor : float
        By how much they were scaled.
    volatility : float
        Ex-ante volatility of the scaled weights; below the target where a cap binds.
    binding : str or None
        The cap that binds.
    """

    weights: FloatArray1D
    factor: float
    volatility: float
    binding: str | None


def target_contracts(
    capital: float,
    annual_target: float,
    *,
    price: float,
    annual_volatility: float,
    multiplier: float,
    current: int = 0,
    buffer: float = 0.1,
    direction: int = 1,
    caps: Sequence[Cap] = (),
) -> TargetedContracts:
    """Whole futures contracts whose volatility is a share of capital.

    Parameters
    ----------
    capital : float
        Money at risk, above 0.
    annual_target : float
        Volatility aimed at, a decimal share of capital a year.
    price : float
        Futures price; its size counts, as power may be negative.
    annual_volatility : float
        Of relative returns, decimal, above 0. For absolute returns give a price of 1 and the volatility in money.
    multiplier : float
        Units in a contract, above 0.
    current : int, default 0
        Contracts held now, signed.
    buffer : float, default 0.1
        Share of the target by which the position may be off before it is worth trading.
    direction : int, default 1
        1 to be long, -1 short.
    caps : sequence of Cap
        Limits in contracts.

    Returns
    -------
    TargetedContracts
        Exact and whole contracts, and the money behind them.

    Raises
    ------
    BadParameter
        A number that must be above 0 is not, or the direction is neither 1 nor -1.

    Examples
    --------
    >>> found = target_contracts(2e6, 0.12, price=71.4, annual_volatility=0.35, multiplier=1000, current=3)
    >>> found.contracts.whole, found.contracts.trade_needed
    (9, True)
    """
    for name, value in (
        ("capital", capital),
        ("volatility target", annual_target),
        ("volatility", annual_volatility),
        ("multiplier", multiplier),
        ("size of the price", abs(price)),
    ):
        if not value > 0.0:
            raise BadParameter(f"The {name} must be above 0, not {value:g}.", name=name, value=value)
    if direction not in (1, -1):
        raise BadParameter(
            f"The direction must be 1 for long or -1 for short, not {direction}.",
            name="direction",
            value=direction,
        )
    cash = capital * annual_target
    single = abs(price) * annual_volatility * multiplier
    found = whole_contracts(direction * cash / single, current=current, buffer=buffer, caps=caps)
    return TargetedContracts(found, cash / np.sqrt(TRADING_DAYS), single)


def scale_to_target(
    weights: ArrayLike, covariance: ArrayLike, target: float, *, caps: Sequence[Cap] = ()
) -> ScaledWeights:
    """Scale weights so that their ex-ante volatility is the target.

    Parameters
    ----------
    weights : array_like of shape (k,)
        Weights, signed.
    covariance : array_like of shape (k, k)
        Of returns over the period of the target.
    target : float
        Volatility aimed at, decimal, 0 or more.
    caps : sequence of Cap
        Limits on the gross sum of weights (leverage).

    Returns
    -------
    ScaledWeights
        Weights, factor and volatility.

    Raises
    ------
    BadParameter
        The target is negative, or the weights have no risk to scale.
    LengthMismatch
        Weights and covariance differ in size.
    SeriesHasNaN
        A number is missing.
    NotPositiveSemidefinite
        The covariance is none.
    """
    vector = as_vector(np.asarray(weights, dtype=np.float64), "weights")
    require_complete(vector, "weights")
    cov = as_invertible(covariance, len(vector))
    if not target >= 0.0:
        raise BadParameter(
            f"A volatility target must be 0 or more, not {target:g}.", name="target", value=target
        )
    now = portfolio_volatility(vector, cov)
    if now == 0.0:
        raise BadParameter(
            "The weights have no volatility that could be scaled; choose some above 0.", name="weights"
        )
    gross = float(np.abs(vector).sum()) * target / now
    found, binding = scale_within(vector * (target / now), [(cap, gross) for cap in caps])
    risk = portfolio_volatility(found, cov)
    return ScaledWeights(found, risk / now, risk, binding)
