"""Filling the days that a factor lacks, each cell counted, so that every scenario has every factor.

API: ``complete_moves(native, factors, days, ...) -> Completed``, ``Missing``.

A missing move is the move of a proxy on that day times the slope of a regression through zero, plus one of that
regression's own residuals drawn at random, so that filled days are as uncertain as others. Proxies are looked for in
this order: the nearest tenors of the same curve; the same tenor of the curves that moved most alike; for volatilities
and rates those of other curves and currencies, then the front price of the own curve. Where nothing was known on a day,
one of the factor's own moves is drawn. The draws depend on ``seed`` and on the factor alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet

LEAST_MOVES = 60  # of its own that a factor needs; half of the window where that is less
NEAREST = 3  # tenors on either side, and sister curves, that are tried


class Missing(StrEnum):
    """What happens to a day that some factors lack."""

    PROXY = "proxy"  # the missing cells are filled
    DROP = "drop"  # the day is left out


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Completed:
    """Complete native moves.

    Attributes
    ----------
    moves : ndarray of shape (n, k)
        No NaN.
    kept : ndarray of shape (n,), int64
        Rows of the input.
    proxied, drawn : ndarray of shape (k,), int64
        Cells of each factor that a proxy filled, and that were drawn from its own moves.
    """

    moves: FloatArray2D
    kept: IntArray1D
    proxied: IntArray1D
    drawn: IntArray1D


def complete_moves(
    native: FloatArray2D,
    factors: FactorSet,
    days: DateArray1D,
    *,
    missing: Missing = Missing.PROXY,
    seed: int = 0,
) -> Completed:
    """Fill or drop what is missing.

    Parameters
    ----------
    native : ndarray of shape (n, k)
        Native moves, NaN where missing.
    factors : FactorSet
        Factors of the columns.
    days : ndarray of shape (n,), datetime64[D]
        Days of the rows, for messages.
    missing : Missing
        What happens to days that some factors lack.
    seed : int, default 0
        Of the residuals drawn.

    Returns
    -------
    Completed
        Moves of the days kept, with counts.

    Raises
    ------
    InsufficientHistory
        A factor has fewer moves than a regression needs, or dropping leaves too few days; the factor is named.
    """
    known = np.isfinite(native)
    own = known.sum(axis=0)
    need = min(LEAST_MOVES, -(-len(native) // 2))
    poor = np.flatnonzero(own < max(need, 1))
    if len(poor):
        _refuse(factors, int(poor[np.argmin(own[poor])]), own, days, need)
    none = np.zeros(len(factors), dtype=np.int64)
    if missing is Missing.DROP:
        kept = np.flatnonzero(known.all(axis=1))
        if len(kept) < need:
            _refuse(factors, int(np.argmin(own)), own, days, need)
        return Completed(native[kept], kept, none, none)
    moves, proxied, drawn = native.copy(), none.copy(), none.copy()
    alike = _Alike(native, factors)
    for at in np.flatnonzero(own < len(native)).tolist():
        generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_key(factors, at)))
        filled = _filled(native, at, alike, generator, need)
        moves[:, at], proxied[at], drawn[at] = filled
    return Completed(moves, np.arange(len(native)), proxied, drawn)


def _key(factors: FactorSet, at: int) -> tuple[int, ...]:
    """Return numbers that name a factor whatever others stand beside it."""
    letters = tuple(factors.label[at].encode())
    return (int(factors.kind[at]), max(int(factors.curve[at]), 0), int(factors.tenor[at]), *letters)


def _filled(
    native: FloatArray2D, at: int, alike: "_Alike", generator: np.random.Generator, need: int
) -> tuple[FloatArray1D, int, int]:
    """Return the moves of one factor without gaps, and how many came from proxies and from its own moves."""
    column = native[:, at].copy()
    known = np.isfinite(column)
    gaps, own, proxied = ~known, column[known], 0
    for other in alike.proxies(at):
        if not gaps.any():
            break
        proxy = native[:, other]
        both, rows = known & np.isfinite(proxy), np.flatnonzero(gaps & np.isfinite(proxy))
        square = float(proxy[both] @ proxy[both])
        if len(rows) and int(both.sum()) >= need and square > 0.0:
            slope = float(proxy[both] @ native[both, at]) / square
            residual = native[both, at] - slope * proxy[both]
            column[rows] = slope * proxy[rows] + generator.choice(residual, len(rows))
            gaps[rows] = False
            proxied += len(rows)
    drawn = int(gaps.sum())
    if drawn:
        column[gaps] = generator.choice(own, drawn)
    return column, proxied, drawn


class _Alike:
    """Which factors may stand for another, best first."""

    def __init__(self, native: FloatArray2D, factors: FactorSet) -> None:
        self._native, self._factors = native, factors
        prices = factors.of_kind(FactorKind.PRICE)
        self._of_curve = {
            key: prices[factors.curve[prices] == key] for key in np.unique(factors.curve[prices]).tolist()
        }
        self._sisters: dict[int, list[int]] = {}

    def proxies(self, at: int) -> Iterator[int]:
        """Yield positions."""
        kind = self._factors.kind[at]
        if kind == FactorKind.PRICE:
            yield from self._neighbours(at)
            yield from self._on_sisters(at)
            return
        others = self._factors.of_kind(FactorKind(int(kind)))
        yield from self._by_likeness(at, others[others != at])
        if kind == FactorKind.VOL:
            own = self._of_curve.get(int(self._factors.curve[at]))
            if own is not None:
                yield int(own[0])

    def _neighbours(self, at: int) -> Iterator[int]:
        own = self._of_curve[int(self._factors.curve[at])]
        place = int(np.searchsorted(own, at))
        for step in range(1, NEAREST + 1):
            for beside in (place + step, place - step):
                if 0 <= beside < len(own):
                    yield int(own[beside])

    def _on_sisters(self, at: int) -> Iterator[int]:
        """Yield the nearest tenor of the curves whose middle moved most like the own one."""
        curve, tenor = int(self._factors.curve[at]), self._factors.tenor[at]
        if curve not in self._sisters:
            middle = {key: int(own[len(own) // 2]) for key, own in self._of_curve.items()}
            others = np.array([at for key, at in middle.items() if key != curve], dtype=np.int64)
            best = self._by_likeness(middle[curve], others)
            self._sisters[curve] = [int(self._factors.curve[other]) for other in best]
        for key in self._sisters[curve]:
            own = self._of_curve[key]
            yield int(own[np.argmin(np.abs(self._factors.tenor[own] - tenor))])

    def _by_likeness(self, at: int, others: IntArray1D) -> list[int]:
        """Return the ``NEAREST`` of others that have the highest absolute correlation."""
        found = []
        mine = self._native[:, at]
        for other in others.tolist():
            both: BoolArray1D = np.isfinite(mine) & np.isfinite(self._native[:, other])
            x, y = mine[both], self._native[both, other]
            scale = float(np.sqrt((x @ x) * (y @ y)))
            found.append((-abs(float(x @ y)) / scale if scale > 0.0 else 0.0, other))
        return [other for _, other in sorted(found)[:NEAREST]]


def _refuse(factors: FactorSet, at: int, own: IntArray1D, days: DateArray1D, need: int) -> None:
    span = f" from {days[0]} to {days[-1]}" if len(days) else ""
    raise InsufficientHistory(
        f"{factors.label[at]} has {int(own[at])} moves in the {len(days)} days{span}, and at least {max(need, 1)} are "
        "needed. Choose another window, or leave its curve out.",
        have=int(own[at]), need=max(need, 1), factor=factors.label[at],
    )  # fmt: skip
