"""Sizes of several assets by one rule, in units of each, within limits: what the page of sizing shows.

API: ``Rule``, ``sizes(rule, covariance, ...) -> Sizes``.

Weights are shares of the volatility that each asset has by itself, so that a lot of one and a book of another compare.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.sizing.caps import Cap, cap_weights, within
from portal.domain.risk.sizing.contracts import whole_contracts
from portal.domain.risk.sizing.covariances import as_invertible, portfolio_volatility
from portal.domain.risk.sizing.equal_risk_contribution import equal_risk_contribution
from portal.domain.risk.sizing.kelly import kelly_portfolio
from portal.domain.risk.sizing.risk_parity import inverse_volatility, risk_shares


class Rule(StrEnum):
    """How sizes are found."""

    VOLATILITY = "volatility"
    KELLY = "kelly"
    HALF_KELLY = "half_kelly"
    PARITY = "parity"
    EQUAL = "equal"

    @property
    def label(self) -> str:
        """As people write it."""
        return _LABELS[self]


_LABELS = {
    Rule.VOLATILITY: "Volatility target",
    Rule.KELLY: "Kelly",
    Rule.HALF_KELLY: "Half Kelly",
    Rule.PARITY: "Risk parity",
    Rule.EQUAL: "Equal risk contribution",
}


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Sizes:
    """Sizes of k assets, in units of each.

    Attributes
    ----------
    wanted : ndarray of shape (k,)
        By the rule, before limits on single assets.
    size : ndarray of shape (k,)
        Within limits, whole where whole units were asked for.
    weights : ndarray of shape (k,)
        Share of the sum of volatilities that each has by itself at its size, signed; 0 where nothing is held.
    shares : ndarray of shape (k,)
        Share of the variance of all, correlations included; 0 where nothing is held.
    volatility : float
        Of all at their sizes, in money over the period of the covariance.
    binding : tuple of str
        The limit that cuts each asset; empty where none does.
    """

    wanted: FloatArray1D
    size: FloatArray1D
    weights: FloatArray1D
    shares: FloatArray1D
    volatility: float
    binding: tuple[str, ...]


def sizes(
    rule: Rule | str,
    covariance: ArrayLike,
    mean: ArrayLike,
    *,
    capital: float,
    target: float,
    cap: float = 1.0,
    most: float = np.inf,
    whole: bool = False,
) -> Sizes:
    """Sizes of several assets by one rule.

    Parameters
    ----------
    rule : Rule
        The volatility target gives every asset an even part of it by itself; risk parity is the same scaled until all
        together meet the target; equal risk contribution counts correlations in. Kelly is held to the target.
    covariance : array_like of shape (k, k)
        Of the P&L of one unit of each asset, money squared a year.
    mean : array_like of shape (k,)
        Expected P&L of one unit, money a year; Kelly alone reads it.
    capital : float
        Money at risk, above 0.
    target : float
        Volatility aimed at, a decimal share of capital a year, above 0.
    cap : float, default 1
        Largest weight of one asset, in (0, 1]; under Kelly its largest volatility by itself over the target.
    most : float, default infinite
        Largest size of one asset in units.
    whole : bool, default False
        Whether units come in whole numbers, which are rounded towards zero.

    Returns
    -------
    Sizes
        Sizes with what they bring.

    Raises
    ------
    BadParameter
        Capital, target or cap is out of its range, or the caps together leave less than the whole.
    NotPositiveSemidefinite
        The covariance has no inverse.
    """
    asked = Rule(rule)
    for name, value in (("capital", capital), ("volatility target", target), ("cap", cap)):
        if not (np.isfinite(value) and value > 0.0):
            raise BadParameter(f"The {name} must be above 0, not {value:g}.", name=name, value=value)
    cov = as_invertible(covariance)
    scale = np.sqrt(np.diag(cov))
    money = capital * target
    wanted = _wanted(asked, cov, np.asarray(mean, np.float64), capital, target, cap)
    limit = Cap("Most of one", most)
    if whole:
        found = [whole_contracts(value, caps=[limit]) for value in wanted.tolist()]
        size, binding = np.array([float(item.whole) for item in found]), [item.binding for item in found]
    else:
        sized = [within(value, [limit]) for value in wanted.tolist()]
        size, binding = np.array([item.size for item in sized]), [item.binding for item in sized]
    alone = np.abs(size) * scale
    total = float(alone.sum())
    held = total > 1e-12 * money
    weights = size * scale / total if held else np.zeros(len(size))
    shares = risk_shares(size, cov) if held else np.zeros(len(size))
    return Sizes(
        wanted, size, weights, shares, portfolio_volatility(size, cov), tuple(name or "" for name in binding)
    )


def _wanted(
    rule: Rule, cov: np.ndarray, mean: FloatArray1D, capital: float, target: float, cap: float
) -> FloatArray1D:
    scale, count, money = np.sqrt(np.diag(cov)), len(cov), capital * target
    if rule in (Rule.KELLY, Rule.HALF_KELLY):
        bound = cap * money / scale  # no asset by itself brings more than its part of the target
        return kelly_portfolio(
            mean / capital,
            cov / capital**2,
            fraction=1.0 if rule is Rule.KELLY else 0.5,
            lower=-bound,
            upper=bound,
            volatility=Cap("volatility target", target),
        ).weights
    correlation = cov / np.outer(scale, scale)
    even = cap_weights(inverse_volatility(np.ones(count)), cap)
    if rule is Rule.VOLATILITY:
        return np.asarray(even * money / scale, np.float64)
    weights = even if rule is Rule.PARITY else equal_risk_contribution(correlation, cap=cap).weights
    return np.asarray(weights * (money / portfolio_volatility(weights, correlation)) / scale, np.float64)
