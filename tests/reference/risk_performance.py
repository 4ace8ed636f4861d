"""Names of the performance cases translated to the product's functions."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from portal.domain.risk import performance, quantile_rules
from tests.reference.risk_historical import common_returns

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def measured(inputs: Inputs) -> Answer:
    """All measures of returns, or of prices on common dates, against a benchmark."""
    if "series" in inputs:
        both = common_returns([inputs["series"], inputs["benchmark"]], {})
        returns, benchmark = both[:, 0], both[:, 1]
    else:
        returns, benchmark = np.array(inputs["returns"]), inputs.get("benchmark")
    year = {"periods_per_year": inputs["periods_per_year"]}
    rf = {"rf_per_period": inputs.get("rf_per_period", inputs.get("rf", 0))}
    summary = performance.summarise(returns, **year, **rf)
    path = performance.drawdowns(returns, **year)
    answer = {
        **asdict(summary),
        **asdict(performance.partial_moments(returns, inputs.get("mar", 0.0))),
        **_drawdowns(path),
        "skew": summary.skewness,
        "geometric_annual": summary.cagr,
        "sharpe_annual": summary.sharpe,
        "sortino_annual": summary.sortino,
        "var95_historical": quantile_rules.quantile_loss(returns, 0.95),
    }
    return (
        answer
        if benchmark is None
        else answer | asdict(performance.against(returns, benchmark, **year, **rf))
    )


def _drawdowns(path: performance.DrawdownSummary) -> Answer:
    return {
        **asdict(path),
        "drawdown_path": path.path,
        "ulcer": path.ulcer_index,
        "martin_ratio": path.martin,
        "dd_peak_index": path.peak,
        "dd_trough_index": path.trough,
        "dd_recovery_index": -1 if path.recovery is None else path.recovery,
    }


def deflated_sharpe(inputs: Inputs) -> Answer:
    """A Sharpe ratio picked from trials; cases state ratios of a year."""
    year = inputs["periods_per_year"]
    sharpe, variance = inputs["sharpe_annual"] / year**0.5, inputs["variance_of_trial_sharpes_annual"] / year
    moments = {"skewness": inputs["skew"], "kurtosis": inputs["kurtosis"]}
    return {
        "sr0_daily": [performance.expected_best_sharpe(variance, trials) for trials in inputs["trials"]],
        "dsr": [
            performance.deflated_sharpe(sharpe, inputs["n"], variance, trials, **moments)
            for trials in inputs["trials"]
        ],
        "psr_zero": performance.probabilistic_sharpe(sharpe, inputs["n"], **moments),
    }


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("performance", "performance"): measured,
    ("performance", "performance_small"): measured,
    ("performance", "deflated_sharpe"): deflated_sharpe,
}
