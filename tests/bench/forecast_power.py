"""Day-ahead power of public zones, a year or two of days each: LEAR beside the weekly naive, literature and peers.

Each day is an origin of its own and the model is fitted anew; test days and settings are those of ``docs/forecast-
benchmark.md``, where the settings were chosen on the year before each test. statsforecast asks for other packages than
the portal's, so it runs under ``ENERSCOPE_PEER_PYTHON``, an interpreter that has it, or under this one; else it is
skipped, with the reason.
"""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np

from portal.domain.forecast.base import LEVELS, MEDIAN, model
from portal.domain.forecast.comparison.diebold_mariano import diebold_mariano
from portal.domain.forecast.conformal import calibrate_evaluation
from portal.domain.forecast.evaluation import Evaluation, Splits
from portal.domain.forecast.rolling import Trial, evaluate_all
from portal.domain.forecast.series import Series
from portal.domain.forecast.targets import TargetKind
from tests.bench.power_data import ZONES, Zone, folder, load_system, load_zone
from tests.bench.report import Figure, middle

GROUP = "forecast, day-ahead power"
CHAMPION = "lear"
SYSTEM = (TargetKind.LOAD, TargetKind.WIND, TargetKind.SOLAR)
QUICK_DAYS = 28
LOW, HIGH = LEVELS.index(0.1), LEVELS.index(0.9)
SIGNIFICANT = 0.05
WEEK = 7
ADAPTION = 0.02
PEER_DAYS = 5


@dataclass(frozen=True)
class Outcome:
    """What one zone's test says of one model; errors in the unit of prices, shares as fractions."""

    zone: str
    days: int
    mae: float
    naive_mae: float
    smape: float
    naive_smape: float
    rmae: float
    p_better: float
    hours_better: int
    covered: float
    covered_split: float
    covered_adaptive: float
    seconds: float


def measure(*, rounds: int, quick: bool) -> list[Figure]:
    """Return the figures of all zones; of three and of few days when ``quick``. One round, whatever is asked."""
    place = folder()
    if place is None:
        print("skipped: the public data set is not there; set ENERSCOPE_SHARED", file=sys.stderr, flush=True)
        return []
    zones = ZONES[:2] + ZONES[3:4] if quick else ZONES
    loaded = [load_zone(zone, place) for zone in zones]
    trials = [
        Trial(series, CHAMPION, replace(splits, count=QUICK_DAYS) if quick else splits)
        for series, splits in loaded
    ]
    systems = [] if quick else [load_system(kind, place) for kind in SYSTEM]
    trials += [Trial(series, CHAMPION, splits) for series, splits, _ in systems]
    evaluations = evaluate_all(trials, workers=os.cpu_count() or 1)
    found = []
    for zone, evaluation in zip(zones, evaluations, strict=False):
        found += _figures(zone, outcome_of(zone.code, evaluation))
    for (series, _, operators), evaluation in zip(systems, evaluations[len(zones) :], strict=True):
        found += _system_figures(series, evaluation, operators)
    return found + _against_statsforecast(*loaded[0], days=2 if quick else PEER_DAYS)


def outcome_of(zone: str, evaluation: Evaluation) -> Outcome:
    """Return what the test of one zone says; days that failed are an error of the benchmark."""
    if evaluation.failures:
        raise SystemExit(f"{zone}: {next(iter(evaluation.failures.values()))}")
    served = slice(evaluation.lead, None)
    actual, median = evaluation.actual[:, served], evaluation.quantiles[:, served, MEDIAN]
    baseline = evaluation.baseline[:, served]
    error, naive = np.abs(actual - median), np.abs(actual - baseline)
    by_hour = [diebold_mariano(naive[:, hour], error[:, hour]).p_better for hour in range(actual.shape[1])]
    return Outcome(
        zone=zone,
        days=len(actual),
        mae=float(error.mean()),
        naive_mae=float(naive.mean()),
        smape=_smape(actual, median),
        naive_smape=_smape(actual, baseline),
        rmae=float(error.mean() / np.abs(actual[WEEK:] - actual[:-WEEK]).mean()),
        p_better=diebold_mariano(naive.mean(axis=1), error.mean(axis=1)).p_better,
        hours_better=int((np.array(by_hour) < SIGNIFICANT).sum()),
        covered=_covered(evaluation),
        covered_split=_covered(calibrate_evaluation(evaluation)),
        covered_adaptive=_covered(calibrate_evaluation(evaluation, gamma=ADAPTION)),
        seconds=evaluation.seconds / len(actual),
    )


def _smape(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Twice the error over the sum of both sizes, mean of all hours, as the toolbox of Lago et al. defines it."""
    total = np.abs(actual) + np.abs(forecast)
    return float(
        np.mean(
            np.where(total > 0.0, 2.0 * np.abs(actual - forecast) / np.where(total > 0.0, total, 1.0), 0.0)
        )
    )


def _covered(evaluation: Evaluation) -> float:
    served = slice(evaluation.lead, None)
    low, high = evaluation.quantiles[:, served, LOW], evaluation.quantiles[:, served, HIGH]
    actual = evaluation.actual[:, served]
    return float(((actual >= low) & (actual <= high)).mean())


def _figures(zone: Zone, found: Outcome) -> list[Figure]:
    subject = f"{zone.code}, {found.days} days from {zone.test_from}"
    figures = [
        Figure(GROUP, subject, "MAE", found.mae, "EUR/MWh", found.naive_mae, "weekly naive", found.naive_mae),
        Figure(GROUP, subject, "sMAPE", found.smape, "", found.naive_smape, "weekly naive"),
        Figure(GROUP, subject, "rMAE", found.rmae, "", target=1.0),
        Figure(GROUP, subject, "p, better than the weekly naive", found.p_better, "", target=SIGNIFICANT),
        Figure(GROUP, subject, "hours significantly better", found.hours_better, "of 24"),
        Figure(GROUP, subject, "inside the 80 % interval, own", found.covered, ""),
        Figure(
            GROUP, subject, "inside the 80 % interval, split conformal", found.covered_split, "", target=0.8
        ),
        Figure(GROUP, subject, "inside the 80 % interval, adaptive", found.covered_adaptive, "", target=0.8),
        Figure(GROUP, subject, "one fit", found.seconds, "s"),
    ]
    if zone.published_mae is not None and found.days > QUICK_DAYS:
        figures.append(
            Figure(
                GROUP,
                subject,
                "MAE, published",
                found.mae,
                "EUR/MWh",
                zone.published_mae,
                "LEAR ensemble, Lago et al.",
            )
        )
    return figures


def _system_figures(series: Series, evaluation: Evaluation, operators: np.ndarray) -> list[Figure]:
    found = outcome_of(series.target.code, evaluation)
    subject = f"{series.target.code}, {found.days} days"
    served = slice(evaluation.lead, None)
    theirs = float(np.abs(evaluation.actual - operators)[:, served].mean())
    return [
        Figure(GROUP, subject, "MAE", found.mae, "MW", found.naive_mae, "weekly naive", found.naive_mae),
        Figure(
            GROUP, subject, "MAE, beside the operators", found.mae, "MW", theirs, "the operators' forecast"
        ),
        Figure(GROUP, subject, "p, better than the weekly naive", found.p_better, "", target=SIGNIFICANT),
        Figure(GROUP, subject, "inside the 80 % interval, own", found.covered, ""),
        Figure(
            GROUP, subject, "inside the 80 % interval, split conformal", found.covered_split, "", target=0.8
        ),
    ]


def _against_statsforecast(series: Series, splits: Splits, *, days: int) -> list[Figure]:
    """Time our fit and a plain call of statsforecast on the same histories, in turns of one day each."""
    python = os.environ.get("ENERSCOPE_PEER_PYTHON") or (sys.executable if find_spec("statsforecast") else "")
    if not python:
        reason = (
            "statsforecast is not importable here and ENERSCOPE_PEER_PYTHON names no interpreter that has it"
        )
        print(f"skipped: {reason}", file=sys.stderr, flush=True)
        return []
    origins = splits.origins[:: max(1, splits.count // days)][:days]
    actual = np.array([series.y[origin : origin + series.target.horizon] for origin in origins])
    ours, times, theirs, their_times = [], [], [], []
    model(CHAMPION)(series.task(origins[0], window=splits.window))  # loads what it needs
    for origin in origins:
        task = series.task(origin, window=splits.window)
        began = perf_counter()
        ours.append(model(CHAMPION)(task).median)
        times.append(perf_counter() - began)
        answer = _peer(python, task.y, series.target.horizon)
        theirs.append(answer["mean"])
        their_times.append(answer["seconds"])
    subject = f"{series.target.subject}, {len(origins)} days, history of {len(task.y):,} hours"
    error = [float(np.abs(np.array(said) - actual).mean()) for said in (ours, theirs)]
    name, taken = "statsforecast MSTL", middle(their_times)
    return [
        Figure(GROUP, subject, "one day, against a plain call", middle(times), "s", taken, name, taken),
        Figure(GROUP, subject, "MAE, against a plain call", error[0], "EUR/MWh", error[1], name),
    ]


def _peer(python: str, history: np.ndarray, horizon: int) -> dict[str, list[float]]:
    with tempfile.TemporaryDirectory() as room:
        np.save(Path(room) / "history.npy", history)
        script = Path(__file__).with_name("forecast_peer.py")
        done = subprocess.run(
            [python, str(script), str(Path(room) / "history.npy"), str(horizon)],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"statsforecast stopped: {done.stderr.strip().splitlines()[-1:]}")
    return json.loads(done.stdout)
