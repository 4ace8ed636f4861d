"""Names of the parametric-risk cases translated to the product's functions."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.risk import parametric, quantile_rules

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
PRINTED_Z = {0.99: 2.33, 0.95: 1.65}  # of the older editions


def delta_normal(inputs: Inputs) -> Answer:
    """Linear books: figures, parts, and what changes with a trade."""
    exposures = _exposures(inputs)
    covariance = _covariance(inputs, len(exposures))
    level, days = inputs.get("confidence"), inputs.get("horizon_days", 1)
    options = {"mean": inputs.get("mean"), "dof": inputs.get("dof"), "z": inputs.get("z")}
    found = parametric.linear_risk(exposures, covariance, level, **options)
    long = parametric.linear_risk(exposures, covariance, level, **options, horizon_days=days)
    answer = {
        "sd_1d": found.sd,
        "var": found.var,
        "var_1d": found.var,
        "portfolio_var": found.var,
        "es": found.es,
        f"var_{days}d": long.var,
        f"stand_alone_{days}d": long.stand_alone_var,
        "undiversified": found.stand_alone_var,
        "component_var": found.component_var,
        "component_es": found.component_es,
        "marginal_var": found.marginal_var,
        "incremental_var_remove": found.incremental_var,
    }
    if level in PRINTED_Z:
        printed = {"z": PRINTED_Z[level]}
        answer["var_1d_rounded_z"] = parametric.linear_risk(exposures, covariance, **printed).var
        answer[f"var_{days}d_rounded_z"] = parametric.linear_risk(
            exposures, covariance, **printed, horizon_days=days
        ).var
    if trade := inputs.get("trade"):
        after = exposures.copy()
        after[trade["index"]] += trade["amount"]
        more = parametric.linear_risk(after, covariance, level, **options)
        answer["incremental_var_exact"] = more.var - found.var
        answer["incremental_var_marginal"] = found.marginal_var[trade["index"]] * trade["amount"]
    return answer


def _exposures(inputs: Inputs) -> np.ndarray:
    if "exposures" in inputs:
        return np.array(inputs["exposures"], dtype=np.float64)
    return np.array(inputs["deltas"], dtype=np.float64) * inputs["prices"]


def _covariance(inputs: Inputs, k: int) -> np.ndarray:
    if "covariance" in inputs:
        return np.array(inputs["covariance"])
    vol = np.array(inputs.get("daily_vol", inputs.get("annual_vol")))
    correlation = np.full((k, k), inputs["correlation"], dtype=np.float64)
    np.fill_diagonal(correlation, 1.0)
    return correlation * np.outer(vol, vol)


def normal_vs_t(inputs: Inputs) -> Answer:
    """One position at several levels, with normal and with t tails of the same variance."""
    sd = inputs["value"] * inputs["annual_vol"] / np.sqrt(inputs["days_per_year"])
    dof = inputs["dof"]
    answer: Answer = {}
    for name, degrees in (("normal", None), (f"t{dof}", dof)):
        found = [parametric.tail_factors(level, dof=degrees) for level in inputs["confidence"]]
        answer[f"var_{name}"] = [sd * factor.var for factor in found]
        answer[f"es_{name}"] = [sd * factor.es for factor in found]
    return answer


def return_var(inputs: Inputs) -> Answer:
    """Several methods on a table of returns."""
    table = np.column_stack([values for name, values in inputs["table"].items() if name != "index"])
    one, level, weights = table[:, 0], inputs["confidence"], np.array(inputs["portfolio_weights"])
    normal = parametric.normal_risk(one, level)
    historical = quantile_rules.quantile_loss(one, level, "linear")
    portfolio = parametric.linear_risk(weights, np.cov(table, rowvar=False), level, mean=table.mean(axis=0))
    return {
        "var_gaussian": normal.var,
        "es_gaussian": normal.es,
        "var_modified": parametric.modified_risk(one, level).var,
        "var_historical": historical,
        "es_historical": quantile_rules.mean_beyond(one, historical),
        "portfolio_var_gaussian": portfolio.var,
    }


def gpd_pot(inputs: Inputs) -> Answer:
    """A Pareto tail from given parameters."""
    names = ("threshold", "beta", "xi", "n", "n_exceed")
    tail = parametric.pot_tail(**{name: inputs[name] for name in names})
    es = {f"es_{100 * level:g}": tail.es(level) for level in inputs["confidence"]}
    return {"var": [tail.var(level) for level in inputs["confidence"]], **es}


def delta_gamma(inputs: Inputs) -> Answer:
    """Exact and approximate tails of a quadratic P&L."""
    found = parametric.delta_gamma(
        inputs["delta"],
        inputs["gamma"],
        inputs["covariance"],
        inputs["confidence"],
        theta_pnl=inputs["theta_pnl"],
    )
    return {
        "mean": found.moments.mean,
        "variance": found.moments.variance,
        "skewness": found.moments.skewness,
        "excess_kurtosis": found.moments.excess_kurtosis,
        "var_delta": found.var_delta,
        "var_cornish_fisher3": found.cornish_fisher3.var,
        "var_cornish_fisher4": found.cornish_fisher4.var,
        "var_exact": found.var,
        "es_exact": found.es,
    }


def frtb_es(inputs: Inputs) -> Answer:
    """The cascade of liquidity horizons."""
    es = parametric.liquidity_horizon_es(
        inputs["es_by_subset"], inputs["liquidity_horizons"], base_days=inputs["base_horizon_days"]
    )
    return {"es": es}


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("var_parametric", "delta_normal"): delta_normal,
    ("var_parametric", "normal_vs_t"): normal_vs_t,
    ("var_parametric", "return_var"): return_var,
    ("var_parametric", "gpd_pot"): gpd_pot,
    ("var_parametric", "delta_gamma"): delta_gamma,
    ("var_parametric", "frtb_es"): frtb_es,
}
