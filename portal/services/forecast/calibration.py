"""Calibration of a version's quantiles by its errors at the origins of its trial, and scenario paths from the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.arrays import FloatArray2D
from portal.core.errors import NotFound
from portal.domain.forecast.base import Forecast
from portal.domain.forecast.conformal import calibrate, past_errors
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.paths import error_ranks, paths
from portal.domain.forecast.series import Series
from portal.domain.market.errors import InsufficientHistory
from portal.services.forecast import experiments
from portal.services.forecast.registry import VersionView

PATHS = 200
OWN_STEPS = 40  # origins from which each step is moved by its own errors; with fewer all steps share theirs
SEED = 20_260_101


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Calibrated:
    """A forecast with calibrated quantiles, its scenario paths (paths, horizon) or None, and what was done."""

    forecast: Forecast
    paths: FloatArray2D | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def calibrated(series: Series, view: VersionView, raw: Forecast) -> Calibrated:
    """Return the forecast of a version with its quantiles moved by what those of its trial missed, and paths.

    A trial without forecasts of as many steps moves nothing, which the facts say.
    """
    try:
        with UnitOfWork() as work:
            found = experiments.stored_in(work, view.experiment_id).evaluation
    except NotFound as problem:
        return Calibrated(raw, None, {"calibration": {"errors": 0, "why": problem.message}})
    if found.actual.shape[1] != len(raw.mean):
        return Calibrated(raw, None, {"calibration": {"errors": 0, "why": "The trial had another horizon."}})
    errors = past_errors(found.actual, np.asarray(found.quantiles, np.float64))
    pooled = len(errors) < OWN_STEPS
    moved = calibrate(raw, errors.pooled() if pooled else errors)
    if series.target.positive:
        moved = Forecast(
            np.maximum(moved.mean, 0.0), np.maximum(moved.quantiles, 0.0), moved.facts, moved.notes
        )
    facts = dict(moved.facts.get("calibration", {})) | {"origins": len(errors), "pooled": pooled}
    return Calibrated(moved, _paths(series, found, moved), {"calibration": facts})


def _paths(series: Series, found: Evaluation, moved: Forecast) -> FloatArray2D | None:
    ranks = error_ranks(found.actual, np.asarray(found.quantiles, np.float64))
    try:
        return paths(moved, ranks, PATHS, SEED + len(series.y), positive=series.target.positive)
    except InsufficientHistory:
        return None  # too few past forecasts to say how errors go together; the quantiles stand alone
