"""The history of factors: from which level to which level each of them went, day by day.

API: ``factor_history(factors, series) -> FactorHistory``, ``SeriesRows``, ``FactorHistory``.

A move of a price is that of one delivery: on a day in November the factor "+2" went from the price of January on the
day before to the price of January on that day, so no roll is mistaken for a move. A volatility is the mean over the
delivery months, and a zero rate the mean over the tenors, that both days have. Where a series skips a day, the move
runs from its last quote and keeps its span; a series that skips more than ``LONGEST_SPAN`` days starts anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray2D, DateArray1D, FloatArray1D, FloatArray2D, IntArray1D, IntArray2D
from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet

LONGEST_SPAN = 5  # days on the grid that a move may run over
LACKING_SHARE = 0.2  # a day that more of the factors lack is dropped

SeriesKey = tuple[FactorKind, int | str]
"""Kind, and curve id or currency."""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class SeriesRows:
    """Levels of one curve, surface or currency in arrays of shape (r,), in any order, each pair at most once.

    Attributes
    ----------
    day : ndarray of datetime64[D]
        Day of the level.
    column : ndarray of int64
        What the level is of: months since 1970-01 of the delivery of a price or volatility, months of the tenor of a
        zero rate, 0 for an exchange rate.
    value : ndarray of float64
        The level.
    """

    day: DateArray1D
    column: IntArray1D
    value: FloatArray1D


@dataclass(frozen=True, eq=False)
class FactorHistory:
    """Levels before and after each day's move of k factors on n days, oldest first.

    Attributes
    ----------
    factors : FactorSet
        What moved.
    day : ndarray of shape (n,), datetime64[D]
        Days of the later levels.
    before, after : ndarray of shape (n, k)
        Levels in the unit of each factor: a volatility as quoted, an exchange rate as reporting currency for one unit.
        NaN where the factor has no move on the day.
    span : ndarray of shape (n, k), int8
        Days on the grid between the two levels; 1 for neighbours, 0 without a move.
    dropped : ndarray of datetime64[D]
        Days with quotes that more than a fifth of the factors lacked; moves run over them.
    """

    factors: FactorSet
    day: DateArray1D
    before: FloatArray2D
    after: FloatArray2D
    span: NDArray[np.int8]
    dropped: DateArray1D

    def __len__(self) -> int:
        return len(self.day)

    @property
    def missing(self) -> BoolArray2D:
        """Where a factor has no move, shape (n, k)."""
        missing: BoolArray2D = self.span == 0
        return missing

    def last(self, window: int) -> "FactorHistory":
        """The newest days alone.

        Parameters
        ----------
        window : int
            Number of days.

        Returns
        -------
        FactorHistory
            Views of the last ``window`` rows.

        Raises
        ------
        InsufficientHistory
            There are fewer days.
        """
        if len(self) < window:
            since = f", from {self.day[0]} on" if len(self) else ""
            raise InsufficientHistory(
                f"A window of {window:,} days is asked for, but the factors have {len(self):,} days{since}. "
                "Choose a shorter window.",
                have=len(self), need=window,
            )  # fmt: skip
        at = slice(len(self) - window, None)
        dropped = self.dropped[self.dropped >= self.day[at][0]] if window else self.dropped[:0]
        return FactorHistory(
            self.factors, self.day[at], self.before[at], self.after[at], self.span[at], dropped
        )


def factor_history(factors: FactorSet, series: Mapping[SeriesKey, SeriesRows]) -> FactorHistory:
    """Put the levels of all series into moves of the factors.

    Parameters
    ----------
    factors : FactorSet
        Factors wanted.
    series : mapping of (FactorKind, int or str) to SeriesRows
        Levels; a series that is not there leaves its factors without moves.

    Returns
    -------
    FactorHistory
        One row for each Monday to Friday on which some price (or, without prices, anything) was quoted and at most a
        fifth of the factors lacked a level; the first such day has no move and no row.
    """
    grid = _days(series)
    known = np.zeros((len(grid), len(factors)), dtype=np.bool_)
    for key, at in _columns(factors).items():
        if key in series:
            known[:, at] = np.isfinite(_after(_Dense.of(series[key], grid), grid, factors, at, key[0]))
    lacking = 1.0 - known.mean(axis=1) if len(factors) else np.zeros(len(grid))
    kept = lacking <= LACKING_SHARE + 1e-12
    dropped, grid = grid[~kept], grid[kept]
    shape = (len(grid), len(factors))
    before, after, span = np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int8)
    for key, at in _columns(factors).items():
        if key in series:
            dense = _Dense.of(series[key], grid)
            moves = _price_moves if key[0] is FactorKind.PRICE else _mean_moves
            before[:, at], after[:, at], span[:, at] = moves(dense, grid, factors, at)
    return FactorHistory(factors, grid[1:], before[1:], after[1:], span[1:], dropped)


def _days(series: Mapping[SeriesKey, SeriesRows]) -> DateArray1D:
    """Return the days of the grid: weekdays on which a price was quoted."""
    prices = [rows.day for key, rows in series.items() if key[0] is FactorKind.PRICE]
    found = prices or [rows.day for rows in series.values()]
    days = np.unique(np.concatenate([np.unique(day) for day in found])) if found else np.zeros(0, "M8[D]")
    weekdays: DateArray1D = days[np.is_busday(days)].astype("datetime64[D]")
    return weekdays


def _columns(factors: FactorSet) -> dict[SeriesKey, IntArray1D]:
    """Return the positions of the factors that each series makes."""
    found: dict[SeriesKey, list[int]] = {}
    for at, number in enumerate(factors.kind.tolist()):
        kind = FactorKind(number)
        of_curve = kind in (FactorKind.PRICE, FactorKind.VOL)
        key: int | str = int(factors.curve[at]) if of_curve else factors.currency[at]
        found.setdefault((kind, key), []).append(at)
    return {key: np.array(at, dtype=np.int64) for key, at in found.items()}


@dataclass(frozen=True, eq=False)
class _Dense:
    """Levels of one series as a matrix of days and columns without gaps from ``origin`` on; NaN where there is none."""

    origin: int
    value: FloatArray2D

    @classmethod
    def of(cls, rows: SeriesRows, grid: DateArray1D) -> "_Dense":
        place = np.searchsorted(grid, rows.day)
        on = place < len(grid)
        on[on] = grid[place[on]] == rows.day[on]
        column = rows.column[on]
        origin = int(column.min()) if len(column) else 0
        value = np.full((len(grid), int(column.max()) - origin + 1 if len(column) else 1), np.nan)
        value[place[on], column - origin] = rows.value[on]
        value[~np.isfinite(value)] = np.nan
        return cls(origin, value)


def _after(
    dense: _Dense, grid: DateArray1D, factors: FactorSet, at: IntArray1D, kind: FactorKind
) -> FloatArray2D:
    """Return the level of each factor on each day, shape (n, len(at))."""
    if kind is FactorKind.PRICE:
        row, column, inside = _cells(dense, grid, factors, at)
        return np.where(inside, dense.value[row, column], np.nan)
    some = np.isfinite(dense.value).any(axis=1)
    return np.repeat(np.where(some, 0.0, np.nan)[:, None], len(at), axis=1)


def _cells(
    dense: _Dense, grid: DateArray1D, factors: FactorSet, at: IntArray1D
) -> tuple[IntArray2D, IntArray2D, BoolArray2D]:
    """Return row, column and whether it exists of the delivery that has each tenor on each day."""
    month = grid.astype("datetime64[M]").astype(np.int64)[:, None] + factors.tenor[at][None, :]
    column = month - dense.origin
    inside = (column >= 0) & (column < dense.value.shape[1])
    row = np.broadcast_to(np.arange(len(grid))[:, None], column.shape)
    return row, np.where(inside, column, 0), inside


def _previous(known: BoolArray2D) -> IntArray2D:
    """Return for each cell the last row before it that is known, -1 without one."""
    n = len(known)
    newest = np.maximum.accumulate(np.where(known, np.arange(n)[:, None], -1), axis=0)
    return np.concatenate([np.full((1, known.shape[1]), -1), newest[:-1]]) if n else newest


def _price_moves(
    dense: _Dense, grid: DateArray1D, factors: FactorSet, at: IntArray1D
) -> tuple[FloatArray2D, FloatArray2D, NDArray[np.int8]]:
    """Return both levels of one delivery and the days between them."""
    row, column, inside = _cells(dense, grid, factors, at)
    prior = _previous(np.isfinite(dense.value))[row, column]
    after = dense.value[row, column]
    days = row - prior
    moved = inside & np.isfinite(after) & (prior >= 0) & (days <= LONGEST_SPAN)
    before = dense.value[np.maximum(prior, 0), column]
    return (
        np.where(moved, before, np.nan),
        np.where(moved, after, np.nan),
        np.where(moved, days, 0).astype(np.int8),
    )


def _mean_moves(
    dense: _Dense, grid: DateArray1D, factors: FactorSet, at: IntArray1D
) -> tuple[FloatArray2D, FloatArray2D, NDArray[np.int8]]:
    """Return the means over the columns that a day and the last one before it have in common."""
    del factors  # all factors of one such series are the same
    value = dense.value
    known = np.isfinite(value)
    prior = _previous(np.asarray(known.any(axis=1))[:, None])[:, 0]
    days = np.arange(len(grid)) - prior
    earlier = value[np.maximum(prior, 0)]
    common = known & np.isfinite(earlier)
    count = common.sum(axis=1)
    moved = (count > 0) & (prior >= 0) & (days <= LONGEST_SPAN)
    divisor = np.maximum(count, 1)

    def mean(levels: FloatArray2D) -> FloatArray2D:
        found = np.where(moved, np.where(common, levels, 0.0).sum(axis=1) / divisor, np.nan)
        return np.repeat(found[:, None], len(at), axis=1)

    span = np.where(moved, days, 0).astype(np.int8)
    return mean(earlier), mean(value), np.repeat(span[:, None], len(at), axis=1)
