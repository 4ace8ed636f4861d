"""Theta over 50 daily series of two years, 28 days ahead: ours for all at once beside statsmodels and statsforecast.

The series are daily means of public power prices and loads, where the data set is there; else seeded ones of the same
shape. Peers answer series by series, without intervals; ours gives them too. The means must agree to the rules of the
peers' starts, which the MASE of each shows: the last 28 days against the mean weekly difference of the history.
statsforecast asks for pandas below 3, so it is skipped, with a reason, wherever the portal's own packages are.
"""

import sys
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd

from portal.domain.forecast.theta_method import theta
from tests.bench.power_data import LOCAL, folder
from tests.bench.report import Figure, middle

SERIES, DAYS, AHEAD, WEEK = 50, 730, 28, 7
GROUP = "forecast, Theta"
TARGET = 0.1  # of the best peer's time
MASE_WITHIN = 1.005  # of the best peer's


def measure(*, rounds: int, quick: bool) -> list[Figure]:
    """Return seconds and MASE of each."""
    count = 10 if quick else SERIES
    place = folder()
    whole, source = (
        (_made(count), "made series") if place is None else (_public(place, count), "public power")
    )
    history, after = whole[:, :DAYS], whole[:, DAYS:]
    runs = {"Enerscope": lambda: theta(history, AHEAD, WEEK).mean, **_peers(history)}
    answers = {name: run() for name, run in runs.items()}  # the first run of each loads what it needs
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(max(rounds, 3)):
        for name, run in runs.items():
            times[name].append(_timed(run))
    return _figures(f"{count} daily series ({source}), {AHEAD} days ahead", history, after, answers, times)


def _figures(
    subject: str,
    history: np.ndarray,
    after: np.ndarray,
    answers: dict[str, np.ndarray],
    times: dict[str, list[float]],
) -> list[Figure]:
    seconds = {name: middle(values) for name, values in times.items()}
    mase = {name: mean_scaled_error(history, after, found) for name, found in answers.items()}
    mine, own = seconds.pop("Enerscope"), mase.pop("Enerscope")
    best, quickest = min(mase.values()), min(seconds.values())
    found = [
        Figure(GROUP, subject, f"all series, against {name}", mine, "s", taken, name,
               TARGET * taken if taken == quickest else None)
        for name, taken in seconds.items()
    ]  # fmt: skip
    found += [
        Figure(GROUP, subject, f"MASE, against {name}", own, "", theirs, name,
               MASE_WITHIN * theirs if theirs == best else None)
        for name, theirs in mase.items()
    ]  # fmt: skip
    naive = np.tile(history[:, -WEEK:], AHEAD // WEEK)
    against = mean_scaled_error(history, after, naive)
    return [
        *found,
        Figure(GROUP, subject, "MASE, against the weekly naive", own, "", against, "weekly naive"),
    ]


def mean_scaled_error(history: np.ndarray, after: np.ndarray, mean: np.ndarray) -> float:
    """Return the MASE, mean of all series: absolute errors over the mean weekly difference of the history."""
    scale = np.abs(history[:, WEEK:] - history[:, :-WEEK]).mean(axis=1)
    return float((np.abs(after - mean).mean(axis=1) / scale).mean())


def _peers(history: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """Return those that are there, and say on the way which is not."""
    peers: dict[str, Callable[[], np.ndarray]] = {"statsmodels": lambda: _by_statsmodels(history)}
    if find_spec("statsforecast") is None:
        reason = "statsforecast is not installed: it asks for pandas below 3, the portal for pandas 3"
        print(f"skipped: {reason}", file=sys.stderr, flush=True)
        return peers
    return {**peers, "statsforecast": lambda: _by_statsforecast(history)}


def _by_statsmodels(history: np.ndarray) -> np.ndarray:
    from statsmodels.tsa.forecasting.theta import ThetaModel

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return np.array([ThetaModel(row, period=WEEK).fit().forecast(AHEAD) for row in history])


def _by_statsforecast(history: np.ndarray) -> np.ndarray:
    """Return what its model says of each row: quicker than its own loop over a table, by a table's making."""
    from statsforecast.models import Theta

    asked = Theta(season_length=WEEK)
    return np.array([asked.forecast(y=row, h=AHEAD)["mean"] for row in history])


def _public(place: Path, count: int) -> np.ndarray:
    """Daily means of prices and loads, in pieces of two years and four weeks, one every six weeks."""
    table = pd.read_csv(
        place / LOCAL, usecols=["zone", "ts_local", "price", "load"], parse_dates=["ts_local"]
    )
    size, pieces = DAYS + AHEAD, []
    for _, zone in table.groupby("zone", sort=True):
        days = zone.set_index("ts_local")[["price", "load"]].resample("D").mean()
        for name in days:
            y = days[name].interpolate(limit=2).dropna().to_numpy()
            pieces += [y[start : start + size] for start in range(0, len(y) - size + 1, 6 * WEEK)]
    if len(pieces) < count:
        raise SystemExit(f"The public data hold {len(pieces)} pieces of {size} days, not {count}.")
    return np.array([pieces[at] for at in np.linspace(0, len(pieces) - 1, count).astype(int)])


def _made(count: int) -> np.ndarray:
    """Seeded series that wander, with a week."""
    rng = np.random.default_rng(20261001)
    day = np.arange(DAYS + AHEAD)
    wander = np.cumsum(rng.standard_normal((count, len(day))), axis=1)
    return 120.0 + wander + 6.0 * (day % WEEK < 5) + 2.0 * rng.standard_normal((count, len(day)))


def _timed(run: Callable[[], object]) -> float:
    began = perf_counter()
    run()
    return perf_counter() - began
