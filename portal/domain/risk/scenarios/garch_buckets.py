"""GARCH volatility for hundreds of factors in a few fits: one for each stretch of a curve, one for each other factor.

API: ``bucket_volatility(factors, native, horizon) -> BucketVolatility``, ``buckets(factors)``.

The months of one stretch rise and fall in volatility together: the fit is of the mean of their moves, each over its own
root mean square. The ratio of two forecasts of a stretch is that of each of its months.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import FitFailed, InsufficientHistory
from portal.domain.market.garch import MIN_RETURNS, Engine, GarchSpec, fit_garch
from portal.domain.market.volatility import RISKMETRICS_LAMBDA
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet

EDGES = (3, 12)  # last months ahead of the front and of the middle stretch


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class BucketVolatility:
    """Volatility forecasts of k factors.

    Attributes
    ----------
    volatility : ndarray of shape (n + 1, k)
        Row t was forecast before day t; the last is tomorrow's. In units of the root mean square of the stretch.
    horizon_growth : ndarray of shape (k,)
        Volatility of the whole horizon over that of its first day.
    facts : mapping
        Number of fits and of those that fell back to EWMA.
    notes : tuple of str
        Sentences for the reader.
    """

    volatility: FloatArray2D
    horizon_growth: FloatArray1D
    facts: Mapping[str, Any]
    notes: tuple[str, ...]


def buckets(factors: FactorSet) -> IntArray1D:
    """Number the stretches of curves.

    Parameters
    ----------
    factors : FactorSet
        Factors.

    Returns
    -------
    ndarray of shape (k,), int64
        Number of the stretch: months 1 to 3, 4 to 12 and later of each curve; every other factor is one of its own.
    """
    key = [
        (kind, curve if kind <= FactorKind.VOL else at, int(np.searchsorted(EDGES, tenor)))
        for at, (kind, curve, tenor) in enumerate(
            zip(factors.kind.tolist(), factors.curve.tolist(), factors.tenor.tolist(), strict=True)
        )
    ]
    number: dict[tuple[int, int, int], int] = {}
    return np.array([number.setdefault(one, len(number)) for one in key], dtype=np.int64)


def bucket_volatility(factors: FactorSet, native: FloatArray2D, horizon: int) -> BucketVolatility:
    """Fit GARCH(1,1) with mean zero to each stretch.

    Parameters
    ----------
    factors : FactorSet
        Factors of the columns.
    native : ndarray of shape (n, k)
        Complete native moves, oldest first.
    horizon : int
        Days to forecast.

    Returns
    -------
    BucketVolatility
        Forecasts; a stretch whose likelihood has no maximum gets those of an EWMA, and a note.

    Raises
    ------
    InsufficientHistory
        Fewer moves than a fit needs.
    """
    n = len(native)
    if n < MIN_RETURNS:
        raise InsufficientHistory(
            f"A GARCH filter needs at least {MIN_RETURNS} days of history, but there are {n}. Choose a longer window.",
            have=n, need=MIN_RETURNS,
        )  # fmt: skip
    number = buckets(factors)
    scale = np.sqrt(np.mean(native**2, axis=0))
    unit = native / np.where(scale > 0.0, scale, 1.0)
    volatility, growth = np.ones((n + 1, len(factors))), np.full(len(factors), np.sqrt(horizon))
    fallen: list[str] = []
    for at in range(int(number.max(initial=-1)) + 1):
        own = np.flatnonzero(number == at)
        series = unit[:, own].mean(axis=1)
        if not series.any():
            continue  # never moved: scaled by anything it stays
        path, forecast = _fit(series, horizon)
        if path is None or forecast is None:
            fallen.append(factors.label[own[0]])
            path, forecast = _ewma(series), np.ones(horizon)
        volatility[:, own] = path[:, None]
        growth[own] = np.sqrt(forecast.sum() / forecast[0])
    fits = int(number.max(initial=-1)) + 1
    facts = {"garch_fits": fits, "garch_fallen_back": len(fallen)}
    notes = [f"Volatilities come from {fits} GARCH models: three for each curve, one for each other factor."]
    if fallen:
        notes.append(
            f"No GARCH model could be fitted to {len(fallen)} of them, which have an EWMA volatility: "
            f"{', '.join(fallen[:6])}{' and more' if len(fallen) > 6 else ''}."
        )
    return BucketVolatility(volatility, growth, facts, tuple(notes))


def _fit(series: FloatArray1D, horizon: int) -> tuple[FloatArray1D | None, FloatArray1D | None]:
    """Return forecasts before each day and tomorrow's, and variances of the horizon; None without a maximum."""
    try:
        fit = fit_garch(series, GarchSpec(mean="Zero"), horizon=horizon, engine=Engine.OWN)
    except FitFailed:
        return None, None
    if not fit.converged or not np.all(fit.conditional_variance > 0.0):
        return None, None
    path = np.sqrt(np.append(fit.conditional_variance, fit.variance_forecast[0]))
    return path, fit.variance_forecast


def _ewma(series: FloatArray1D) -> FloatArray1D:
    """Return EWMA forecasts before each day and tomorrow's, seeded with the mean square of the first moves."""
    squares, keep = series**2, RISKMETRICS_LAMBDA
    seed = float(squares[:MIN_RETURNS].mean())
    from scipy.signal import lfilter  # a second to import: not before the first run

    later, _ = lfilter([1.0 - keep], [1.0, -keep], squares, zi=[keep * seed])
    path: FloatArray1D = np.sqrt(np.append(seed, later))
    return path
