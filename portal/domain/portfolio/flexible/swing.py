"""Swing options: the decisions of their holder, and their mark by exact backward induction on one factor.

States are the rights used and the periods still blocked after the last one. The intrinsic value is the same recursion
with a factor that does not move. An American or Bermudan option is a swing with one right.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, BoolArray2D, FloatArray, FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.grid import deterministic_value, grid_value
from portal.domain.portfolio.flexible.terms import (
    FlexValue,
    InfeasibleContract,
    check_amount,
    check_prices,
)

NODES = 61


@dataclass(frozen=True)
class SwingTerms:
    """A swing contract, checked.

    Attributes
    ----------
    strike : float
        Price per unit for which a right receives (call) or delivers (put) its volume.
    rights : int
        Most rights that can be used.
    unit_volume : float
        Volume of one right.
    cooldown : int
        Periods that are blocked after a right is used.
    min_rights : int
        Least rights that must be used.
    sign : float
        1 for a call, -1 for a put.
    """

    strike: float
    rights: int
    unit_volume: float
    cooldown: int
    min_rights: int
    sign: float

    def allowed(self, periods: int) -> NDArray[np.bool_]:
        """States from which the contract can still be fulfilled.

        Parameters
        ----------
        periods : int
            Number of periods of the contract.

        Returns
        -------
        ndarray of shape (periods + 1, cooldown + 1, rights + 1)
            By period, periods still blocked, and rights used before it.
        """
        to_come = periods - np.arange(periods + 1)[:, None] - np.arange(self.cooldown + 1)
        usable = -(-np.maximum(to_come, 0) // (self.cooldown + 1))
        fine: NDArray[np.bool_] = usable[:, :, None] + np.arange(self.rights + 1) >= self.min_rights
        return fine


def check_swing(
    periods: int,
    *,
    strike: float,
    rights: int,
    unit_volume: float,
    cooldown: int,
    min_rights: int,
    is_call: bool,
) -> SwingTerms:
    """Check a swing contract.

    Parameters
    ----------
    periods : int
        Number of periods that are still to be decided.
    strike : float
        Price per unit.
    rights : int
        Most rights that can be used, at least 0.
    unit_volume : float
        Volume of one right, positive.
    cooldown : int
        Periods that are blocked after a right is used, at least 0.
    min_rights : int
        Least rights that must be used.
    is_call : bool
        Whether a right receives the volume (call) or delivers it (put).

    Returns
    -------
    SwingTerms
        The contract; more rights than usable periods are cut to these.

    Raises
    ------
    BadParameter
        A number is out of its range.
    InfeasibleContract
        More rights must be used than can be.
    """
    check_amount(unit_volume, "unit_volume", "volume of one right of the swing", positive=True)
    if not np.isfinite(strike):
        raise BadParameter(
            "The swing has no strike; enter the price per unit of its rights.", name="strike", value=strike
        )
    for name, number in (("rights", rights), ("cooldown", cooldown), ("min_rights", min_rights)):
        if check_amount(number, name, f"number {name} of the swing") != int(number):
            raise BadParameter(
                f"The number {name} of the swing must be a whole number, not {number:g}.",
                name=name,
                value=number,
            )
    usable = -(-periods // (int(cooldown) + 1))
    most = min(int(rights), usable)
    if min_rights > most:
        raise InfeasibleContract(
            f"At least {min_rights:g} rights of the swing must be used, but at most {most} can be: it has {rights:g} "
            f"rights over {periods} periods with {cooldown:g} blocked after each. Lower the minimum.",
            min_rights=int(min_rights),
            usable=most,
        )
    return SwingTerms(
        float(strike), most, float(unit_volume), int(cooldown), int(min_rights), 1.0 if is_call else -1.0
    )


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Use:
    """How far a right is used, by scenario and rights used before: arrays of shape (n, rights).

    Attributes
    ----------
    used : ndarray
        Whether it is used.
    share : ndarray
        The same, with the nodes beside a switch corrected so that sums over the nodes are integrals.
    bonus : ndarray or float
        The same correction of the value.
    """

    used: BoolArray2D
    share: FloatArray2D
    bonus: FloatArray2D | float = 0.0


class SwingContract:
    """A swing as the engines see it: states are (periods still blocked, rights used), flattened.

    Parameters
    ----------
    terms : SwingTerms
        The checked contract.
    periods : int
        Number of periods.
    """

    def __init__(self, terms: SwingTerms, periods: int) -> None:
        self.terms = terms
        self._periods = periods
        self._allowed = terms.allowed(periods)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return self._periods

    def states(self, k: int) -> int:
        """One state before the first period, then all."""
        return (self.terms.cooldown + 1) * (self.terms.rights + 1) if k else 1

    def choose(self, k: int, spot: FloatArray1D, ahead: FloatArray2D, *, ordered: bool = False) -> Use:
        """Whether a right is used, by scenario and rights used before, when nothing blocks it."""
        use, wait = self._alternatives(spot, ahead)
        # a state that cannot wait must use a right; one that breaks the contract anyhow is never entered
        may_wait, may_use = self._allowed[k + 1, 0, :-1], self._allowed[k + 1, -1, 1:]
        choice: BoolArray2D = ((use > wait) | ~may_wait) & may_use
        if ordered:
            return _switch_between_nodes(choice, use - wait, may_wait & may_use)
        worthwhile = self.decisive(k, spot)
        return _plain(choice if worthwhile is None else choice & worthwhile[:, None])

    def collect(self, k: int, spot: FloatArray1D, decision: Use, ahead: FloatArray2D) -> FloatArray2D:
        """Payoff where a right is used, and the value of what follows."""
        use, wait = self._alternatives(spot, ahead)
        shaped = self._shaped(ahead)
        value = np.empty_like(shaped)
        value[:, 1:] = shaped[:, :-1]
        value[:, 0, -1] = shaped[:, 0, -1]
        value[:, 0, :-1] = np.where(decision.used, use, wait) + decision.bonus
        return value.reshape(len(value), -1)[:, : self.states(k)]

    def carry(
        self, k: int, decision: Use, weight: FloatArray2D
    ) -> tuple[FloatArray2D, FloatArray1D, FloatArray1D]:
        """Weights after the decision, volume received (delivered negative), and what it costs."""
        if k == 0:
            weight = np.pad(weight, ((0, 0), (0, self.states(1) - 1)))
        shaped = self._shaped(weight)
        spent = decision.share * shaped[:, 0, :-1]
        after = np.zeros_like(shaped)
        after[:, :-1] = shaped[:, 1:]
        after[:, 0] += shaped[:, 0]
        after[:, 0, :-1] -= spent
        after[:, -1, 1:] += spent
        volume = self.terms.sign * self.terms.unit_volume * spent.sum(axis=1)
        return after.reshape(len(after), -1), volume, self.terms.strike * volume

    def best(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> FloatArray2D:
        """The better of using a right and waiting."""
        use, wait = self._alternatives(spot, ahead)
        choice = ((use > wait) | ~self._allowed[k + 1, 0, :-1]) & self._allowed[k + 1, -1, 1:]
        return self.collect(k, spot, _plain(choice), ahead)

    def decisive(self, k: int, spot: FloatArray1D) -> BoolArray1D | None:
        """In the money; all when rights must be used, for then a loss may have to be taken."""
        del k
        if self.terms.min_rights:
            return None
        return np.asarray(self.terms.sign * (spot - self.terms.strike) > 0.0)

    def _shaped(self, values: FloatArray2D) -> FloatArray:
        return values.reshape(len(values), self.terms.cooldown + 1, self.terms.rights + 1)

    def _alternatives(self, spot: FloatArray1D, ahead: FloatArray2D) -> tuple[FloatArray2D, FloatArray2D]:
        """Value of using a right and of waiting, by scenario and rights used before."""
        payoff = self.terms.sign * self.terms.unit_volume * (spot - self.terms.strike)
        shaped = self._shaped(ahead)
        return payoff[:, None] + shaped[:, -1, 1:], shaped[:, 0, :-1]


def _plain(used: BoolArray2D) -> Use:
    return Use(used, used.astype(np.float64))


def _switch_between_nodes(used: BoolArray2D, gain: FloatArray2D, free: BoolArray1D) -> Use:
    """Correct a decision on equally spaced nodes for where, between two of them, it switches.

    The value has a kink and the decision a jump at the place where ``gain``, a straight line there, is zero. A sum over
    nodes misses the integral of the kink by the second Bernoulli polynomial of that place and that of the jump by the
    first one (the Euler-Maclaurin formula); both are given to the two nodes so that their centre is the place.
    """
    low, step = gain[:-1], np.diff(gain, axis=0)
    crossing = (used[:-1] != used[1:]) & free
    where = np.where(crossing, -low / np.where(crossing, step, 1.0), 0.0)
    kink = np.where(crossing, 0.5 * np.abs(step) * (where * where - where + 1.0 / 6.0), 0.0)
    jump = np.where(crossing, np.sign(step) * (0.5 - where), 0.0)
    share, bonus = used.astype(np.float64), np.zeros(used.shape)
    for correction, target in ((kink, bonus), (jump, share)):
        target[1:] += where * correction
        target[:-1] += (1.0 - where) * correction
    return Use(used, share, bonus)


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
    intrinsic = deterministic_value(contract, prices)
    return FlexValue(
        found.value, intrinsic, found.delta, found.vega, found.value, found.value, 0.0, found.schedule
    )
