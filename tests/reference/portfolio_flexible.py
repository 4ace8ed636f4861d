"""Translations of the reference cases on storage, swing, American options and plants; no mathematics here."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from portal.domain.portfolio.flexible import (
    facility,
    intrinsic,
    lsmc,
    ou,
    paths,
    plant,
    regression,
    storage,
    strip,
    swing,
    terms,
    tree,
)

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
FINE = 401  # nodes; the cases are tighter than the marks


def _curve(inputs: Inputs, periods: int, season: Any = (1.0,)) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    times = inputs["dt_years"] * np.arange(1, periods + 1)
    forward = ou.ou_forward_curve(
        inputs["log_spot"],
        inputs["log_level"],
        times,
        kappa=inputs["kappa"],
        sigma=inputs["sigma"],
        season=season,
    )
    return forward, times, np.exp(-inputs["r"] * times)


def swing_ou(inputs: Inputs) -> Answer:
    """Swing on a mean-reverting spot; a right for every date is the strip of options."""
    curve = _curve(inputs, inputs["dates"])
    shared = {name: inputs[name] for name in ("strike", "kappa", "sigma")}
    values = [
        swing.swing_value(*curve, rights=rights, unit_volume=1.0, nodes=FINE, **shared).value
        for rights in inputs["rights"]
    ]
    prices = terms.check_prices(*curve, "A swing")
    return {"value": values, "strip_of_options": float(strip.option_strip(prices, **shared).sum())}


def storage_ou(inputs: Inputs) -> Answer:
    """Storage on a mean-reverting spot with a season."""
    forward, times, discount = _curve(inputs, inputs["steps"], inputs["seasonal_factor"])
    found = storage.storage_value(
        forward,
        times,
        discount,
        capacity=inputs["capacity"],
        injection_rate=inputs["max_injection_per_step"],
        withdrawal_rate=inputs["max_withdrawal_per_step"],
        injection_cost=inputs["injection_cost"],
        withdrawal_cost=inputs["withdrawal_cost"],
        start_volume=inputs["start_volume"],
        end_volume=inputs["min_end_volume"],
        kappa=inputs["kappa"],
        sigma=inputs["sigma"],
    )
    return {"value": found.value, "intrinsic": found.intrinsic, "forward_curve": forward}


def storage_intrinsic(inputs: Inputs) -> Answer:
    """Intrinsic value by the plan and by the linear programme; the programme's is given when they differ."""
    periods = len(inputs["curve"])
    contract = facility.build_facility(
        periods,
        capacity=inputs["capacity"],
        injection_rate=inputs["max_injection"],
        withdrawal_rate=inputs["max_withdrawal"],
        injection_cost=inputs["injection_cost"],
        withdrawal_cost=inputs["withdrawal_cost"],
        injection_loss=inputs["injection_loss"],
        start_volume=inputs["start_volume"],
        end_volume=inputs["min_end_volume"],
    )
    prices = terms.check_prices(inputs["curve"], np.arange(periods) / 12.0, np.ones(periods), "Storage")
    values = {
        "plan": intrinsic.storage_plan(contract, prices).value,
        "programme": intrinsic.storage_programme(contract, prices).value,
    }
    return {"value": values["plan"], **values}


def swing_binomial(inputs: Inputs) -> Answer:
    """Swing on a tree of a futures price."""
    values = [
        tree.tree_value(
            row["spot"],
            row["t"],
            row["vol"],
            row["r"],
            tree_steps=row["tree_steps"],
            exercise_steps=row["exercise_steps"],
            strike=row["strike"],
            rights=row["rights"],
            cooldown=row["cooldown_exercises"],
            is_call=row["type"] == "call",
        )
        for row in inputs["rows"]
    ]
    return {"value": values}


def vpp_intrinsic(inputs: Inputs) -> Answer:
    """Plant by efficiency, from the best first state and from standing still."""
    names = (
        "p_min",
        "p_max",
        "min_up_hours",
        "min_down_hours",
        "start_fuel",
        "start_fixed",
        "fuel_cost_addon",
    )
    shared = {name: inputs[name] for name in names}
    plants = [plant.Plant(efficiency=efficiency, **shared) for efficiency in inputs["efficiency"]]
    prices = inputs["power_prices"], inputs["fuel_prices"]
    return {
        "value_best_initial_state": [plant.plant_value(one, *prices).value for one in plants],
        "value_cold_start": [plant.plant_value(one, *prices, running_before=False).value for one in plants],
    }


def lsmc_american_put(inputs: Inputs) -> Answer:
    """Bermudan puts on the tree, and by Monte Carlo where the published figures are estimates of that kind."""
    dates, rate, strike = inputs["exercises_per_year"], inputs["r"], inputs["strike"]
    on_tree, simulated = [], []
    for row in inputs["rows"]:
        option = (row["spot"], row["t"], row["vol"], rate)
        exercises = int(dates * row["t"])
        steps = 40 * exercises
        on_tree.append(
            tree.tree_value(
                *option,
                tree_steps=steps,
                exercise_steps=range(40, steps + 1, 40),
                strike=strike,
                is_call=False,
                carry=rate,
            )
        )
        effort = lsmc.Effort(paths=50_000, bound_paths=0)
        simulated.append(
            lsmc.american_by_simulation(*option, strike=strike, exercises=exercises, effort=effort).value
        )
    return {"finite_difference": on_tree, "lsm_published": simulated, "bermudan_tree": on_tree}


def lsmc_given_paths(inputs: Inputs) -> Answer:
    """The policy of a put fitted on given paths, and what it does on them."""
    spot = np.asarray(inputs["paths"])[:, 1:]  # exercise today is not allowed
    n, m = spot.shape
    discount = np.exp(-inputs["r"] * np.arange(1, m + 1))

    def fit(first: int) -> tuple[regression.Policy, np.ndarray]:
        """Policy when exercise is allowed from one date on."""
        count = m - first
        right = swing.check_swing(
            count, strike=inputs["strike"], rights=1, unit_volume=1.0, cooldown=0, min_rights=0, is_call=False
        )
        contract = swing.SwingContract(right, count)
        given = paths.Paths(spot[:, first:], np.empty((n, count, 0)))
        basis = regression.polynomial_basis(len(inputs["basis"]) - 1)
        policy = regression.fit_policy(contract, given, discount[first:], scale=np.ones(count), basis=basis)
        return policy, regression.volumes_taken(contract, policy, given)

    policy, taken = fit(0)
    used = taken < 0.0
    return {
        "value": policy.value,
        "european": fit(m - 1)[0].value,
        **{f"regression_t{k + 1}": each[:, 0] for k, each in enumerate(policy.coefficients)},
        "stopping_time": [int(np.argmax(row)) + 1 if row.any() else 0 for row in used],
    }


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("swing_storage", "swing_ou"): swing_ou,
    ("swing_storage", "lsmc_american_put"): lsmc_american_put,
    ("swing_storage", "lsmc_given_paths"): lsmc_given_paths,
    ("swing_storage", "swing_binomial"): swing_binomial,
    ("swing_storage", "vpp_intrinsic"): vpp_intrinsic,
    ("swing_storage", "storage_ou"): storage_ou,
    ("swing_storage", "storage_intrinsic"): storage_intrinsic,
}
