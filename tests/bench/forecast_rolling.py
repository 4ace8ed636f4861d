"""Rolling evaluation: 50 daily series of two years, five models, twelve origins, in two processes.

The baseline is the same run in one process: its answers must be the same before the times are compared. Shares of the
cores are processor time over twice the time of the clock, so neighbours on the machine lower them; the share of the
time that both processes were in a fit is free of that. Both runs are made once, since they take minutes.
"""

import resource
from time import perf_counter, process_time

import numpy as np

from portal.domain.forecast.base import all_models
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.rolling import Trial, evaluate_all
from portal.domain.forecast.series import Series
from portal.domain.forecast.splits import make_splits
from portal.domain.forecast.targets import Target, TargetKind
from tests.bench.report import Figure

SERIES, DAYS, ORIGINS, CORES = 50, 730, 12, 2
MODELS = ("seasonal_naive", "drift", "theta", "ets", "mstl")
TARGET_SECONDS = 300.0


def measure(*, rounds: int, quick: bool) -> list[Figure]:
    """Return seconds, the share of both cores and the forecasts a second; ``rounds`` is not used."""
    models = [code for code in MODELS if code in all_models()]
    count, origins = (4, 3) if quick else (SERIES, ORIGINS)
    trials = [
        Trial(series, code, make_splits(series, origins))
        for series in (_series(at) for at in range(count))
        for code in models
    ]
    alone, alone_seconds, _ = _timed(trials, 1)
    both, seconds, busy = _timed(trials, CORES)
    if not all(_same(one, two) for one, two in zip(alone, both, strict=True)):
        raise AssertionError("Two processes answer otherwise than one.")
    subject = f"{count} daily series, {len(models)} models, {origins} origins"
    fitted = sum(one.seconds for one in both)
    failed = sum(len(one.failures) for one in both)
    return [
        Figure(
            "forecast, rolling", subject, f"two processes, {failed} failures", seconds, "s", alone_seconds,
            "one process", TARGET_SECONDS,
        ),
        Figure("forecast, rolling", subject, "share of both cores", busy / (CORES * seconds), "1"),
        Figure("forecast, rolling", subject, "share of the time that both fit", fitted / (CORES * seconds), "1"),
        Figure("forecast, rolling", subject, "forecasts", len(trials) * origins / seconds, "/s"),
    ]  # fmt: skip


def _series(seed: int) -> Series:
    """Two years of a daily price that wanders, with a week in it."""
    rng = np.random.default_rng(seed)
    week = 2.0 * np.sin(2.0 * np.pi * np.arange(DAYS) / 5.0)
    y = 60.0 + np.cumsum(rng.normal(0.0, 0.6, DAYS)) + week + rng.standard_t(5, DAYS)
    target = Target(TargetKind.SETTLE, f"S{seed}", f"Series {seed}", "EUR/MWh", "UTC", 1, (5,), 20)
    stamps = np.datetime64("2024-01-01", "s") + np.arange(DAYS + 20) * np.timedelta64(86_400, "s")
    return Series(target, y, stamps)


def _timed(trials: list[Trial], workers: int) -> tuple[list[Evaluation], float, float]:
    """Run; return the evaluations, seconds of the clock, and of all processors."""
    before, began, own = _children(), perf_counter(), process_time()
    found = evaluate_all(trials, workers=workers)
    return found, perf_counter() - began, process_time() - own + _children() - before


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _same(one: Evaluation, two: Evaluation) -> bool:
    return np.array_equal(one.quantiles, two.quantiles, equal_nan=True) and one.failures == two.failures
