"""Names of the cases on forecast evaluation translated to the product's functions."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.forecast.base import LEVELS, Task, model
from portal.domain.forecast.comparison.diebold_mariano import diebold_mariano
from portal.domain.forecast.evaluation import Evaluation, Splits
from portal.domain.forecast.rolling import evaluate, seasonal_scale
from portal.domain.forecast.scores import crps, pinball, score_of, smape, winkler
from portal.domain.forecast.series import Series
from portal.domain.forecast.targets import Target, TargetKind

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def _stamps(n: int) -> np.ndarray:
    return np.datetime64("2000-01-01", "s") + np.arange(n) * np.timedelta64(86_400, "s")


def _task(train: Any, horizon: int, period: int) -> Task:
    y = np.asarray(train, dtype=np.float64)
    return Task(y, _stamps(len(y) + horizon), horizon, periods=(period,) if period > 1 else ())


def _scored(task: Task, actual: Any, forecast: Any) -> Evaluation:
    """One origin with a point forecast."""
    mean = np.asarray(forecast, dtype=np.float64)[None, :]
    return Evaluation(
        origins=np.array([len(task.y)]),
        actual=np.asarray(actual, dtype=np.float64)[None, :],
        mean=mean,
        quantiles=np.repeat(mean[..., None], len(LEVELS), axis=-1),
        baseline=mean,
        scale=np.array([seasonal_scale(task)]),
    )


def accuracy(inputs: Inputs) -> Answer:
    """Point scores of the mean, the naive and the seasonal naive."""
    test, period = np.asarray(inputs["test"], dtype=np.float64), inputs["period"]
    task = _task(inputs["train"], len(test), period)
    naive = model("seasonal_naive")
    said = {
        "mean": np.full(len(test), task.y.mean()),
        "naive": naive(_task(inputs["train"], len(test), 1)).median,
        "seasonal_naive": naive(task).median,
    }
    answer: Answer = {}
    for name, forecast in said.items():
        scored = _scored(task, test, forecast)
        answer[name] = {code: score_of(code)(scored) for code in ("rmse", "mae", "mase")}
        answer[name]["mape"] = float(smape.percentage_errors(test, forecast).mean())
        answer[name]["smape_m4"] = score_of("smape")(scored)
    return answer


def crps_normal(inputs: Inputs) -> Answer:
    """CRPS of normal forecasts."""
    rows = inputs["rows"]
    y, mu, sigma = (np.array([row[name] for row in rows], dtype=np.float64) for name in ("y", "mu", "sigma"))
    return {"crps": crps.crps_normal(y, mu, sigma)}


def crps_ensemble(inputs: Inputs) -> Answer:
    """CRPS of ensembles, plain and fair."""
    pairs = list(zip(inputs["y"], inputs["ensembles"], strict=True))
    return {
        "edf": [crps.crps_ensemble(y, members, fair=False) for y, members in pairs],
        "fair": [crps.crps_ensemble(y, members) for y, members in pairs],
    }


def quantile_scores(inputs: Inputs) -> Answer:
    """Pinball, Winkler and coverage of given quantiles."""
    levels, y = inputs["levels"], np.asarray(inputs["y"], dtype=np.float64)
    forecasts = np.asarray(inputs["forecasts"], dtype=np.float64)
    losses = pinball.pinball_losses(y, forecasts, levels)
    low, high = (forecasts[:, levels.index(level)] for level in inputs["interval"])
    alpha = 1.0 - (inputs["interval"][1] - inputs["interval"][0])
    return {
        "pinball": losses,
        "mean_pinball": float(losses.mean()),
        "winkler": winkler.interval_losses(y, low, high, alpha=alpha),
        "coverage": float(np.mean((y >= low) & (y <= high))),
        "crps_from_quantiles": float(crps.crps_from_quantiles(y, forecasts, levels).mean()),
    }


def m4_metrics(inputs: Inputs) -> Answer:
    """SMAPE, MASE and MSIS of the M4 competition."""
    task = _task(inputs["insample"], len(inputs["y"]), inputs["period"])
    scored, scale = _scored(task, inputs["y"], inputs["forecast"]), seasonal_scale(task)
    interval = winkler.interval_losses(
        inputs["y"], inputs["lower"], inputs["upper"], alpha=inputs["interval_alpha"]
    )
    return {
        "smape": score_of("smape")(scored),
        "mase": score_of("mase")(scored),
        "msis": float(interval.mean()) / scale,
        "scale": scale,
    }


def dm(inputs: Inputs) -> Answer:
    """Diebold-Mariano of two series of errors."""
    found = [
        diebold_mariano(
            np.abs(inputs["e1"]) ** row["power"], np.abs(inputs["e2"]) ** row["power"], horizon=row["h"]
        )
        for row in inputs["rows"]
    ]
    return {"statistic": [one.statistic for one in found], "p_value": [one.p_value for one in found]}


def rolling_origin(inputs: Inputs) -> Answer:
    """Rolling evaluation of a registered model."""
    y, origins, period = np.asarray(inputs["y"], dtype=np.float64), inputs["origins"], inputs["period"]
    target = Target(
        TargetKind.SETTLE, "CASE", "Case", "1", "UTC", per_day=1, periods=(period,), horizon=inputs["horizon"]
    )
    series = Series(target, y, _stamps(len(y)))
    steps = np.diff(origins)
    if len(steps) and np.ptp(steps):
        raise LookupError("The product's origins are evenly spaced.")
    splits = Splits(origins[0], int(steps[0]) if len(steps) else 1, len(origins))
    found = evaluate(series, inputs["method"], {}, splits)
    mase = score_of("mase")
    return {
        "mase_per_origin": mase.per_origin(found),
        "mase": mase(found),
        "mae": score_of("mae")(found),
        "rmse": score_of("rmse")(found),
    }


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("forecast_eval", "accuracy"): accuracy,
    ("forecast_eval", "crps_normal"): crps_normal,
    ("forecast_eval", "crps_ensemble"): crps_ensemble,
    ("forecast_eval", "quantile_scores"): quantile_scores,
    ("forecast_eval", "m4_metrics"): m4_metrics,
    ("forecast_eval", "diebold_mariano"): dm,
    ("forecast_eval", "rolling_origin"): rolling_origin,
}
