"""Rolling VaR and ES forecasts of one P&L series by several methods, each day from the days before it only.

API: ``rolling_forecast(pnl, method, level=..., window=...)``, ``rolling_backtests(pnl, ...)``, ``METHODS``.

The forecast for day t uses days t - window to t - 1. Methods:

- ``historical``: sample quantile and tail mean of the window;
- ``normal``: normal quantile times the window's standard deviation (divisor n - 1), mean zero;
- ``ewma``: normal quantile times an EWMA volatility that starts at the mean square of the first window;
- ``filtered``: losses of the window, each times the ratio of today's EWMA volatility to that of its own day, the ratio
  held between 1/4 and 4 (``capped`` counts the days where that happened);
- ``age_weighted``: sample quantile under weights that fall with age.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import chdtri, ndtri

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.market.series import as_vector, require_complete
from portal.domain.market.volatility import RISKMETRICS_LAMBDA
from portal.domain.risk.backtests.base import check_level
from portal.domain.risk.backtests.rolling_ranks import (
    CONFIDENCE,
    TailRanks,
    sample_es,
    tail_ranks,
    weighted_tail,
)
from portal.domain.risk.backtests.rolling_tail import (
    rolling_deviation,
    rolling_extremes,
    worst_losses,
    worst_positions,
)
from portal.domain.risk.backtests.run import Backtest, run_backtest

AGE_LAMBDA = 0.99
RATIO_CAP = 4.0
WINDOW = 500


class Method(StrEnum):
    """How the forecast of a day is made from the window before it."""

    HISTORICAL = "historical"
    NORMAL = "normal"
    EWMA = "ewma"
    FILTERED = "filtered"
    AGE_WEIGHTED = "age_weighted"


METHODS = tuple(Method)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class RollingForecast:
    """Forecasts of one method, one for each day after the first window.

    Attributes
    ----------
    method : Method
        How they were made.
    level : float
        Confidence.
    window : int
        Days that each forecast was made from; the first forecast is of position ``window`` of the P&L.
    var, es : ndarray of shape (n - window,)
        Positive losses in the unit of the P&L.
    var_low, var_high : ndarray of shape (n - window,)
        Interval of VaR that the length of the sample alone leaves open.
    coverage : float
        Probability with which such an interval holds the true VaR.
    capped : int
        Days on which a ratio of volatilities was held at its cap (``filtered`` only).
    """

    method: Method
    level: float
    window: int
    var: FloatArray1D
    es: FloatArray1D
    var_low: FloatArray1D
    var_high: FloatArray1D
    coverage: float
    capped: int = 0


@dataclass(frozen=True)
class _Ask:
    """Losses with everything that a method needs beside them."""

    losses: FloatArray1D
    p: float
    window: int
    decay: float
    age_decay: float

    @property
    def days(self) -> int:
        return len(self.losses) - self.window


_Found = tuple[FloatArray1D, FloatArray1D, FloatArray1D, FloatArray1D, float, int]


def rolling_forecast(
    pnl: FloatLike1D,
    method: Method | str,
    *,
    level: float = 0.99,
    window: int = WINDOW,
    decay: float = RISKMETRICS_LAMBDA,
    age_decay: float = AGE_LAMBDA,
) -> RollingForecast:
    """Forecast VaR and ES of each day from the window before it.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day, oldest first, complete.
    method : Method
        How to forecast.
    level : float, default 0.99
        Confidence in (0, 1).
    window : int, default 500
        Days before each forecast, fewer than n.
    decay : float, default 0.94
        Of the EWMA variance, in (0, 1).
    age_decay : float, default 0.99
        Of the weights by age, in (0, 1).

    Returns
    -------
    RollingForecast
        n - window forecasts with intervals: by order statistics for the sample methods, from the chi-square
        distribution of a variance for the normal ones.

    Raises
    ------
    InsufficientHistory
        No day after the first window, or a window whose tail holds no whole loss.
    SeriesHasNaN
        A P&L is missing.
    BadParameter
        The level, the window or a decay is outside of its range, or the method is unknown.

    References
    ----------
    Boudoukh, Richardson and Whitelaw (1998), "The best of both worlds", Risk 11(5), for ages; Hull and White (1998),
    "Incorporating volatility updating into the historical simulation method", J. Risk 1(1), for filtering.
    """
    chosen = _method(method)
    ask = _checked(pnl, level, window, decay, age_decay)
    var, es, low, high, coverage, capped = _MAKERS[chosen](ask)
    return RollingForecast(chosen, level, window, var, es, low, high, coverage, capped)


def rolling_backtests(
    pnl: FloatLike1D, *, methods: Sequence[Method | str] = METHODS, level: float = 0.99, window: int = WINDOW
) -> dict[Method, tuple[RollingForecast, Backtest]]:
    """Forecast by several methods and test each.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day, oldest first, complete.
    methods : sequence of Method
        All by default.
    level : float, default 0.99
        Confidence in (0, 1).
    window : int, default 500
        Days before each forecast.

    Returns
    -------
    dict of Method to (RollingForecast, Backtest)
        In the order asked for. Positions of exceptions count from the first forecast.

    Raises
    ------
    InsufficientHistory
        No day after the first window, or a window whose tail holds no whole loss.
    SeriesHasNaN
        A P&L is missing.
    BadParameter
        An argument is outside of its range, or a method is unknown.
    """
    made = as_vector(pnl, "P&L")
    found = {}
    for method in methods:
        forecast = rolling_forecast(made, method, level=level, window=window)
        found[forecast.method] = (
            forecast,
            run_backtest(made[window:], forecast.var, forecast.es, level=level),
        )
    return found


def _method(method: Method | str) -> Method:
    try:
        return Method(method)
    except ValueError:
        known = ", ".join(METHODS)
        raise BadParameter(
            f"There is no rolling method {str(method)!r}; choose one of {known}.",
            name="method",
            value=str(method),
        ) from None


def _checked(pnl: FloatLike1D, level: float, window: int, decay: float, age_decay: float) -> _Ask:
    p = check_level(level)
    made = as_vector(pnl, "P&L")
    require_complete(made, "P&L")
    for name, value in (("EWMA decay", decay), ("decay by age", age_decay)):
        if not 0.0 < value < 1.0:
            raise BadParameter(f"The {name} must lie between 0 and 1, not {value:g}.", name=name, value=value)
    if window < 2:
        raise BadParameter(f"The window needs at least 2 days, not {window}.", name="window", value=window)
    if window * p < 1.0 - 1e-9:
        need = int(np.ceil(1.0 / p - 1e-9))
        raise InsufficientHistory(
            f"A window of {window} days has no whole day in its tail at {level:.4g}; "
            f"choose at least {need} days or a lower level.",
            have=window,
            need=need,
        )
    if len(made) <= window:
        raise InsufficientHistory(
            f"A rolling backtest with a window of {window} days needs at least {window + 1} days of P&L, "
            f"but there are {len(made)}; choose a shorter window or a longer period.",
            have=len(made),
            need=window + 1,
        )
    return _Ask(-made, p, window, decay, age_decay)


def _read(worst: np.ndarray, ask: _Ask, ranks: TailRanks) -> tuple[FloatArray1D, ...]:
    """VaR, ES and the interval from the worst losses of each window, largest first."""
    return (
        worst[:, ranks.var - 1],
        sample_es(worst, ask.window, ask.p),
        worst[:, ranks.low - 1],
        worst[:, ranks.high - 1],
    )


def _historical(ask: _Ask) -> _Found:
    ranks = tail_ranks(ask.window, ask.p)
    worst = worst_losses(ask.losses, ask.window, ranks.deepest, ask.days)
    var, es, low, high = _read(worst, ask, ranks)
    return var, es, low, high, ranks.coverage, 0


def _normal_tail(deviation: FloatArray1D, observations: float, p: float) -> _Found:
    """Normal VaR and ES of a volatility that so many independent days stand behind."""
    quantile = float(-ndtri(p))
    shortfall = float(np.exp(-0.5 * quantile * quantile) / np.sqrt(2.0 * np.pi) / p)
    aside = (1.0 - CONFIDENCE) / 2.0
    ends = [float(np.sqrt(observations / chdtri(observations, chance))) for chance in (aside, 1.0 - aside)]
    var = quantile * deviation
    low, high = sorted((var * ends[0], var * ends[1]), key=lambda end: float(end.sum()))
    return var, shortfall * deviation, low, high, CONFIDENCE, 0


def _normal(ask: _Ask) -> _Found:
    return _normal_tail(rolling_deviation(ask.losses, ask.window, ask.days), ask.window - 1.0, ask.p)


def _ewma(ask: _Ask) -> _Found:
    vol = _ewma_volatility(ask.losses[ask.window :], ask)
    return _normal_tail(vol, (1.0 + ask.decay) / (1.0 - ask.decay), ask.p)


def _ewma_volatility(losses: FloatArray1D, ask: _Ask) -> FloatArray1D:
    """Forecast made before each loss; the first one is the mean square of the first window."""
    from scipy.signal import lfilter  # a second to import: not before the first backtest

    seed = float(np.mean(ask.losses[: ask.window] ** 2))
    later, _ = lfilter(
        [1.0 - ask.decay], [1.0, -ask.decay], losses[:-1] ** 2, zi=np.array([ask.decay * seed])
    )
    return np.asarray(np.sqrt(np.concatenate([[seed], later])), dtype=np.float64)


def _filtered(ask: _Ask) -> _Found:
    """Scaled quantiles of standardised losses; windows where a ratio meets its cap are looked at one by one."""
    vol = _ewma_volatility(ask.losses, ask)
    today = vol[ask.window :]
    least, most = rolling_extremes(vol, ask.window, ask.days)
    capped = ~((today <= RATIO_CAP * least) & (RATIO_CAP * today >= most) & (least > 0.0))
    ranks = tail_ranks(ask.window, ask.p)
    standard = np.divide(ask.losses, vol, out=np.zeros_like(vol), where=vol > 0.0)
    worst = worst_losses(standard, ask.window, ranks.deepest, ask.days) * today[:, None]
    if capped.any():
        worst[capped] = _capped_worst(ask, vol, np.flatnonzero(capped), ranks.deepest)
    var, es, low, high = _read(worst, ask, ranks)
    return var, es, low, high, ranks.coverage, int(capped.sum())


def _capped_worst(ask: _Ask, vol: FloatArray1D, days: np.ndarray, deepest: int) -> np.ndarray:
    """The worst scenarios of single windows under the cap, largest first."""
    own = sliding_window_view(vol, ask.window)[days]
    # 0 / 0 is a book that was and is at rest: its losses stay as they were
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.nan_to_num(vol[days + ask.window, None] / own, nan=1.0, posinf=RATIO_CAP)
    scenarios = sliding_window_view(ask.losses, ask.window)[days] * np.clip(ratio, 1.0 / RATIO_CAP, RATIO_CAP)
    scenarios.partition(ask.window - deepest, axis=1)
    return -np.sort(-scenarios[:, ask.window - deepest :], axis=1)


def _age_weighted(ask: _Ask) -> _Found:
    newest = (1.0 - ask.age_decay) / (1.0 - ask.age_decay**ask.window)
    weights = newest * ask.age_decay ** np.arange(ask.window - 1, -1, -1.0)  # oldest first
    alike = 1.0 / float(np.sum(weights**2))  # as many equal weights would tell as much
    aside = float(-ndtri((1.0 - CONFIDENCE) / 2.0)) * np.sqrt(ask.p * (1.0 - ask.p) / alike)
    ends = (max(ask.p - aside, 0.0), min(ask.p + aside, 1.0))
    few = min(ask.window, max(32, 4 * int(np.ceil(ask.window * ask.p))))
    places = worst_positions(ask.losses, ask.window, few, ask.days)
    losses, heavy = ask.losses[places], weights[places - np.arange(ask.days)[:, None]]
    found = np.array(weighted_tail(losses, heavy, ask.p, ends))
    short = np.flatnonzero(heavy.sum(axis=1) < ends[1])
    if short.size:  # the worst losses are so old that their weights do not fill the tail
        rows = sliding_window_view(ask.losses, ask.window)[short]
        order = np.argsort(-rows, axis=1)
        found[:, short] = weighted_tail(np.take_along_axis(rows, order, axis=1), weights[order], ask.p, ends)
    var, es, low, high = found
    return var, es, low, high, CONFIDENCE, 0


_MAKERS: dict[Method, Callable[[_Ask], _Found]] = {
    Method.HISTORICAL: _historical,
    Method.NORMAL: _normal,
    Method.EWMA: _ewma,
    Method.FILTERED: _filtered,
    Method.AGE_WEIGHTED: _age_weighted,
}
