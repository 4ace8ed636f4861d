"""Names of the limit and stress cases translated to the product's functions."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.portfolio.options.european import black76, black76_price
from portal.domain.risk.limits.limit import Basis, Condition, Metric
from portal.domain.risk.limits.use import judge

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def limits(inputs: Inputs) -> Answer:
    """Use and status of single limits."""
    found = []
    for row in inputs["rows"]:
        basis = Basis(row.get("basis", Basis.LOSS if row["metric"] == "loss" else Basis.VALUE))
        metric = Metric(row["metric"], basis=basis)
        condition = Condition.with_fraction(metric, row["limit"], inputs["soft_fraction"])
        found.append(judge(condition, {metric.key: row.get("positions", row.get("value"))}))
    return {
        "utilisation": [judged.use for judged in found],
        "status": [judged.status.word for judged in found],
        "headroom": [judged.deciding.headroom for judged in found],
    }


def stress(inputs: Inputs) -> Answer:
    """Scenarios by full revaluation and by delta, gamma and vega."""
    full, taylor = [], []
    for scenario in inputs["scenarios"]:
        pairs = np.array([_stressed(position, scenario, inputs["r"]) for position in inputs["positions"]])
        full.append(float(pairs[:, 0].sum()))
        taylor.append(float(pairs[:, 1].sum()))
    return {
        "full": full,
        "delta_gamma_vega": taylor,
        "worst": inputs["scenarios"][int(np.argmin(full))]["name"],
    }


def _stressed(position: Inputs, scenario: Inputs, rate: float) -> tuple[float, float]:
    """P&L of one position, revalued and approximated."""
    forward, size = position["F"], position["quantity"]
    move, more_vol = forward * scenario[position["underlying"]], scenario["dvol"]
    if position["type"] == "futures":
        return size * move, size * move
    terms = (position["strike"], position["t"])
    call, vol = position["type"] == "call", position["vol"]
    now = black76(forward, *terms, vol, rate, call)
    then = black76_price(forward + move, *terms, vol + more_vol, rate, call)
    taylor = now.delta * move + 0.5 * now.gamma * move**2 + now.vega * more_vol
    return float(size * (then - now.value)[0]), float(size * taylor[0])


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("stress_limits", "limits"): limits,
    ("stress_limits", "stress"): stress,
}
