"""Swing options: their mark by exact backward induction on one factor.

The holder's decisions are in ``swing_contract``, the engine in ``grid``. The intrinsic value is that of the best
rights, or the same recursion with a factor that does not move where a right blocks the next ones. An American or
Bermudan option is a swing with one right.
"""

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.portfolio.flexible.grid import deterministic_value, grid_value, grid_values
from portal.domain.portfolio.flexible.swing_contract import SwingContract, SwingTerms, check_swing
from portal.domain.portfolio.flexible.terms import FlexValue, Prices, check_amount, check_curves, check_prices

NODES = 61


def swing_value(
    forward: FloatLike1D,
    times_years: FloatLike1D,
    discount: FloatLike1D,
    *,
    strike: float,
    rights: int,
    unit_volume: float,
    cooldown: int = 0,
    min_rights: int = 0,
    is_call: bool = True,
    kappa: float,
    sigma: float,
    nodes: int = NODES,
) -> FlexValue:
    """Value of a swing contract: up to ``rights`` units, at most one in a period, each paying spot less strike.

    Parameters
    ----------
    forward : array_like of shape (m,)
        Forward price of each period, positive.
    times_years : array_like of shape (m,)
        Time to the decision on each period, act/365F, rising; at or below zero the price is known.
    discount : array_like of shape (m,)
        Discount factor to the payment of each period.
    strike : float
        Price per unit.
    rights : int
        Most rights that can be used.
    unit_volume : float
        Volume of one right.
    cooldown : int, default 0
        Periods that are blocked after a right is used.
    min_rights : int, default 0
        Least rights that must be used, at a loss if need be.
    is_call : bool, default True
        Receive the volume (call) or deliver it (put).
    kappa : float
        Speed of mean reversion of the log spot per year, at least 0.
    sigma : float
        Annual volatility of the log spot, decimal.
    nodes : int, default 61
        Nodes of the factor.

    Returns
    -------
    FlexValue
        Accurate to 0.1 % at default nodes; ``schedule`` is negative for a put, which delivers.

    Raises
    ------
    BadParameter, LengthMismatch, NonPositivePrices
        A number is out of its range or missing, or the lengths do not fit.
    InfeasibleContract
        More rights must be used than can be.

    References
    ----------
    Jaillet, Ronn and Tompaidis (2004), Valuation of commodity-based swing options, Management Science 50(7).
    """
    prices = check_prices(forward, times_years, discount, "A swing")
    terms = check_swing(
        len(prices),
        strike=strike,
        rights=rights,
        unit_volume=unit_volume,
        cooldown=cooldown,
        min_rights=min_rights,
        is_call=is_call,
    )
    check_amount(sigma, "sigma", "volatility of the swing's price")
    contract = SwingContract(terms, len(prices))
    found = grid_value(contract, prices, kappa=kappa, sigma=sigma, nodes=nodes)
    return FlexValue(
        found.value,
        _intrinsic(contract, prices),
        found.delta,
        found.vega,
        found.value,
        found.value,
        0.0,
        found.schedule,
    )


def _intrinsic(contract: SwingContract, prices: Prices) -> float:
    """Value when spots are the forwards: without blocked periods the rights that pay most, as many as must or may."""
    terms = contract.terms
    if terms.cooldown:
        return deterministic_value(contract, prices)
    payoff = terms.sign * terms.unit_volume * (prices.forward - terms.strike) * prices.discount
    best = np.sort(payoff)[::-1]
    rest = best[terms.min_rights : terms.rights]
    return float(best[: terms.min_rights].sum() + np.maximum(rest, 0.0).sum())


def swing_values(
    terms: SwingTerms,
    forward: FloatArray2D,
    times_years: FloatLike1D,
    discount: FloatArray,
    *,
    kappa: float,
    sigma: float,
    nodes: int = NODES,
) -> FloatArray1D:
    """Value of one swing contract in many scenarios of prices: the values of ``swing_value`` to rounding.

    Parameters
    ----------
    terms : SwingTerms
        The contract, from ``check_swing``.
    forward : ndarray of shape (s, m)
        Forward prices by scenario and period.
    times_years : array_like of shape (m,)
        As in ``swing_value``, the same in all scenarios.
    discount : ndarray of shape (m,) or (s, m)
        Discount factors of all scenarios, or of each.
    kappa, sigma, nodes
        As in ``swing_value``.

    Returns
    -------
    ndarray of shape (s,)
        Discounted money; NaN in scenarios with a price that is not positive, which the lognormal factor cannot take.

    Raises
    ------
    BadParameter, LengthMismatch
        A parameter is out of its range, or the lengths do not fit.
    """
    curves, fine = check_curves(forward, times_years, discount, "A swing")
    check_amount(sigma, "sigma", "volatility of the swing's price")
    values = np.full(len(fine), np.nan)
    contract = SwingContract(terms, len(curves.times_years))
    values[fine] = grid_values(contract, curves, kappa=kappa, sigma=sigma, nodes=nodes)
    return values
