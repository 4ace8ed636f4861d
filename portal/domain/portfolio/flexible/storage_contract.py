"""The decisions of a storage's holder.

What comes after a period is concave in the volume, so the best decision is a pair of target volumes: fill up to where
another unit is worth less than it costs, empty down to where it is worth less than it brings, else leave it. No action
is enumerated. Moves that end between two computed volumes are mixed from both, which a linear contract allows.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from portal.core.arrays import (
    BoolArray1D,
    BoolArray2D,
    FloatArray,
    FloatArray1D,
    FloatArray2D,
    IntArray1D,
    IntArray2D,
)
from portal.domain.portfolio.flexible.facility import Facility, sold_volume, unit_prices
from portal.domain.portfolio.flexible.volume_levels import LEVELS, Stage, stages


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Switches:
    """Where, between two neighbouring nodes, the best move changes: arrays of shape (s,).

    Attributes
    ----------
    row, volume : ndarray of int
        The row of the lower node and the volume before the period.
    where : ndarray
        The place of the change between the nodes, 0 to 1.
    apart : int
        Rows from a node to the next one.
    """

    row: IntArray1D
    volume: IntArray1D
    where: FloatArray1D
    apart: int


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Move:
    """What is done in one period in every scenario and volume.

    Attributes
    ----------
    stage : Stage
        Volumes before and after the period.
    cell, share : ndarray of shape (n, volumes before)
        Number of the level below the new volume, and weight of the level above it.
    switches : Switches, optional
        On a grid: where moves change between nodes.
    """

    stage: Stage
    cell: IntArray2D
    share: FloatArray2D
    switches: Switches | None = None

    @cached_property
    def change(self) -> FloatArray2D:
        """Change of the volume inside, shape (n, volumes before)."""
        change: FloatArray2D = self.share * self.stage.gap[self.cell]
        change += self.stage.after[self.cell]
        change -= self.stage.before
        return change


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Best:
    """The best move of every row and volume, and all that tells what it and its neighbours' moves are worth.

    ``worth`` (2, n, volumes after) is the value of a level less the money for all that is inside then, at the price of
    those who withdraw and of those who inject: with the money for what was inside before it is that of the move.
    """

    stage: Stage
    buy: FloatArray1D
    sell: FloatArray1D
    worth: FloatArray
    place: FloatArray2D
    up: BoolArray2D
    cell: IntArray2D
    share: FloatArray2D

    def value(self) -> FloatArray2D:
        """Value before the period, (n, volumes before)."""
        rows, count = self.worth.shape[1:]
        at = np.multiply(self.up, rows * count, dtype=np.int64)
        at += self.cell
        at += count * np.arange(rows)[:, None]
        value: FloatArray2D = _between(self.worth, at, self.share)
        value += np.where(self.up, self.buy[:, None], self.sell[:, None]) * self.stage.before
        return value

    def value_of(self, row: IntArray1D, volume: IntArray1D, chosen: IntArray1D) -> FloatArray1D:
        """Value in rows ``row``, from ``volume``, of the moves that are best at the places ``chosen``."""
        rows, count = self.worth.shape[1:]
        up, share = self.up.ravel()[chosen], self.share.ravel()[chosen]
        at = np.multiply(up, rows * count, dtype=np.int64) + self.cell.ravel()[chosen] + count * row
        value: FloatArray1D = _between(self.worth, at, share)
        value += np.where(up, self.buy[row], self.sell[row]) * self.stage.before[volume]
        return value


def _between(worth: FloatArray, at: IntArray2D, share: FloatArray) -> FloatArray:
    """Values at places ``at`` of the flattened ``worth``, ``share`` of the way to the next one."""
    flat = worth.ravel()
    value: FloatArray = flat.take(at)
    if worth.shape[-1] > 1:
        above = flat.take(at + 1)
        above -= value
        above *= share
        value += above
    return value


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
        self.stages = stages(facility, levels)

    @property
    def periods(self) -> int:
        """Number of periods."""
        return len(self.stages)

    def states(self, k: int) -> int:
        """Number of volumes before period ``k``."""
        return len(self.stages[k].before if k < self.periods else self.stages[-1].after)

    def choose(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> Move:
        """Fill up to one target, empty down to another, else stay, all within the rates."""
        best = self._best(k, spot, ahead)
        return Move(best.stage, best.cell, best.share)

    def _best(self, k: int, spot: FloatArray1D, ahead: FloatArray2D) -> _Best:
        """Find the targets and the moves towards them.

        Volumes are compared by their position among those after the period, which rises with the volume: the
        comparison is the same, and the position is what is needed next.
        """
        stage = self.stages[k]
        buy, sell = unit_prices(self.facility, spot, 1.0)
        worth = np.empty((2, *ahead.shape))
        for price, one in zip((sell, buy), worth, strict=True):
            np.multiply(price[:, None], stage.after, out=one)
            np.subtract(ahead, one, out=one)
        fill = worth[1].argmax(axis=1).astype(np.float64)
        empty = np.maximum(worth[0].argmax(axis=1), fill)
        place = np.minimum(stage.stay, empty[:, None])
        np.maximum(place, fill[:, None], out=place)
        np.maximum(place, stage.lowest, out=place)
        np.minimum(place, stage.highest, out=place)
        cell = place.astype(np.int64)
        np.minimum(cell, max(ahead.shape[1] - 2, 0), out=cell)
        return _Best(stage, buy, sell, worth, place, place > stage.stay, cell, place - cell)

    def roll(self, k: int, spot: FloatArray1D, ahead: FloatArray2D, apart: int) -> tuple[Move, FloatArray2D]:
        """The best moves on a grid and the value before the period, both corrected for where moves change.

        Between two neighbouring nodes the value has a kink and the move a jump at the place where both nodes' moves are
        worth the same. A sum over nodes misses the integral of the kink by the second Bernoulli polynomial of that
        place, and that of the jump by the first one (the Euler-Maclaurin formula); both are given to the two nodes so
        that their centre is the place.
        """
        best = self._best(k, spot, ahead)
        value = best.value()
        flat, next_node = value.ravel(), apart * value.shape[1]
        lower = np.flatnonzero(best.place[apart:] != best.place[:-apart])
        upper = lower + next_node
        row, volume = np.divmod(lower, value.shape[1])
        loss = flat[lower] - best.value_of(row, volume, upper)
        gain = flat[upper] - best.value_of(row + apart, volume, lower)
        step = np.maximum(loss, 0.0) + np.maximum(gain, 0.0)
        where = np.where(step > 0.0, np.maximum(loss, 0.0) / np.where(step > 0.0, step, 1.0), 0.5)
        kink = 0.5 * step * (where * where - where + 1.0 / 6.0)
        flat[lower] += (1.0 - where) * kink
        flat[upper] += where * kink
        return Move(best.stage, best.cell, best.share, Switches(row, volume, where, apart)), value

    def collect(self, k: int, spot: FloatArray1D, decision: Move, ahead: FloatArray2D) -> FloatArray2D:
        """Cash of the move and the value at the new volume, between levels in a straight line."""
        del k  # the move knows its period
        buy, sell = unit_prices(self.facility, spot, 1.0)
        place = decision.cell + ahead.shape[1] * np.arange(len(ahead))[:, None]
        value: FloatArray2D = _between(ahead, place, decision.share)
        value -= np.where(decision.change > 0.0, buy[:, None], sell[:, None]) * decision.change
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
        before, after = self.stages[k].before, self.stages[k].after
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
    """Weight that goes from the lower node's move to the upper one's: in which row, whose move, volume, how much."""
    row, level, where, above = switches.row, switches.volume, switches.where, switches.row + switches.apart
    shift = 0.5 - where
    lower, upper = shift * (1.0 - where) * weight[row, level], shift * where * weight[above, level]
    at = np.concatenate([row, row, above, above])
    chosen = np.concatenate([row, above, row, above])
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
