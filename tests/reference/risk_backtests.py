"""Names of the backtest cases translated to the product's functions: Kupiec, Christoffersen, Basel, tests of ES."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from portal.domain.market.returns import compute_returns
from portal.domain.risk.backtests import acerbi_szekely_null, rolling, traffic_light
from portal.domain.risk.backtests.christoffersen import (
    Transitions,
    conditional_coverage,
    independence,
    transitions,
)
from portal.domain.risk.backtests.pof import accepted_counts, binomial_tails, proportion_of_failures
from portal.domain.risk.backtests.run import Backtest, run_backtest

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def kupiec_regions(inputs: Inputs) -> Answer:
    """Accepted numbers of exceptions by probability and length."""
    found = [
        [accepted_counts(n, p, test_level=inputs["test_level"]) for n in inputs["n"]] for p in inputs["p"]
    ]
    return {
        "min_accepted": [[least for least, _ in row] for row in found],
        "max_accepted": [[most for _, most in row] for row in found],
    }


def kupiec(inputs: Inputs) -> Answer:
    """Proportion of failures, one row each."""
    rows = inputs.get("rows", [inputs])
    found = [proportion_of_failures(row["exceptions"], row["n"], row["p"]) for row in rows]
    if "rows" not in inputs:
        return {"lr": found[0].statistic, "p_value": found[0].p_value}
    return {"lr": [test.statistic for test in found], "p_value": [test.p_value for test in found]}


def binomial_backtest(inputs: Inputs) -> Answer:
    """Exact tails and Kupiec's statistic at the counts that the case looks at."""
    n, p = inputs["n"], inputs["p"]
    answer: Answer = {}
    for count in range(n + 1) if n <= 2000 else range(200):
        tails = binomial_tails(count, n, p)
        answer[f"prob_{count}_or_more"] = tails.at_least
        answer[f"prob_{count}_or_fewer"] = tails.at_most
        answer[f"kupiec_{count}"] = proportion_of_failures(count, n, p).statistic
    return answer


def basel_traffic_light(inputs: Inputs) -> Answer:
    """Zones, plus factors and multipliers by count."""
    found = [traffic_light.traffic_light(count, inputs["n"], inputs["p"]) for count in inputs["exceptions"]]
    return {
        "cumulative_probability": [light.cumulative_probability for light in found],
        "zone": [light.zone.value for light in found],
        "plus_factor_1996": [light.plus_1996 for light in found],
        "multiplier_1996": [light.multiplier_1996 for light in found],
        "multiplier_frtb": [light.multiplier_frtb for light in found],
    }


def basel_traffic_light_general(inputs: Inputs) -> Answer:
    """Bounds of the zones, or rows of counts with their probabilities."""
    answer: Answer = {}
    if "n" in inputs:
        answer["first_yellow"], answer["first_red"] = traffic_light.zone_bounds(inputs["n"], inputs["p"])
    rows = inputs.get("rows", [])
    found = [traffic_light.traffic_light(row["exceptions"], row["n"], row["p"]) for row in rows]
    answer["zone"] = [light.zone.value for light in found]
    for row, light in zip(rows, found, strict=True):
        answer[f"probability_{row['exceptions']}"] = light.cumulative_probability
        answer[f"type1_{row['exceptions']}"] = light.type1_probability
    return answer


def christoffersen(inputs: Inputs) -> Answer:
    """Statistics from counts and transitions."""
    n, count, p = inputs["n"], inputs["exceptions"], inputs["p"]
    failures = proportion_of_failures(count, n, p)
    runs = independence(Transitions(**inputs["transitions"]))
    both = conditional_coverage(failures, runs)
    return {
        "z": binomial_tails(count, n, p).z,
        **{
            f"{kind}_{name}": value
            for name, test in (("pof", failures), ("ind", runs), ("cc", both))
            for kind, value in (("lr", test.statistic), ("p", test.p_value))
        },
        "reject_cc_95": both.rejects(0.05),
    }


def christoffersen_sequence(inputs: Inputs) -> Answer:
    """Transition counts and statistics of hit sequences."""
    answer: Answer = {}
    for name, sequence in inputs["sequences"].items():
        hits = np.asarray(sequence, dtype=np.bool_)
        counts = transitions(hits)
        failures = proportion_of_failures(int(hits.sum()), len(hits), inputs["p"])
        runs = independence(counts)
        answer[name] = {
            **asdict(counts),
            "lr_ind": runs.statistic,
            "p_ind": runs.p_value,
            "lr_pof": failures.statistic,
            "p_pof": failures.p_value,
            "lr_cc": conditional_coverage(failures, runs).statistic,
        }
    return answer


def es_backtest(inputs: Inputs) -> Answer:
    """All tests of a forecast series; the case's quantiles and shortfalls are negative in the tail."""
    table = {
        name: np.asarray(values, dtype=np.float64)
        for name, values in inputs["table"].items()
        if name != "index"
    }
    scale = table.get("s")
    found = run_backtest(table["r"], -table["q"], -table["e"], level=1.0 - inputs["alpha"], scale=scale)
    tested = found.shortfall
    assert tested is not None
    return {
        **_summary(found),
        "n": found.n,
        "z1": tested.z1,
        "z2": tested.z2,
        "er_t": tested.residuals.t,
        "er_t_standardised": None if scale is None else tested.standardised_residuals.t,
        "fz0_mean": tested.fz0_mean,
    }


def acerbi_szekely_critical(inputs: Inputs) -> Answer:
    """Critical values of Z2 by tail."""
    n, p, level = inputs["n"], inputs["alpha"], inputs["test_level"]
    return {
        "critical": [
            acerbi_szekely_null.z2_critical(n, p, test_level=level, tail=tail) for tail in inputs["dists"]
        ]
    }


def rolling_backtest(inputs: Inputs) -> Answer:
    """Rolling forecasts of several methods, tested."""
    prices = next(values for name, values in inputs["series"].items() if name != "index")
    kind = {"log": "log", "simple": "simple", "abs": "absolute"}[inputs["returns"]]
    made = compute_returns(np.asarray(prices), kind).values
    window, level = inputs["window"], 1.0 - inputs["p"]
    answer: Answer = {"n": len(made) - window}
    for method in rolling.METHODS:
        forecast = rolling.rolling_forecast(
            made, method, level=level, window=window, decay=inputs.get("ewma_lambda", 0.94)
        )
        found = run_backtest(made[window:], forecast.var, forecast.es, level=level)
        answer[method.value] = {**_summary(found), "mean_var": found.mean_var, "max_run": found.longest_run}
    return answer


def _summary(found: Backtest) -> Answer:
    return {
        "exceptions": found.exceptions,
        **asdict(found.counts),
        "lr_pof": found.failures.statistic,
        "lr_ind": found.runs.statistic,
        "lr_cc": found.coverage.statistic,
    }


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("var_backtest", "kupiec_regions"): kupiec_regions,
    ("var_backtest", "kupiec"): kupiec,
    ("var_backtest", "binomial_backtest"): binomial_backtest,
    ("var_backtest", "basel_traffic_light"): basel_traffic_light,
    ("var_backtest", "basel_traffic_light_general"): basel_traffic_light_general,
    ("var_backtest", "christoffersen"): christoffersen,
    ("var_backtest", "christoffersen_sequence"): christoffersen_sequence,
    ("var_backtest", "es_backtest"): es_backtest,
    ("var_backtest", "acerbi_szekely_critical"): acerbi_szekely_critical,
    ("var_backtest", "rolling_backtest"): rolling_backtest,
}
