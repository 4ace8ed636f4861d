"""The P&L of every trade in every scenario, kept small: exposures times moves, plus what full revaluation adds.

API: ``Outcome`` with ``by_group``, ``trade_pnl``, ``factor_pnl``; ``effective_moves``.

The P&L of a trade is exactly ``exposure @ moves + rest``. The moves are *effective*: those of prices, volatilities and
rates carry the exchange rate of the same scenario, so the P&L of what is linear is exact in prices and currencies. The
rest is the difference of a full revaluation to that line (convexity, cross terms); it is rounded to single precision
once, when it is made, and every figure is computed from the rounded one, so all cuts still add up.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet


def effective_moves(factors: FactorSet, moves: FloatArray2D) -> FloatArray2D:
    """Moves times the change of the exchange rate of each factor's currency in the same scenario.

    Parameters
    ----------
    factors : FactorSet
        Factors of the columns.
    moves : ndarray of shape (s, k)
        Absolute moves.

    Returns
    -------
    ndarray of shape (s, k)
        Moves of exchange rates as they are; the others times ``1 +`` the relative move of their currency.
    """
    out = np.array(moves, dtype=np.float64)
    fx = {factors.currency[at]: at for at in factors.of_kind(FactorKind.FX).tolist()}
    for currency, at in fx.items():
        own = np.flatnonzero(
            (np.array(factors.currency, dtype=object) == currency) & (factors.kind != FactorKind.FX)
        )
        out[:, own] *= (1.0 + moves[:, at])[:, None]
    return out


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Outcome:
    """Exposures and revaluation of n trades in s scenarios of k factors.

    Attributes
    ----------
    trade_id, portfolio : ndarray of shape (n,), int64
        Trades with a value, ascending by id, and the book of each.
    value : ndarray of shape (n,)
        Value now, EUR.
    row, column : ndarray of shape (z,), int64
        Trade (position) and factor (position) of each exposure.
    exposure : ndarray of shape (z,)
        EUR for a move of 1 in the unit of the factor.
    rest_row : ndarray of shape (q,), int64
        Positions of the trades that were fully revalued, ascending.
    rest : ndarray of shape (q, s), float32
        EUR that full revaluation adds to exposure times move.
    moves : ndarray of shape (s, k)
        Effective moves.
    """

    trade_id: IntArray1D
    portfolio: IntArray1D
    value: FloatArray1D
    row: IntArray1D
    column: IntArray1D
    exposure: FloatArray1D
    rest_row: IntArray1D
    rest: NDArray[np.float32]
    moves: FloatArray2D

    def by_group(self, group: IntArray1D, groups: int) -> FloatArray2D:
        """P&L of groups of trades in every scenario.

        Parameters
        ----------
        group : ndarray of shape (n,), int64
            Group of each trade; -1 leaves it out.
        groups : int
            Number of groups.

        Returns
        -------
        ndarray of shape (s, groups), EUR
            Sums; no array of trades times scenarios is made.
        """
        exposure = self.group_exposure(group, groups)
        used = np.flatnonzero(exposure.any(axis=0))
        out: FloatArray2D = self.moves[:, used] @ exposure[:, used].T
        if len(self.rest_row):
            which = group[self.rest_row]
            sums = np.zeros((groups, self.rest.shape[1]))
            for at in np.unique(which[which >= 0]).tolist():
                sums[at] = self.rest[which == at].sum(axis=0, dtype=np.float64)
            out = out + sums.T
        return out

    def group_exposure(self, group: IntArray1D, groups: int) -> FloatArray2D:
        """Exposures of groups of trades.

        Parameters
        ----------
        group : ndarray of shape (n,), int64
            Group of each trade; -1 leaves it out.
        groups : int
            Number of groups.

        Returns
        -------
        ndarray of shape (groups, k), EUR for a move of 1
            Sums.
        """
        k = self.moves.shape[1]
        which = group[self.row]
        kept = which >= 0
        flat = np.bincount(which[kept] * k + self.column[kept], self.exposure[kept], groups * k)
        return np.asarray(flat, np.float64).reshape(groups, k)

    def trade_pnl(self, trades: IntArray1D, scenarios: IntArray1D | None = None) -> FloatArray2D:
        """P&L of some trades, in some scenarios.

        Parameters
        ----------
        trades : ndarray of shape (t,), int64
            Positions of trades.
        scenarios : ndarray of shape (u,), int64, optional
            Positions of scenarios; all by default.

        Returns
        -------
        ndarray of shape (u, t), EUR
            P&L.
        """
        group = np.full(len(self.trade_id), -1, dtype=np.int64)
        group[trades] = np.arange(len(trades))
        chosen = slice(None) if scenarios is None else scenarios
        exposure = self.group_exposure(group, len(trades))
        used = np.flatnonzero(exposure.any(axis=0))
        out: FloatArray2D = self.moves[chosen][:, used] @ exposure[:, used].T
        own = np.flatnonzero(group[self.rest_row] >= 0)
        out[:, group[self.rest_row[own]]] += self.rest[own][:, chosen].T
        return out
