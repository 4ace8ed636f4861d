"""Trials of a target for tests of accuracy: models that are better, equal and worse than the seasonal naive."""

from datetime import date

import numpy as np

from data.session import UnitOfWork
from data.writes import forecast as writes
from portal.core import clock
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.quantiles import normal_quantiles
from portal.domain.forecast.scores import scores_of
from portal.services.forecast import experiments

DAY = date(2026, 7, 14)
ORIGINS = 40
ERRORS = {"seasonal_naive": 6.0, "drift": 6.5, "lear": 3.0, "theta": 5.8}


def hourly_evaluation(
    sd: float, *, seed: int, lead: int = 0, origins: int = ORIGINS
) -> tuple[Evaluation, np.ndarray]:
    """Hourly forecasts whose errors have a standard deviation that they know; the naive is the same for all."""
    rng = np.random.default_rng(1)
    shape = (origins, 24 + lead)
    actual = 60.0 + 15.0 * np.sin(2.0 * np.pi * np.arange(shape[1]) / 24.0) + rng.normal(0.0, 8.0, shape)
    naive = actual + rng.normal(0.0, 6.0, shape)
    mean = (
        naive
        if sd == ERRORS["seasonal_naive"]
        else actual + np.random.default_rng(seed).normal(0.0, sd, shape)
    )
    quantiles = np.stack([normal_quantiles(row, np.full(shape[1], sd)) for row in mean])
    first = np.datetime64("2026-05-25T00", "s")
    stamp = first + np.timedelta64(3600, "s") * (24 * np.arange(origins)[:, None] + np.arange(shape[1]))
    actual[3, lead + 5] = np.nan  # filled by the gap policy: in no score
    made = Evaluation(
        origins=2000 + 24 * np.arange(origins), actual=actual, mean=mean, quantiles=quantiles, baseline=naive,
        scale=np.full(origins, 7.0), lead=lead, per_day=24, seconds=0.5,
    )  # fmt: skip
    return made, stamp


def add_hourly_trials(target: str = "power.DE_LU", *, lead: int = 0, data: str = "d") -> dict[str, int]:
    """Store a trial of each model and one that failed, and return their ids by model."""
    found = {}
    for seed, (model, sd) in enumerate(ERRORS.items()):
        made, stamp = hourly_evaluation(sd, seed=seed, lead=lead)
        found[model] = _add(target, model, data, made, stamp)
    found["failed"] = _add(target, "gradient_boosting", data, None, None)
    return found


def _add(target: str, model: str, data: str, made: Evaluation | None, stamp: np.ndarray | None) -> int:
    splits = {"first": 2000, "step": 24, "count": ORIGINS, "window": 0, "per_day": 24}
    if made is not None:
        splits["lead"] = made.lead
    with UnitOfWork(write=True) as work:
        trial = writes.insert_trial(
            work.session, job_id=None, target=target, model=model, params={}, sweep="small", trial=1,
            status="finished" if made else "failed", error=None if made else "It did not converge.", as_of=DAY,
            known_at=clock.now(), train_first=date(2025, 1, 1), train_last=DAY, splits=splits, origins=ORIGINS,
            metrics=scores_of(made) if made else {}, facts={}, data_hash=data * 64, feature_set="",
            feature_version=0, code_version="1", fingerprint=f"{target} {model} {data}", simulated=True, seconds=0.5,
            run_by="trader",
        )  # fmt: skip
        if made is not None and stamp is not None:
            writes.insert_arrays(work.session, trial, experiments.arrays_of(made, stamp))
    return trial
