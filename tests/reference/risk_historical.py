"""Names of the historical-risk cases translated to the product's functions."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.market import continuous, errors, returns, shifted_returns
from portal.domain.risk import measures, quantile_rules
from portal.domain.risk.decomposition import split_es, split_var
from portal.domain.risk.quantile_rules import QuantileRule
from portal.domain.risk.scenarios import filtered
from portal.domain.risk.scenarios.weights import age_weights
from portal.domain.risk.tail import tail_of

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
LEVELS = ("0.9", "0.95", "0.975", "0.98", "0.99", "0.995")
NUMPY_RULES = ("linear", "hazen", "weibull", "median_unbiased", "inverted_cdf", "higher", "lower")


def prices_of(table: Any) -> np.ndarray:
    """The one column of a table that is not its index, or a plain list."""
    if isinstance(table, Mapping):
        table = next(values for name, values in table.items() if name != "index")
    return np.array([np.nan if value is None else value for value in table], dtype=np.float64)


def common_returns(tables: list[Mapping[str, Any]], inputs: Inputs) -> np.ndarray:
    """Returns over the dates that all tables have, within the dates of the case."""
    low, high = inputs.get("from", ""), inputs.get("to", "9999")
    found = [dict(zip(table["index"], prices_of(table), strict=True)) for table in tables]
    days = sorted(day for day in set.intersection(*map(set, found)) if low <= day <= high)
    kind = inputs.get("returns", "simple")
    return np.column_stack(
        [returns.compute_returns([one[day] for day in days], kind).values for one in found]
    )


def historical(inputs: Inputs) -> Answer:
    """Every quantile rule and both tail means."""
    steps = returns.compute_returns(prices_of(inputs["series"]), inputs["returns"]).values
    pnl = inputs["exposure"] * steps
    levels = [level for level in LEVELS if len(pnl) * (1.0 - float(level)) >= 2.0]
    return {**{level: _rules(pnl, float(level)) for level in levels}, "n": len(pnl)}


def _rules(pnl: np.ndarray, level: float) -> Answer:
    found: Answer = {f"var_{rule}": quantile_rules.quantile_loss(pnl, level, rule) for rule in NUMPY_RULES}
    return {
        **found,
        "var_rank_floor_np": quantile_rules.quantile_loss(pnl, level, QuantileRule.RANK),
        "var_inverted_cdf": float(measures.measure("var")(pnl, level=level)),
        "es_tail_mass": float(measures.measure("expected_shortfall")(pnl, level=level)),
        "es_mean_beyond_var_linear": quantile_rules.mean_beyond(pnl, found["var_linear"]),
    }


def age_weighted(inputs: Inputs) -> Answer:
    """Only the worst losses are known; the others are put at no loss."""
    n, level = inputs["n"], inputs["confidence"]
    weights, pnl = age_weights(n, inputs["lam"]), np.zeros(n)
    at = [row["scenario"] - 1 for row in inputs["worst_losses"]]
    pnl[at] = [-row["loss"] for row in inputs["worst_losses"]]
    return {
        "weights": weights[at][:5],
        "cumulative": np.cumsum(weights[at])[:5],
        "var_plain": quantile_rules.quantile_loss(pnl, level, QuantileRule.RANK),  # the printed rule
        "var_age_weighted": tail_of(pnl, level, weights).var,
    }


def filtered_historical(inputs: Inputs) -> Answer:
    """EWMA and GARCH, without a cap."""
    level = inputs["confidence"]
    moves = 100.0 * returns.compute_returns(prices_of(inputs["series"]), "log").values
    ewma = filtered.filter_moves(moves, filtered.Ewma(inputs["ewma_lambda"], inputs["ewma_burn"]), caps=None)
    garch = filtered.filter_moves(moves, filtered.Garch(), caps=None)
    fit, plain = garch.fits[0], tail_of(moves, level)
    return {
        "n": len(moves),
        "ewma": _figures(ewma, level),
        "garch": {
            **_figures(garch, level),
            **{name.partition("[")[0]: value for name, value in fit.params.items()},
            "loglik": fit.log_likelihood,
        },
        "plain": {"var": plain.var, "es": plain.es},
    }


def _figures(found: filtered.Filtered, level: float) -> Answer:
    tail = tail_of(found.moves[:, 0], level)
    return {"next_vol": found.next_volatility[0], "var": tail.var, "es": tail.es}


def component(inputs: Inputs) -> Answer:
    """Components and incremental figures of exposures to several series."""
    level = inputs["confidence"]
    pnl = common_returns(inputs["series"], inputs) * np.array(inputs["exposures"])
    es, var = split_es(pnl, level), split_var(pnl, level)
    return {
        "var": var.total,
        "es": es.total,
        "component_es": es.parts,
        "var_scenario": var.tail.scenario,
        "component_var_scenario": var.parts,
        "incremental_var_remove": measures.measure("incremental")(pnl, level=level),
        "n": len(pnl),
    }


def absolute(inputs: Inputs) -> Answer:
    """Absolute and shifted-log shocks of prices below zero, and what is refused."""
    prices, level = np.array([row["price"] for row in inputs["prices"]]), inputs["confidence"]
    moves = returns.compute_returns(prices, "absolute").values
    shifted = shifted_returns.shifted_moves(
        shifted_returns.shifted_log_returns(prices, inputs["shift"]).values, prices[-1], inputs["shift"]
    )
    undefined = shifted_returns.undefined_returns(prices)
    days = {row["date"]: at for at, row in enumerate(inputs["prices"])}
    answer = {
        "absolute_moves": moves,
        **_worst("absolute", inputs["quantity"] * moves, level),
        **_worst("shifted_log", inputs["quantity"] * shifted, level),
        "log_return_defined": _is_defined(prices, "log"),
        "n_undefined_log_returns": len(undefined),
    }
    by_day = {at: day for day, at in days.items()}
    return answer | {
        f"simple_return_{by_day[step.position].replace('-', '_')}": step.percentage for step in undefined
    }


def _worst(name: str, pnl: np.ndarray, level: float) -> Answer:
    return {f"var_{name}": tail_of(pnl, level).var, f"worst_{name}": -pnl.min()}


def _is_defined(prices: np.ndarray, kind: str) -> bool:
    try:
        returns.compute_returns(prices, kind)
    except errors.NonPositivePrices:
        return False
    return True


def gaps(inputs: Inputs) -> Answer:
    """Returns between known prices, with their spans."""
    prices = prices_of(inputs["prices"])
    simple, log = returns.compute_returns(prices, "simple"), returns.compute_returns(prices, "log")
    return {"returns": simple.values, "spans_days": simple.spans, "per_day_log": log.values / log.spans}


def roll(inputs: Inputs) -> Answer:
    """One roll from the front to the next contract."""
    front, later = np.array(inputs["front"]), np.array(inputs["next"])
    held = (np.arange(len(front)) > inputs["roll_after_index"]).astype(np.int64)
    found = continuous.splice(np.column_stack([front, later]), held)
    return {
        "unadjusted": found.unadjusted,
        "difference_adjusted": found.difference_adjusted,
        "ratio_adjusted": found.ratio_adjusted,
        "pnl_path": found.pnl,
        "false_pnl_of_unadjusted": found.false_steps[0],
    }


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("var_historical", "historical"): historical,
    ("var_historical", "historical_age_weighted"): age_weighted,
    ("var_historical", "filtered_historical"): filtered_historical,
    ("var_historical", "historical_component"): component,
    ("var_historical", "historical_absolute"): absolute,
    ("var_historical", "returns_with_gaps"): gaps,
    ("var_historical", "roll_adjust"): roll,
}
