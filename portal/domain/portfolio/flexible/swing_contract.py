"""The decisions of a swing's holder.

States are the rights used and the periods still blocked after the last one. In every state but the blocked ones a right
is used when its payoff and what follows are worth more than waiting.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, BoolArray2D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.terms import InfeasibleContract, check_amount


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
    """Whether a right is used, by scenario and rights used before.

    Attributes
    ----------
    used : ndarray of shape (n, rights)
        Whether it is used.
    lower, upper : ndarray of shape (s,)
        On a grid: places, in ``used`` flattened, of the two nodes between which that changes.
    where : ndarray of shape (s,)
        The place of the change between the nodes, 0 to 1.
    """

    used: BoolArray2D
    lower: IntArray1D
    upper: IntArray1D
    where: FloatArray1D

    @cached_property
    def share(self) -> FloatArray2D:
        """How far a right is used, corrected so that sums over the nodes are integrals; shape (n, rights)."""
        share = self.used.astype(np.float64)
        flat = share.ravel()
        jump = np.where(self.used.ravel()[self.upper], 0.5 - self.where, self.where - 0.5)
        flat[self.upper] += self.where * jump
        flat[self.lower] += (1.0 - self.where) * jump
        return share


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

    def choose(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> Use:
        """Whether a right is used, by scenario and rights used before, when nothing blocks it."""
        use, wait = self._alternatives(spot, ahead)
        choice = self._choice(k, use > wait)
        worthwhile = self.decisive(k, spot)
        return _plain(choice if worthwhile is None else choice & worthwhile[:, None])

    def roll(self, k: int, spot: FloatArray1D, ahead: FloatArray2D, apart: int) -> tuple[Use, FloatArray2D]:
        """The best decision on a grid and the value before the period, both corrected for where it switches.

        Between two neighbouring nodes the value has a kink and the decision a jump at the place where the gain from
        using a right, a straight line there, is zero. A sum over nodes misses the integral of the kink by the second
        Bernoulli polynomial of that place and that of the jump by the first one (the Euler-Maclaurin formula); both are
        given to the two nodes so that their centre is the place.
        """
        use, wait = self._alternatives(spot, ahead)
        gain = use - wait
        used = self._choice(k, use > wait)
        crossing = used[apart:] != used[:-apart]
        if self.terms.min_rights:  # else every state is free to wait and to use
            crossing &= self._may_wait(k) & self._may_use(k)
        lower = np.flatnonzero(crossing)
        upper = lower + apart * used.shape[1]
        low, best = gain.ravel()[lower], np.where(used, use, wait)
        step, flat = gain.ravel()[upper] - low, best.ravel()
        where = -low / step
        kink = 0.5 * np.abs(step) * (where * where - where + 1.0 / 6.0)
        flat[lower] += (1.0 - where) * kink
        flat[upper] += where * kink
        return Use(used, lower, upper, where), self._followed(k, best, ahead)

    def collect(self, k: int, spot: FloatArray1D, decision: Use, ahead: FloatArray2D) -> FloatArray2D:
        """Payoff where a right is used, and the value of what follows."""
        use, wait = self._alternatives(spot, ahead)
        return self._followed(k, np.where(decision.used, use, wait), ahead)

    def _choice(self, k: int, better: BoolArray2D) -> BoolArray2D:
        """Use a right where that is better, except in states that cannot wait or may not."""
        if not self.terms.min_rights:
            return better
        # a state that cannot wait must use a right; one that breaks the contract anyhow is never entered
        choice: BoolArray2D = (better | ~self._may_wait(k)) & self._may_use(k)
        return choice

    def _may_wait(self, k: int) -> BoolArray1D:
        return np.asarray(self._allowed[k + 1, 0, :-1])

    def _may_use(self, k: int) -> BoolArray1D:
        return np.asarray(self._allowed[k + 1, -1, 1:])

    def _followed(self, k: int, free: FloatArray2D, ahead: FloatArray2D) -> FloatArray2D:
        """Value before the period: ``free`` where nothing blocks a right, else the value of what follows."""
        shaped = self._shaped(ahead)
        value = np.empty_like(shaped)
        value[:, 1:] = shaped[:, :-1]
        value[:, 0, -1] = shaped[:, 0, -1]
        value[:, 0, :-1] = free
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
        return self._followed(k, np.where(self._choice(k, use > wait), use, wait), ahead)

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
    nowhere = np.zeros(0, dtype=np.int64)
    return Use(used, nowhere, nowhere, np.zeros(0))
