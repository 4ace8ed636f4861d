"""Explaining a change of value by a stated order of revaluations, and by start-of-day sensitivities beside it.

API: ``ordered_waterfall(value, start, end, order)``, ``taylor_terms(greeks, moves) -> Taylor``, ``ListedBook`` (futures
and European options on them) with ``value(state)`` and ``greeks(state)``.

A waterfall has no residual by construction, but its steps depend on the order. Taylor terms do not, but leave a part
unexplained, which is shown with its share of the total. Everything is vectorised over positions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.options.european import Greeks, black76, black76_price

FACTORS = ("time", "rate", "price", "vol")
"""Usual order: what happens by itself first, then markets."""
TERMS = ("theta", "rho", "delta", "gamma", "vega", "vanna", "volga")

State = Mapping[str, ArrayLike]
"""Market by factor, each of shape (n,): ``price``, ``vol`` (annual), ``time`` (years to expiry), ``rate``."""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Taylor:
    """Change of value by sensitivities.

    Attributes
    ----------
    terms : mapping of str to ndarray of shape (n,)
        In money, by the names in ``TERMS``.
    """

    terms: Mapping[str, FloatArray]

    @property
    def explained(self) -> FloatArray:
        """Sum of the terms of each position, shape (n,)."""
        return np.asarray(sum(self.terms.values()))

    def unexplained(self, total: ArrayLike) -> FloatArray:
        """What is left of the change ``total`` of shape (n,)."""
        return np.asarray(np.asarray(total, np.float64) - self.explained)


@dataclass(frozen=True, eq=False)
class ListedBook:
    """Futures and European Black-76 options on them.

    Attributes
    ----------
    is_option : ndarray of shape (n,)
        False for futures.
    is_call : ndarray of shape (n,)
        Call or put; without meaning for futures.
    strike : ndarray of shape (n,)
        Strike; without meaning for futures.
    quantity : ndarray of shape (n,)
        Signed, in the price's quantity unit.
    """

    is_option: BoolArray1D
    is_call: BoolArray1D
    strike: FloatArray1D
    quantity: FloatArray1D

    def value(self, state: State) -> FloatArray:
        """Money of each position, shape (n,); of futures the price times the quantity, so that changes are gains."""
        option = black76_price(*self._terms(state))
        price = np.broadcast_to(np.asarray(state["price"], np.float64), option.shape)
        return np.asarray(self.quantity * np.where(self.is_option, option, price))

    def greeks(self, state: State) -> Greeks:
        """Sensitivities of each position, quantity included."""
        g = black76(*self._terms(state))
        price = np.broadcast_to(np.asarray(state["price"], np.float64), g.value.shape)

        def pick(option: FloatArray, future: ArrayLike = 0.0) -> FloatArray:
            return np.asarray(self.quantity * np.where(self.is_option, option, future))

        return Greeks(
            value=pick(g.value, price),
            delta=pick(g.delta, 1.0),
            gamma=pick(g.gamma),
            vega=pick(g.vega),
            theta=pick(g.theta),
            rho=pick(g.rho),
            vanna=pick(g.vanna),
            volga=pick(g.volga),
        )

    def _terms(self, state: State) -> tuple[ArrayLike, ...]:
        strike = np.where(self.is_option, self.strike, 1.0)
        return state["price"], strike, state["time"], state["vol"], state["rate"], self.is_call


def ordered_waterfall(
    value: Callable[[State], FloatArray], start: State, end: State, order: Sequence[str] = FACTORS
) -> dict[str, FloatArray]:
    """Move one factor after the other from its start to its end, each on top of the last, and revalue.

    Parameters
    ----------
    value : callable
        Values of all positions, shape (n,), in a market state.
    start, end : mapping
        Market by factor, before and after.
    order : sequence of str, default time, rate, price, vol
        Every factor of ``start`` once.

    Returns
    -------
    dict of str to ndarray of shape (n,)
        Change of value of each step, in that order; they add up to ``value(end) - value(start)``.

    Raises
    ------
    BadParameter
        ``order`` does not name every factor once.
    """
    if sorted(order) != sorted(start) or sorted(order) != sorted(end):
        raise BadParameter(
            f"A waterfall names each of the factors {', '.join(sorted(start))} once, not {', '.join(order)}.",
            name="order",
            value=tuple(order),
        )
    state = dict(start)
    before, steps = value(state), {}
    for factor in order:
        state[factor] = end[factor]
        after = value(state)
        steps[factor] = np.asarray(after - before)
        before = after
    return steps


def taylor_terms(greeks: Greeks, start: State, end: State) -> Taylor:
    """Second-order expansion around the start of the day.

    Parameters
    ----------
    greeks : Greeks
        At ``start``, quantities included; theta per year of passing time, vega and rho per 1.00.
    start, end : mapping
        Market by factor; ``time`` is the time left.

    Returns
    -------
    Taylor
        Theta for the time gone by, rho, delta, half gamma, vega, vanna and half volga.
    """
    moved = {
        name: np.asarray(end[name], np.float64) - np.asarray(start[name], np.float64) for name in FACTORS
    }
    price, vol = moved["price"], moved["vol"]
    terms = {
        "theta": -greeks.theta * moved["time"],
        "rho": greeks.rho * moved["rate"],
        "delta": greeks.delta * price,
        "gamma": 0.5 * greeks.gamma * price * price,
        "vega": greeks.vega * vol,
        "vanna": greeks.vanna * price * vol,
        "volga": 0.5 * greeks.volga * vol * vol,
    }
    return Taylor({name: np.asarray(term) for name, term in terms.items()})
