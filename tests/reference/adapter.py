"""One door for reference cases: ``evaluate(topic, inputs)`` calls the product's own functions and shapes their answers.

Inputs are as ``oracle_io.resolve`` gives them; the answer has the keys of the case's ``expected``. A model that the
product does not have raises `LookupError`. There is no mathematics here: only names are translated.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.market import decomposition, garch, garch_forecast, returns, seasonality, volatility
from tests.reference import (
    forecast_eval,
    forecast_models,
    portfolio_curves,
    portfolio_flexible,
    portfolio_options,
    risk_backtests,
    risk_historical,
    risk_limits,
    risk_parametric,
    risk_performance,
    risk_sizing,
)

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
MAX_HORIZON = 252  # of forecasts whose case does not say which days it wants
_PERCENT = 100.0


def evaluate(topic: str, inputs: Inputs) -> Answer:
    """Run the product's function for one case.

    Parameters
    ----------
    topic : str
        Topic of the case.
    inputs : mapping
        Resolved inputs; ``model`` names the calculation.

    Returns
    -------
    dict
        Values under the keys of ``expected``; more keys than a case asks for do no harm.

    Raises
    ------
    LookupError
        The product has no such model yet.
    """
    model = inputs.get("model")
    function = MODELS.get((topic, str(model)))
    if function is None:
        raise LookupError(f"The product has no model {model!r} of topic {topic!r} yet.")
    return function(inputs)


def _series(table: Any) -> np.ndarray:
    """The numbers of a resolved table: its one column that is not the index."""
    if isinstance(table, Mapping):
        columns = [values for name, values in table.items() if name != "index"]
        if len(columns) != 1:
            raise LookupError(f"One series is expected, not {len(columns)}.")
        return np.asarray(columns[0], dtype=np.float64)
    return np.asarray(table, dtype=np.float64)


def _returns(inputs: Inputs) -> np.ndarray:
    """The series as it is, or its returns of the kind that the case names."""
    for name in ("returns", "table", "r", "y"):
        if name in inputs and not isinstance(inputs[name], str):
            return _series(inputs[name])
    prices, rule = _series(inputs["series"]), str(inputs.get("returns", "")).lower()
    if not rule or rule in {"none", "as given"}:
        return prices
    kinds = {"simple": "simple", "pct": "simple", "log": "log", "abs": "absolute", "diff": "absolute"}
    kind = next((kind for word, kind in kinds.items() if word in rule), None)
    if kind is None:
        raise LookupError(f"The product has no returns of kind {rule!r}.")
    return returns.compute_returns(prices, kind).values * (_PERCENT if "100" in rule else 1.0)


_SPEC_NAMES = {"distribution": "dist"}
_DISTRIBUTIONS = {
    "student": "t",
    "student-t": "t",
    "std": "t",
    "gauss": "normal",
    "sstd": "skewt",
}  # R's and others'
_SPEC_KEYS = ("vol", "p", "o", "q", "power", "mean", "lags", "dist", "distribution")


def _spec(inputs: Inputs) -> garch.GarchSpec:
    """The specification of a case: under ``spec``, or beside the data."""
    given = {**{k: inputs[k] for k in _SPEC_KEYS if k in inputs}, **inputs.get("spec", {})}
    unknown = sorted(set(given) - set(_SPEC_KEYS))
    if unknown:
        raise LookupError(f"The product's GARCH has no option {', '.join(unknown)}.")
    rule = str(inputs.get("presample", "backcast")).lower()
    presample = garch.Presample.BACKCAST if "backcast" in rule else garch.Presample.MEAN_SQUARE
    options = {_SPEC_NAMES.get(k, k): v for k, v in given.items()}
    options["dist"] = _DISTRIBUTIONS.get(
        str(options.get("dist", "normal")).lower(), options.get("dist", "normal")
    )
    return garch.GarchSpec(**options, presample=presample)


def garch_benchmark(inputs: Inputs) -> Answer:
    """GARCH(1,1) (or GJR) with a stated presample rule; parameters at the top level, without lag numbers."""
    fit = garch.fit_garch(_returns(inputs), _spec(inputs), horizon=MAX_HORIZON, starts=4)
    flat = {name.split("[")[0]: value for name, value in fit.params.items()}
    return {**fit.params, **flat, **_fit_answer(fit, inputs)}


def garch_fit(inputs: Inputs) -> Answer:
    """Any specification of the library ``arch``."""
    fit = garch.fit_garch(_returns(inputs), _spec(inputs), horizon=MAX_HORIZON, starts=4)
    return _fit_answer(fit, inputs)


def _fit_answer(fit: garch.GarchFit, inputs: Inputs) -> Answer:
    days = inputs.get("horizons", range(1, MAX_HORIZON + 1))
    column = next((name for name in inputs.get("series", {}) if name != "index"), "y")
    lags = {
        name.replace("y[", f"{column}[", 1): value
        for name, value in fit.params.items()
        if name.startswith("y[")
    }
    return {
        "params": {**fit.params, **lags},  # a case may name lags by the column
        "standard_errors": dict(fit.standard_errors),
        "log_likelihood": fit.log_likelihood,
        "variance_forecast": {f"h{day}": float(fit.variance_forecast[day - 1]) for day in days},
        "n": fit.n,
        "persistence": fit.persistence,
        "long_run_variance": fit.long_run_variance,
        "half_life_days": fit.half_life_days,
        "conditional_variance": fit.conditional_variance,
        "last_variance": float(fit.conditional_variance[-1]),
    }


def vol_updates(inputs: Inputs) -> Answer:
    """One-step updates and forecasts from given parameters; each block is optional."""
    answer: Answer = {}
    if ewma := inputs.get("ewma"):
        answer["ewma_vol"] = volatility.update_ewma_volatility(ewma["vol"], ewma["ret"], ewma["lam"])
        answer["ewma_variance"] = answer["ewma_vol"] ** 2
    if given := inputs.get("garch"):
        weights = {name: given[name] for name in ("omega", "alpha", "beta", "gamma") if name in given}
        variance = garch_forecast.update_garch_variance(given["vol"] ** 2, given["ret"], **weights)
        kept = garch_forecast.persistence(**{k: v for k, v in weights.items() if k != "omega"})
        answer["garch_variance"] = variance
        answer["garch_vol"] = float(np.sqrt(variance))
        answer["garch_long_run_variance"] = garch_forecast.long_run_variance(given["omega"], kept)
    if given := inputs.get("forecast"):
        answer["forecast_variance"] = garch_forecast.mean_reverting_variance(
            given["current_variance"],
            long_run=given["long_run_variance"],
            kept=garch_forecast.persistence(given["alpha"], given["beta"], given.get("gamma", 0.0)),
            days=given["days"],
        )
    return answer


def ewma(inputs: Inputs) -> Answer:
    """EWMA variance path from a seed; without one, the product's own seed."""
    values = _returns(inputs)
    seed = inputs.get("initial_variance")
    lam = inputs.get("lam", volatility.RISKMETRICS_LAMBDA)
    path = volatility.ewma_variance(
        values, initial_variance=volatility.ewma_seed(values) if seed is None else seed, lam=lam
    )
    return {"variance": path, "volatility": np.sqrt(path), "next_variance": float(path[-1])}


def garch_term_structure(inputs: Inputs) -> Answer:
    """Variance by horizon from given parameters."""
    structure = garch_forecast.variance_term_structure(
        inputs["next_variance"],
        inputs["horizons"],
        omega=inputs["omega"],
        alpha=inputs["alpha"],
        beta=inputs["beta"],
        gamma=inputs.get("gamma", 0.0),
    )
    return {
        "variance_at_h": structure.variance_at_h,
        "cumulative_variance": structure.cumulative_variance,
        "half_life_days": structure.half_life_days,
        "sqrt_time_ratio": structure.sqrt_time_ratio,
        "long_run_variance": structure.long_run_variance,
    }


def realised(inputs: Inputs) -> Answer:
    """Annualised realised volatility."""
    options = {name: inputs[name] for name in ("periods_per_year", "zero_mean") if name in inputs}
    value = volatility.realised_volatility(_returns(inputs), **options)
    return {"vol": value, "volatility": value}


def classical_decomposition(inputs: Inputs) -> Answer:
    """Classical decomposition, additive unless the case says otherwise."""
    kind = inputs.get("type", "additive")
    return _parts(decomposition.decompose_classically(_series(inputs["y"]), inputs["period"], kind), inputs)


def stl(inputs: Inputs) -> Answer:
    """STL with R's defaults."""
    window = inputs.get("seasonal", inputs.get("s_window", "periodic"))
    parts = decomposition.decompose_stl(
        _series(inputs["y"]),
        inputs["period"],
        seasonal_window=None if window == "periodic" else int(window),
        trend_window=inputs.get("trend", inputs.get("t_window")),
        low_pass_window=inputs.get("low_pass", inputs.get("l_window")),
        robust=bool(inputs.get("robust", False)),
        seasonal_degree=int(inputs.get("seasonal_degree", inputs.get("s_degree", 0))),
    )
    return _parts(parts, inputs)


def _parts(parts: decomposition.Decomposition, inputs: Inputs) -> Answer:
    """Whole parts, and the samples of them that cases show: the first year, and the trend at some positions."""
    n, year = len(parts.trend), parts.period
    # a case that does not list its positions takes the ends and the ends of the 5th and 10th cycle
    sample = inputs.get("index", inputs.get("at", [0, 5 * year - 1, 10 * year - 1, n - 1]))
    inside = [i for i in sample if i < n]
    return {
        "figure": parts.figure,
        "trend": _blanks(parts.trend),
        "seasonal": parts.seasonal,
        "remainder": _blanks(parts.remainder),
        "random": _blanks(parts.remainder),
        "weights": parts.weights,
        "seasonal_first_year": parts.seasonal[:year],
        "trend_at": {"index": inside, "value": [parts.trend[i] for i in inside]},
        "seasonal_at": {"index": inside, "value": [parts.seasonal[i] for i in inside]},
        "remainder_at": {"index": inside, "value": [parts.remainder[i] for i in inside]},
    }


def _blanks(values: np.ndarray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def degree_days(inputs: Inputs) -> Answer:
    """Heating and cooling degree days from daily extremes or means."""
    bases = {name: inputs[name] for name in ("base_hdd", "base_cdd") if name in inputs}
    if "base" in inputs:
        bases = {"base_hdd": inputs["base"], "base_cdd": inputs["base"]}
    elif any("fahrenheit" in name for name in inputs):
        bases = {"base_hdd": 65.0, "base_cdd": 65.0, **bases}  # the base of US contracts
    extremes = next((inputs[name] for name in inputs if name.startswith("tmin_tmax")), None)
    if extremes is not None:
        low, high = np.asarray(extremes, dtype=np.float64).T
        days = seasonality.degree_days(low, high, **bases)
    else:
        means = next((inputs[name] for name in inputs if name.startswith(("tavg", "tmean", "mean"))), None)
        if means is None:
            raise LookupError("The product needs daily extremes or means for degree days.")
        days = seasonality.mean_degree_days(means, **bases)
    return {"hdd": days.hdd, "cdd": days.cdd, "hdd_total": days.hdd_total, "cdd_total": days.cdd_total}


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("garch_vol", "garch11"): garch_benchmark,
    ("garch_vol", "garch"): garch_fit,
    ("garch_vol", "vol_updates"): vol_updates,
    ("garch_vol", "ewma"): ewma,
    ("garch_vol", "garch_forecast"): garch_term_structure,
    ("garch_vol", "realised_vol"): realised,
    ("garch_vol", "realised_volatility"): realised,
    ("seasonality", "classical_decomposition"): classical_decomposition,
    ("seasonality", "stl"): stl,
    ("seasonality", "degree_days"): degree_days,
    **forecast_eval.MODELS,
    **forecast_models.MODELS,
    **portfolio_curves.MODELS,
    **portfolio_flexible.MODELS,
    **portfolio_options.MODELS,
    **risk_backtests.MODELS,
    **risk_limits.MODELS,
    **risk_sizing.MODELS,
    **risk_historical.MODELS,
    **risk_parametric.MODELS,
    **risk_performance.MODELS,
}
