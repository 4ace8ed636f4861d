"""Names of the sizing cases translated to the product's functions: Kelly, volatility targets, hedges."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.risk.sizing.hedge import hedge_contracts, hedge_ratio
from portal.domain.risk.sizing.kelly import kelly_asset, kelly_bet, kelly_portfolio
from portal.domain.risk.sizing.risk_parity import inverse_volatility
from portal.domain.risk.sizing.volatility_target import scale_to_target, target_contracts

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def kelly_binary(inputs: Inputs) -> Answer:
    """Bets at fixed odds."""
    found = [kelly_bet(row["p"], row["b"]) for row in inputs["rows"]]
    return {"fraction": [bet.fraction for bet in found], "growth": [bet.growth for bet in found]}


def kelly_continuous(inputs: Inputs) -> Answer:
    """One asset beside cash."""
    found = kelly_asset(inputs["mu"], inputs["sigma"], inputs["r"])
    return {
        "fraction": found.fraction,
        "growth": found.growth,
        "growth_at_multiple": [found.growth_at(multiple) for multiple in inputs["fractions"]],
        "sd_growth": found.volatility,
    }


def kelly_multi(inputs: Inputs) -> Answer:
    """Several assets, scaled to a target, and inverse volatilities."""
    covariance = np.asarray(inputs["covariance"], dtype=np.float64)
    found = kelly_portfolio(inputs["excess_mean"], covariance)
    return {
        "kelly": found.weights,
        "growth": found.growth,
        "kelly_vol": found.volatility,
        "scaled_to_target": scale_to_target(found.weights, covariance, inputs["vol_target"]).weights,
        "inverse_vol_weights": inverse_volatility(np.sqrt(np.diag(covariance))),
    }


def vol_target_contracts(inputs: Inputs) -> Answer:
    """Whole futures contracts for a volatility target."""
    found = target_contracts(
        inputs["capital"],
        inputs["annual_vol_target"],
        price=inputs["price"],
        annual_volatility=inputs["annual_vol"],
        multiplier=inputs["multiplier"],
        current=inputs["current_contracts"],
        buffer=inputs["buffer_fraction"],
    )
    return {
        "contracts_exact": found.contracts.exact,
        "contracts": found.contracts.whole,
        "daily_cash_vol": found.daily_cash_volatility,
        "trade_needed": found.contracts.trade_needed,
    }


def min_variance_hedge(inputs: Inputs) -> Answer:
    """Hedge ratio and contracts; the case counts contracts to sell."""
    found = hedge_ratio(inputs["sigma_spot"], inputs["sigma_futures"], inputs["correlation"])
    contracts = hedge_contracts(found.ratio, inputs["exposure_gallons"], inputs["contract_gallons"])
    return {
        "hedge_ratio": found.ratio,
        "contracts": -contracts.exact,
        "effectiveness": found.effectiveness,
    }


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("sizing", "kelly_binary"): kelly_binary,
    ("sizing", "kelly_continuous"): kelly_continuous,
    ("sizing", "kelly_multi"): kelly_multi,
    ("sizing", "vol_target_contracts"): vol_target_contracts,
    ("sizing", "min_variance_hedge"): min_variance_hedge,
}
