"""Realised and exponentially weighted volatility, and the volatility cone. GARCH lives in ``garch.py``.

API: ``realised_volatility(returns)``, ``rolling_volatility(returns, window)``, ``price_volatility(prices)`` (chooses
the kind of return by the sign of the prices), ``ewma_variance(returns, initial_variance=...)``, ``ewma_seed``,
``update_ewma_volatility``, ``volatility_cone(returns)``.

Volatilities are annualised with ``sqrt(periods_per_year)``, 252 unless told. Those of relative returns are decimal per
root year; those of absolute returns are in the price's unit per root year and must be shown so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D, FloatLike1D, IntArray1D
from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.market.returns import GapRule, ReturnKind, compute_returns, recommended_kind
from portal.domain.market.series import as_vector, require_complete, require_length

TRADING_DAYS = 252
RISKMETRICS_LAMBDA = 0.94
CONE_HORIZONS = (10, 21, 42, 63, 126, 252)
CONE_PERCENTILES = (0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 100.0)


@dataclass(frozen=True)
class VolatilityReading:
    """One volatility with all that must be shown beside it.

    Attributes
    ----------
    value : float
        Annualised volatility: decimal when ``relative``, else in the price's unit.
    kind : ReturnKind
        Returns that it was taken from.
    n : int
        Number of returns used.
    periods_per_year : float
        Annualisation.
    """

    value: float
    kind: ReturnKind
    n: int
    periods_per_year: float

    @property
    def relative(self) -> bool:
        """Whether the value is a decimal (True) or in the unit of the price (False)."""
        return self.kind is not ReturnKind.ABSOLUTE


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class VolatilityCone:
    """Percentiles of the rolling realised volatility, by horizon.

    Attributes
    ----------
    horizons : tuple of int
        Window lengths in observations.
    percentiles : tuple of float
        Percentiles, 0 to 100.
    table : ndarray of shape (n_horizons, n_percentiles)
        Annualised volatilities.
    current : ndarray of shape (n_horizons,)
        Latest window of each horizon.
    windows : ndarray of shape (n_horizons,), int
        Number of (overlapping) windows behind each row.
    """

    horizons: tuple[int, ...]
    percentiles: tuple[float, ...]
    table: FloatArray2D
    current: FloatArray1D
    windows: IntArray1D


def realised_volatility(
    returns: FloatLike1D, *, periods_per_year: float = TRADING_DAYS, zero_mean: bool = False
) -> float:
    """Annualised standard deviation of returns.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Returns of one period each, complete.
    periods_per_year : float, default 252
        Periods in a year.
    zero_mean : bool, default False
        Take the mean as 0 (divisor n) instead of estimating it (divisor n - 1).

    Returns
    -------
    float
        In the unit of the returns, per root year.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    SeriesHasNaN
        A return is missing.
    BadParameter
        ``periods_per_year`` is not positive.

    Examples
    --------
    >>> round(realised_volatility([0.01, -0.01, 0.01, -0.01], zero_mean=True), 6)
    0.158745
    """
    vector = as_vector(returns, "returns")
    require_length(vector, 2, "A volatility")
    require_complete(vector, "returns")
    _require_positive("periods_per_year", periods_per_year)
    variance = float(np.mean(vector**2)) if zero_mean else float(np.var(vector, ddof=1))
    return float(np.sqrt(variance * periods_per_year))


def rolling_volatility(
    returns: FloatLike1D, window: int, *, periods_per_year: float = TRADING_DAYS, zero_mean: bool = False
) -> FloatArray1D:
    """Realised volatility of the last ``window`` returns, at each return.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Returns of one period each, complete, oldest first.
    window : int
        Returns in a window, at least 2.
    periods_per_year : float, default 252
        Periods in a year.
    zero_mean : bool, default False
        Take the mean as 0 (divisor n) instead of estimating it (divisor n - 1).

    Returns
    -------
    ndarray of shape (n,)
        Annualised volatility; NaN for the first ``window - 1``, and everywhere if the series is shorter than that.

    Raises
    ------
    BadParameter
        ``window`` below 2 or ``periods_per_year`` not positive.
    SeriesHasNaN
        A return is missing.
    """
    vector = as_vector(returns, "returns")
    require_complete(vector, "returns")
    _require_positive("periods_per_year", periods_per_year)
    if window < 2:
        raise BadParameter(
            f"A volatility window needs at least 2 returns, not {window}.", name="window", value=window
        )
    rolled = np.full(len(vector), np.nan)
    if len(vector) >= window:
        blocks = np.lib.stride_tricks.sliding_window_view(vector, window)
        variance = np.mean(blocks**2, axis=1) if zero_mean else np.var(blocks, axis=1, ddof=1)
        rolled[window - 1 :] = np.sqrt(variance * periods_per_year)
    return rolled


def price_volatility(
    prices: FloatLike1D,
    *,
    window: int | None = None,
    kind: ReturnKind | str | None = None,
    dates: DateArray1D | None = None,
    gaps: GapRule | str = GapRule.SQRT_SPAN,
    periods_per_year: float = TRADING_DAYS,
) -> VolatilityReading:
    """Realised volatility of a price series, with the kind of return that its sign allows.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Prices on a calendar grid, NaN where missing, oldest first.
    window : int, optional
        Use the last ``window`` returns; all of them by default.
    kind : ReturnKind, optional
        Kind of return; by default log when all prices are positive, else absolute.
    dates : ndarray of shape (n,), datetime64, optional
        Dates for messages.
    gaps : GapRule, default sqrt_span
        What to do with returns over missing days.
    periods_per_year : float, default 252
        Periods in a year.

    Returns
    -------
    VolatilityReading
        Value, kind and number of returns.

    Raises
    ------
    NonPositivePrices
        A relative kind was asked of prices at or below zero.
    InsufficientHistory
        Fewer than two returns, or fewer than ``window``.
    """
    chosen = recommended_kind(prices) if kind is None else ReturnKind(kind)
    steps = compute_returns(prices, chosen, dates=dates, gaps=gaps).values
    if window is not None:
        require_length(steps, window, f"A volatility over {window} days")
        steps = steps[-window:]
    value = realised_volatility(steps, periods_per_year=periods_per_year)
    return VolatilityReading(value, chosen, len(steps), periods_per_year)


def ewma_seed(returns: FloatLike1D, n: int = 20) -> float:
    """Starting variance of an EWMA: mean square of the first ``n`` returns.

    Parameters
    ----------
    returns : array_like of shape (m,)
        Returns, oldest first, complete.
    n : int, default 20
        Returns to use; all when there are fewer.

    Returns
    -------
    float
        Variance of one period.

    Raises
    ------
    InsufficientHistory
        There is no return.
    """
    vector = as_vector(returns, "returns")[:n]
    require_length(vector, 1, "An EWMA seed")
    require_complete(vector, "returns")
    return float(np.mean(vector**2))


def ewma_variance(
    returns: FloatLike1D, *, initial_variance: float, lam: float = RISKMETRICS_LAMBDA
) -> FloatArray1D:
    """EWMA variance forecasts, ``v[t+1] = lam v[t] + (1 - lam) r[t]^2``, from an explicit seed.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Returns of one period each, oldest first, complete.
    initial_variance : float
        Forecast made before the first return (see `ewma_seed`); the choice matters for about 100 days.
    lam : float, default 0.94
        Decay in [0, 1].

    Returns
    -------
    ndarray of shape (n + 1,)
        Entry t is the forecast made before return t is seen; the last one is the next period's.

    Raises
    ------
    BadParameter
        ``lam`` outside of [0, 1] or a negative seed.
    SeriesHasNaN
        A return is missing.

    References
    ----------
    J.P. Morgan/Reuters (1996), RiskMetrics Technical Document, 4th edition.

    Examples
    --------
    >>> ewma_variance([0.02], initial_variance=0.0001, lam=0.9)
    array([0.0001 , 0.00013])
    """
    vector = as_vector(returns, "returns")
    require_complete(vector, "returns")
    _check_ewma(lam, initial_variance)
    path = np.empty(len(vector) + 1)
    variance = path[0] = float(initial_variance)
    for t, square in enumerate((vector**2).tolist()):
        variance = lam * variance + (1.0 - lam) * square
        path[t + 1] = variance
    return path


def update_ewma_volatility(vol: float, ret: float, lam: float = RISKMETRICS_LAMBDA) -> float:
    """One EWMA step: the volatility after one more return.

    Parameters
    ----------
    vol : float
        Volatility of one period before the return.
    ret : float
        The return.
    lam : float, default 0.94
        Decay in [0, 1].

    Returns
    -------
    float
        Volatility of one period.

    Raises
    ------
    BadParameter
        ``lam`` outside of [0, 1].
    """
    return float(np.sqrt(ewma_variance([ret], initial_variance=vol * vol, lam=lam)[-1]))


def volatility_cone(
    returns: FloatLike1D,
    *,
    horizons: Sequence[int] = CONE_HORIZONS,
    percentiles: Sequence[float] = CONE_PERCENTILES,
    periods_per_year: float = TRADING_DAYS,
) -> VolatilityCone:
    """Where today's realised volatility stands in its own history, for several window lengths.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Returns of one period each, oldest first, complete.
    horizons : sequence of int
        Window lengths in observations; those longer than the series are left out.
    percentiles : sequence of float
        Percentiles between 0 and 100 (linear interpolation).
    periods_per_year : float, default 252
        Periods in a year.

    Returns
    -------
    VolatilityCone
        One row a horizon. Windows overlap, so that long horizons hold few independent values: show ``windows``.

    Raises
    ------
    InsufficientHistory
        The series is shorter than the shortest horizon.

    References
    ----------
    Burghardt and Lane (1990), "How to tell if options are cheap", Journal of Portfolio Management 16(2).
    """
    vector = as_vector(returns, "returns")
    usable = tuple(h for h in sorted(set(horizons)) if h <= len(vector))
    if not usable:
        need = min(horizons, default=2)
        raise InsufficientHistory(
            f"A volatility cone needs at least {need} returns, but there are {len(vector)}; choose a longer period.",
            have=len(vector),
            need=need,
        )
    rows = [rolling_volatility(vector, h, periods_per_year=periods_per_year)[h - 1 :] for h in usable]
    return VolatilityCone(
        horizons=usable,
        percentiles=tuple(float(p) for p in percentiles),
        table=np.array([np.percentile(row, list(percentiles)) for row in rows]),
        current=np.array([row[-1] for row in rows]),
        windows=np.array([len(row) for row in rows], dtype=np.int64),
    )


def _require_positive(name: str, value: float) -> None:
    if not value > 0.0:
        raise BadParameter(f"{name} must be positive, not {value:g}.", name=name, value=value)


def _check_ewma(lam: float, initial_variance: float) -> None:
    if not 0.0 <= lam <= 1.0:
        raise BadParameter(f"The EWMA decay must lie between 0 and 1, not {lam:g}.", name="lam", value=lam)
    if not initial_variance >= 0.0:
        raise BadParameter(
            f"The EWMA needs a starting variance of 0 or more, not {initial_variance:g}.",
            name="initial_variance",
            value=initial_variance,
        )
