"""The decisions of a storage's holder.

What comes after a period is concave in the volume, so the best decision is a pair of target volumes: fill up to where
another unit is worth less than it costs, empty down to where it is worth less than it brings, else leave it. No action
is enumerated. Moves that end between two computed volumes are mixed from both, which a linear contract allows.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D, IntArray2D
from portal.domain.portfolio.flexible.facility import Facility, sold_volume, unit_prices
from portal.domain.portfolio.flexible.volume_levels import LEVELS, volume_levels


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Switches:
    """Where, between two neighbouring nodes, the best move changes: arrays of shape (s,).

    Attributes
    ----------
    node, volume : ndarray of int
        The lower node and the volume before the period.
    where : ndarray
        The place of the change between the nodes, 0 to 1.
    """

    node: IntArray1D
    volume: IntArray1D
    where: FloatArray1D


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Move:
    """What is done in one period in every scenario and volume.

    Attributes
    ----------
    change : ndarray of shape (n, volumes before)
        Change of the volume inside.
    cell, share : ndarray of shape (n, volumes before)
        Number of the level below the new volume, and weight of the level above it.
    switches : Switches, optional
        On a grid: where moves change between nodes.
    bonus : ndarray of shape (n, volumes before) or float
        On a grid: what sums over nodes miss of the kinks there.
    """

    change: FloatArray2D
    cell: IntArray2D
    share: FloatArray2D
    switches: Switches | None = None
    bonus: FloatArray2D | float = 0.0


class StorageContract:
    """A facility as the engines see it: states are volumes.

    Parameters
    ----------
    facility : Facility
        The checked contract.
    levels : int, default 41
        Volumes before a period up to which all corners of the value are taken (``volume_levels``).
    """

    def __init__(self, facility: Facility, levels: int = LEVELS) -> None:
        self.facility = facility
        self.volumes = volume_levels(facility, levels)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.facility.rise)

    def states(self, k: int) -> int:
        """Number of volumes before period ``k``."""
        return len(self.volumes[k])

    def choose(self, k: int, spot: FloatArray1D, ahead: FloatArray2D, *, ordered: bool = False) -> Move:
        """Fill up to one target, empty down to another, else stay, all within the rates.

        Volumes are compared by their position among those after the period, which rises with the volume: the
        comparison is the same, and the position is what is needed next.
        """
        before, after = self.volumes[k], self.volumes[k + 1]
        buy, sell = unit_prices(self.facility, spot, 1.0)
        fill = np.argmax(ahead - buy[:, None] * after, axis=1)
        empty = np.maximum(np.argmax(ahead - sell[:, None] * after, axis=1), fill)
        index = np.arange(len(after), dtype=np.float64)
        lowest = np.interp(before - self.facility.fall[k], after, index)
        highest = np.interp(before + self.facility.rise[k], after, index)
        place = np.maximum(np.minimum(np.interp(before, after, index), empty[:, None]), fill[:, None])
        place = np.minimum(np.maximum(place, lowest), highest)
        cell = np.minimum(place.astype(np.int64), max(len(after) - 2, 0))
        share = place - cell
        gap = np.append(np.diff(after), 0.0)
        move = Move(after[cell] + share * gap[cell] - before, cell, share)
        return self._switched(spot, ahead, move, place) if ordered else move

    def _switched(self, spot: FloatArray1D, ahead: FloatArray2D, move: Move, place: FloatArray2D) -> Move:
        """Correct moves on equally spaced nodes for where, between two of them, they change.

        The value has a kink and the move a jump at the place where both neighbours' moves are worth the same. A sum
        over nodes misses the integral of the kink by the second Bernoulli polynomial of that place, and that of the
        jump by the first one (the Euler-Maclaurin formula); both are given to the two nodes so that their centre is
        the place.
        """
        node, volume = np.nonzero(place[1:] != place[:-1])
        at = np.concatenate([node, node, node + 1, node + 1])
        chosen = np.concatenate([node, node + 1, node + 1, node])  # by the node itself, by its neighbour
        worth = self._worth(spot, ahead, move, at, chosen, np.tile(volume, 4)).reshape(4, -1)
        loss, gain = worth[0] - worth[1], worth[2] - worth[3]
        step = np.maximum(loss, 0.0) + np.maximum(gain, 0.0)
        where = np.where(step > 0.0, np.maximum(loss, 0.0) / np.where(step > 0.0, step, 1.0), 0.5)
        kink = 0.5 * step * (where * where - where + 1.0 / 6.0)
        bonus = np.zeros(place.shape)
        bonus[node, volume] += (1.0 - where) * kink
        bonus[node + 1, volume] += where * kink
        return Move(move.change, move.cell, move.share, Switches(node, volume, where), bonus)

    def _worth(
        self,
        spot: FloatArray1D,
        ahead: FloatArray2D,
        move: Move,
        at: IntArray1D,
        chosen: IntArray1D,
        volume: IntArray1D,
    ) -> FloatArray1D:
        """Value at nodes ``at`` of the moves that are best at nodes ``chosen``."""
        cell, change = move.cell[chosen, volume], move.change[chosen, volume]
        value = ahead[at, cell]
        if ahead.shape[1] > 1:
            value += move.share[chosen, volume] * (ahead[at, cell + 1] - value)
        buy, sell = unit_prices(self.facility, spot, 1.0)
        value -= np.where(change > 0.0, buy[at], sell[at]) * change
        return np.asarray(value, dtype=np.float64)

    def collect(self, k: int, spot: FloatArray1D, decision: Move, ahead: FloatArray2D) -> FloatArray2D:
        """Cash of the move and the value at the new volume, between levels in a straight line."""
        del k  # the move knows its period
        buy, sell = unit_prices(self.facility, spot, 1.0)
        place = decision.cell + ahead.shape[1] * np.arange(len(ahead))[:, None]
        flat = ahead.ravel()
        value: FloatArray2D = flat[place]
        if ahead.shape[1] > 1:
            value += decision.share * (flat[place + 1] - value)
        value -= np.where(decision.change > 0.0, buy[:, None], sell[:, None]) * decision.change
        value += decision.bonus
        return value

    def carry(
        self, k: int, decision: Move, weight: FloatArray2D
    ) -> tuple[FloatArray2D, FloatArray1D, FloatArray1D]:
        """Weights after the move (the transpose of ``collect``), net volume sold, and costs of moving."""
        n, count = len(weight), self.states(k + 1)
        sold = sold_volume(self.facility, decision.change)
        volume, withdrawn = (weight * sold).sum(axis=1), (weight * np.maximum(sold, 0.0)).sum(axis=1)
        place = decision.cell + count * np.arange(n)[:, None]
        spread = _scattered(place.ravel(), weight.ravel(), decision.share.ravel(), n, count)
        if decision.switches is not None:
            at, chosen, level, moved = _shifted(decision.switches, weight)
            out = sold[chosen, level]
            volume += np.bincount(at, moved * out, minlength=n)
            withdrawn += np.bincount(at, moved * np.maximum(out, 0.0), minlength=n)
            target = decision.cell[chosen, level] + count * at
            spread += _scattered(target, moved, decision.share[chosen, level], n, count)
        bought = withdrawn - volume
        costs = self.facility.injection_cost * bought + self.facility.withdrawal_cost * withdrawn
        return spread.reshape(n, count), volume, costs

    def best(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> FloatArray2D:
        """Best of all moves from level to level, for values that need not be concave."""
        before, after = self.volumes[k], self.volumes[k + 1]
        buy, sell = unit_prices(self.facility, spot, 1.0)
        tiny = 1e-9 * self.facility.capacity
        value = np.empty((len(spot), len(before)))
        for j, volume in enumerate(before):
            change = after - volume
            near = (change <= self.facility.rise[k] + tiny) & (change >= -self.facility.fall[k] - tiny)
            near[np.argmin(np.abs(change))] = True  # between thinned levels one may always stay
            price = np.where(change[near] > 0.0, buy[:, None], sell[:, None])
            value[:, j] = (ahead[:, near] - price * change[near]).max(axis=1)
        return value

    def decisive(self, k: int, spot: FloatArray1D) -> BoolArray1D | None:
        """Every scenario has something to decide."""
        del k, spot
        return None


def _shifted(
    switches: Switches, weight: FloatArray2D
) -> tuple[IntArray1D, IntArray1D, IntArray1D, FloatArray1D]:
    """Weight that goes from the lower node's move to the upper one's: at which node, whose move, volume, how much."""
    node, level, where = switches.node, switches.volume, switches.where
    shift = 0.5 - where
    lower, upper = shift * (1.0 - where) * weight[node, level], shift * where * weight[node + 1, level]
    at = np.concatenate([node, node, node + 1, node + 1])
    chosen = np.concatenate([node, node + 1, node, node + 1])
    return at, chosen, np.tile(level, 4), np.concatenate([-lower, lower, -upper, upper])


def _scattered(
    place: IntArray1D, weight: FloatArray1D, share: FloatArray1D, n: int, count: int
) -> FloatArray1D:
    """Weights added up at their levels: ``share`` of each at the level above its place."""
    if count == 1:
        return np.asarray(np.bincount(place, weight, minlength=n), dtype=np.float64)
    upper = weight * share
    spread = np.bincount(place, weight - upper, minlength=n * count)
    spread += np.bincount(place + 1, upper, minlength=n * count)
    return np.asarray(spread, dtype=np.float64)
