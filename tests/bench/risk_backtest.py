"""Rolling backtests: four methods over 2,500 days with a window of 500, with all tests, ES and intervals.

The floor is the least that numpy needs for the same VaR and ES: whole windows by partition, exceptions, one likelihood
ratio; no interval, no cap on ratios of volatility, no other test. The peers are pandas' rolling functions and a loop
over the days, likewise; pandas is also shown for VaR alone, which it has a good algorithm for. All must give the same
VaR and ES before their times are compared. Times are of the processor, since neighbours on the machine change the
clock's by half. What the product remembers between calls is forgotten before each. Refits of GARCH are no part of it.
"""

from collections.abc import Callable
from time import process_time

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import ndtri, xlogy

from portal.domain.risk.backtests import acerbi_szekely_null
from portal.domain.risk.backtests.rolling import Method, RollingForecast, rolling_backtests
from portal.domain.risk.backtests.run import Backtest
from tests.bench.report import Figure, middle

DAYS, WINDOW, LEVEL, DECAY = 2500, 500, 0.99, 0.94
METHODS = (Method.HISTORICAL, Method.NORMAL, Method.EWMA, Method.FILTERED)
TARGET = 1.3  # times the floor
TAIL = WINDOW - int(np.ceil(WINDOW * LEVEL - 1e-9))  # losses beyond VaR, a whole number here
Z = float(-ndtri(1.0 - LEVEL))
ES_OVER_VAR = float(np.exp(-0.5 * Z * Z) / np.sqrt(2.0 * np.pi) / (1.0 - LEVEL)) / Z
Found = dict[str, tuple[np.ndarray, np.ndarray]]  # VaR and ES by method


def measure(*, rounds: int, quick: bool) -> list[Figure]:
    """Return times of the product, the floor and the peers, taken in turns."""
    days = DAYS // 5 if quick else DAYS
    pnl = _pnl(days + WINDOW)
    runs: dict[str, Callable[[np.ndarray], object]] = {
        "Enerscope": _ours,
        "numpy floor: VaR, ES, Kupiec": _floor,
        "pandas: VaR, ES, Kupiec": _pandas,
        "pandas: VaR alone": _pandas_var,
        "Python loop: VaR, ES": _loop,
    }
    _must_agree(_ours(pnl), [_floor(pnl), _pandas(pnl), _loop(pnl)])
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            acerbi_szekely_null.forget()
            began = process_time()
            run(pnl)
            times[name].append(1000.0 * (process_time() - began))
    subject, what = f"{days:,} days, 4 methods, window {WINDOW}", "VaR, ES, intervals, all tests"
    ours, (floor, *peers) = middle(times.pop("Enerscope")), times.items()
    least = middle(floor[1])
    return [
        Figure("risk, backtest", subject, what, ours, "ms", least, floor[0], TARGET * least),
        *(
            Figure("risk, backtest", subject, what, ours, "ms", middle(seconds), name)
            for name, seconds in peers
        ),
    ]


def _pnl(n: int) -> np.ndarray:
    """A P&L in EUR with the clusters of volatility that a desk has."""
    rng = np.random.default_rng(20260501)
    variance, made = 1.0, []
    for shock in rng.standard_t(5, n) * np.sqrt(3.0 / 5.0):
        made.append(np.sqrt(variance) * shock)
        variance = 0.02 + 0.06 * made[-1] ** 2 + 0.92 * variance
    return 1e5 * np.array(made)


def _ours(pnl: np.ndarray) -> dict[Method, tuple[RollingForecast, Backtest]]:
    return rolling_backtests(pnl, methods=METHODS, level=LEVEL, window=WINDOW)


def _ewma(losses: np.ndarray, seed: float) -> np.ndarray:
    path = np.empty(len(losses) + 1)
    variance = path[0] = seed
    for t, square in enumerate((losses * losses).tolist(), start=1):
        variance = path[t] = DECAY * variance + (1.0 - DECAY) * square
    return np.sqrt(path)


def _kupiec(losses: np.ndarray, var: np.ndarray) -> float:
    n, p = len(var), 1.0 - LEVEL
    x = int(np.sum(losses > var))
    return float(2.0 * (xlogy(x, x / n / p) + xlogy(n - x, (1.0 - x / n) / (1.0 - p))))


def _normals(normal: np.ndarray, ewma: np.ndarray) -> Found:
    return {"normal": (normal, ES_OVER_VAR * normal), "ewma": (ewma, ES_OVER_VAR * ewma)}


def _floor(pnl: np.ndarray) -> Found:
    losses = -pnl
    seed = float(np.mean(losses[:WINDOW] ** 2))
    rows = sliding_window_view(losses, WINDOW)[:-1]
    vol = _ewma(losses, seed)[:-1]
    scaled = sliding_window_view(losses / vol, WINDOW)[:-1]
    at = WINDOW - 1 - TAIL
    found = _normals(Z * rows.std(axis=1, ddof=1), Z * _ewma(losses[WINDOW:], seed)[:-1])
    for name, windows, scale in (("historical", rows, 1.0), ("filtered", scaled, vol[WINDOW:])):
        worst = np.partition(windows, at, axis=1)[:, at:]
        found[name] = worst[:, 0] * scale, worst[:, 1:].mean(axis=1) * scale
    for var, _ in found.values():
        _kupiec(losses[WINDOW:], var)
    return found


def _series(pnl: np.ndarray) -> tuple[dict[str, tuple[pd.Series, np.ndarray | float]], np.ndarray]:
    """Losses and standardised losses with what they are scaled by, and the EWMA that starts after the window."""
    losses = pd.Series(-pnl)
    seed = pd.Series([float((losses[:WINDOW] ** 2).mean())])
    vol, late = (
        np.sqrt(pd.concat([seed, part**2], ignore_index=True).ewm(alpha=1.0 - DECAY, adjust=False).mean())
        for part in (losses, losses[WINDOW:])
    )
    scaled = losses / vol[:-1]
    return {"historical": (losses, 1.0), "filtered": (scaled, vol.to_numpy()[WINDOW:-1])}, late.to_numpy()[
        :-1
    ]


def _pandas_var(pnl: np.ndarray) -> dict[str, np.ndarray]:
    samples, late = _series(pnl)
    found = {
        name: series.rolling(WINDOW).quantile(LEVEL, interpolation="lower").to_numpy()[WINDOW - 1 : -1]
        * scale
        for name, (series, scale) in samples.items()
    }
    found["normal"] = Z * samples["historical"][0].rolling(WINDOW).std().to_numpy()[WINDOW - 1 : -1]
    return {**found, "ewma": Z * late}


def _pandas(pnl: np.ndarray) -> Found:
    samples, _ = _series(pnl)
    quantiles = _pandas_var(pnl)
    found = _normals(quantiles["normal"], quantiles["ewma"])
    for name, (series, scale) in samples.items():
        worst = series.rolling(WINDOW).apply(lambda own: np.partition(own, -TAIL)[-TAIL:].mean(), raw=True)
        found[name] = quantiles[name], worst.to_numpy()[WINDOW - 1 : -1] * scale
    for var, _ in found.values():
        _kupiec(-pnl[WINDOW:], var)
    return found


def _loop(pnl: np.ndarray) -> Found:
    losses = -pnl
    seed = float(np.mean(losses[:WINDOW] ** 2))
    vol, late = _ewma(losses, seed), _ewma(losses[WINDOW:], seed)
    found: dict[str, list[tuple[float, float]]] = {method.value: [] for method in METHODS}
    for t in range(WINDOW, len(losses)):
        own = losses[t - WINDOW : t]
        for name, sample in (("historical", own), ("filtered", own / vol[t - WINDOW : t] * vol[t])):
            worst = np.sort(sample)[-1 - TAIL :]
            found[name].append((worst[0], worst[1:].mean()))
        for name, deviation in (("normal", np.std(own, ddof=1)), ("ewma", late[t - WINDOW])):
            found[name].append((Z * deviation, ES_OVER_VAR * Z * deviation))
    return {name: tuple(np.array(values).T) for name, values in found.items()}


def _must_agree(ours: dict[Method, tuple[RollingForecast, Backtest]], others: list[Found]) -> None:
    """Stop where somebody has other figures, but for days on which our ratios of volatility meet their cap."""
    for found in others:
        for method, (forecast, _) in ours.items():
            for mine, theirs in zip((forecast.var, forecast.es), found[method.value], strict=True):
                apart = int(np.sum(~np.isclose(mine, theirs, rtol=1e-9)))
                if apart > forecast.capped:
                    raise SystemExit(f"Figures of method {method} differ on {apart} days.")
