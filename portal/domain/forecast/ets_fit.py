"""Fitting exponential smoothing: by the likelihood through statsmodels, or by the simplex of R's ``forecast::ets``.

API: ``Search``, ``fit_ets(y, spec, period, search) -> EtsFit``.

The likelihood of these models has several tops. ``Search.LIKELIHOOD`` climbs from three starts and keeps the best.
``Search.SIMPLEX`` repeats what R's package does, which many published figures come from: it stops after 2,000
evaluations, often below the top (by 6 units of log-likelihood on AirPassengers).
"""

from enum import StrEnum
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.forecast.ets_simplex import fit_by_simplex
from portal.domain.forecast.exponential import EtsFit, EtsSpec, EtsStates, EtsWeights
from portal.domain.forecast.model_fitting import must_converge, quiet
from portal.domain.market.errors import BadParameter, InsufficientHistory, NonPositivePrices
from portal.domain.market.series import as_vector

TITLE, CODE = "ETS", "ets"
MOST_STATES = (
    12  # longest season whose states are estimated one by one; longer ones start from a decomposition
)
_NAMES = {"N": None, "A": "add", "M": "mul"}


class Search(StrEnum):
    """How weights and initial states are found."""

    LIKELIHOOD = "likelihood"
    SIMPLEX = "simplex"


def fit_ets(
    y: FloatLike1D, spec: EtsSpec, period: int = 1, search: Search | str = Search.LIKELIHOOD
) -> EtsFit:
    """Fit weights and initial states.

    Parameters
    ----------
    y : array_like of shape (n,)
        Complete series; above zero where a part multiplies.
    spec : EtsSpec
        The model.
    period : int, default 1
        Steps in a season.
    search : Search, default likelihood
        How.

    Returns
    -------
    EtsFit
        The fit.

    Raises
    ------
    BadParameter
        There is no such search.
    InsufficientHistory
        Fewer than two seasons and a step, or than 8 values.
    NonPositivePrices
        A part multiplies and a value is not above zero.
    NotConverged
        No climb ended (likelihood only).

    References
    ----------
    Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing.
    """
    series = as_vector(y, "values")
    _check(series, spec, period)
    if search not in list(Search):
        raise BadParameter(
            f"There is no search '{search}' for ETS; choose {' or '.join(Search)}.",
            name="search",
            value=search,
        )
    if search == Search.SIMPLEX:
        return fit_by_simplex(series, spec, period)
    return _climb(series, spec, period)


def _check(series: FloatArray1D, spec: EtsSpec, period: int) -> None:
    need = 8 if spec.season == "N" else max(8, 2 * period + 1)
    if len(series) < need:
        raise InsufficientHistory(
            f"ETS({spec.name}) needs {need} values, but there are {len(series)}.", have=len(series), need=need
        )
    if spec.multiplies and not series.min() > 0.0:
        raise NonPositivePrices(
            f"ETS({spec.name}) multiplies, but the least value is {series.min():g}. Use additive parts.",
            price=float(series.min()),
        )


def _climb(series: FloatArray1D, spec: EtsSpec, period: int) -> EtsFit:
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    options: dict[str, Any] = {
        "error": _NAMES[spec.error],
        "trend": None if spec.trend == "N" else "add",
        "damped_trend": spec.trend == "Ad",
        "seasonal": _NAMES[spec.season],
        "seasonal_periods": period if spec.season != "N" else None,
    }
    unit = (
        float(np.mean(series) if spec.multiplies else np.std(series)) or 1.0
    )  # the search wants values near one
    with quiet(TITLE, CODE):
        rough = ETSModel(series / unit, **options, initialization_method="heuristic").fit(disp=False)
        tries = [rough]
        if spec.season == "N" or period <= MOST_STATES:
            full = ETSModel(series / unit, **options)
            start = np.array(full.start_params)
            start[: len(rough.params)] = rough.params
            tries += [full.fit(start_params=start, disp=False), full.fit(disp=False)]
    ended = [found for found in tries if found.mle_retvals["converged"] and np.isfinite(found.llf)]
    must_converge(bool(ended), f"{TITLE}({spec.name})", CODE)
    return _answer(max(ended, key=lambda found: float(found.llf)), spec, period, unit)


def _answer(found: Any, spec: EtsSpec, period: int, unit: float) -> EtsFit:
    named = dict(zip(found.model.param_names, np.asarray(found.params).tolist(), strict=True))
    weights = EtsWeights(
        named["smoothing_level"],
        named.get("smoothing_trend", 0.0),
        named.get("smoothing_seasonal", 0.0),
        named.get("damping_trend", 1.0),
    )
    season: tuple[float, ...] = ()
    if spec.season != "N":
        # the newest effect of each position; the oldest of them comes next
        season = tuple((np.asarray(found.season)[-period:] * (1.0 if spec.season == "M" else unit)).tolist())
    trend = float(found.slope[-1]) * unit if spec.trend != "N" else 0.0
    errors = np.asarray(found.resid, dtype=np.float64)
    count = sum(name.startswith(("smoothing", "damping")) for name in named)
    return EtsFit(
        spec,
        weights,
        EtsStates(float(found.level[-1]) * unit, trend, season),
        errors * unit if spec.error == "A" else errors,
        np.asarray(found.fittedvalues, dtype=np.float64) * unit,
        count + 1 + (spec.trend != "N") + max(len(season) - 1, 0) + 1,
    )
