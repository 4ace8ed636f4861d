"""VaR and expected shortfall for the next day of many books and methods at once, from sensitivities.

API: ``forecasts(moves, exposure, gamma, methods, levels) -> dict``, ``METHODS``.

A backtest needs a forecast for each of hundreds of days. It is made from exposures and gammas to the factors, without
revaluing options in every scenario; the pages say so beside it.
"""

from collections.abc import Sequence

import numpy as np

from portal.core.arrays import FloatArray, FloatArray2D
from portal.domain.market.errors import LengthMismatch, NoSuchModel
from portal.domain.risk.reading import Measure, read
from portal.domain.risk.scenarios.filtered import Ewma, filter_moves
from portal.domain.risk.scenarios.weights import age_weights
from portal.domain.risk.tail import sample_es, sample_var

METHODS = ("historical", "age_weighted", "filtered_ewma", "parametric")
"""Methods that are backtested day by day; the others are too slow to fit for every day of the past."""
AGE_DECAY = 0.995
BURN = 60


def forecasts(
    moves: FloatArray2D,
    exposure: FloatArray2D,
    gamma: FloatArray2D,
    *,
    methods: Sequence[str] = METHODS,
    levels: Sequence[float] = (0.95, 0.975, 0.99),
) -> dict[str, FloatArray]:
    """Forecast the loss of the next day.

    Parameters
    ----------
    moves : ndarray of shape (w, k)
        Effective moves of the factors at today's level on the days of the window, oldest first.
    exposure : ndarray of shape (p, k)
        EUR of each book for a move of 1.
    gamma : ndarray of shape (p, k)
        Change of ``exposure`` for a move of 1.
    methods : sequence of str
        Among ``METHODS``.
    levels : sequence of float
        Confidence levels.

    Returns
    -------
    dict of str to ndarray of shape (p, len(levels), 2)
        By method; VaR and expected shortfall, losses in EUR.

    Raises
    ------
    LengthMismatch
        Exposures and moves are not of the same factors.
    NoSuchModel
        A method is not among those that are backtested.
    InsufficientHistory, SeriesHasNaN
        The window is too short for a level, or has gaps.
    """
    if exposure.shape != gamma.shape or exposure.shape[1] != moves.shape[1]:
        raise LengthMismatch(
            f"Exposures of shape {exposure.shape} do not belong to moves of shape {moves.shape}; use the same factors.",
            first=exposure.shape,
            second=moves.shape,
        )
    return {method: _forecast(method, moves, exposure, gamma, levels) for method in methods}


def _forecast(
    method: str, moves: FloatArray2D, exposure: FloatArray2D, gamma: FloatArray2D, levels: Sequence[float]
) -> FloatArray:
    if method == "parametric":
        return _normal(_pnl(moves, exposure, np.zeros_like(gamma)), levels)
    if method == "filtered_ewma":
        moved = moves[:, moves.any(axis=0)]
        kept = moves.any(axis=0)
        if moved.shape[1]:
            found = filter_moves(moved, Ewma(burn=min(BURN, len(moves) // 3))).moves
            return _sample(_pnl(found, exposure[:, kept], gamma[:, kept]), None, levels)
        return _sample(_pnl(moves, exposure, gamma), None, levels)
    if method not in METHODS:
        raise NoSuchModel(
            f"There is no daily forecast by '{method}'. Choose one of {', '.join(METHODS)}.", model=method
        )
    weights = age_weights(len(moves), AGE_DECAY) if method == "age_weighted" else None
    return _sample(_pnl(moves, exposure, gamma), weights, levels)


def _pnl(moves: FloatArray2D, exposure: FloatArray2D, gamma: FloatArray2D) -> FloatArray2D:
    pnl: FloatArray2D = moves @ exposure.T + 0.5 * (moves * moves) @ gamma.T
    return pnl


def _sample(pnl: FloatArray2D, weights: FloatArray | None, levels: Sequence[float]) -> FloatArray:
    pairs = [(sample_var(pnl, level, weights), sample_es(pnl, level, weights)) for level in levels]
    return np.asarray(np.stack([np.stack(pair, axis=-1) for pair in pairs], axis=1))


def _normal(pnl: FloatArray2D, levels: Sequence[float]) -> FloatArray:
    out = np.empty((pnl.shape[1], len(levels), 2))
    for book in range(pnl.shape[1]):
        for at, level in enumerate(levels):
            out[book, at] = [read(pnl[:, book], measure, level, normal=True).value for measure in Measure]
    return out
