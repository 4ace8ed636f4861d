"""Storage marks: accuracy, deltas and vega against revaluation, sensible limits, and contracts that make no sense."""

import numpy as np
import pytest

from portal.core.errors import DomainError
from portal.domain.market.errors import BadParameter, LengthMismatch, NonPositivePrices
from portal.domain.portfolio.flexible.facility import build_facility
from portal.domain.portfolio.flexible.intrinsic import storage_plan, storage_programme
from portal.domain.portfolio.flexible.storage import storage_value, storage_values
from portal.domain.portfolio.flexible.terms import InfeasibleContract, check_prices

TIMES = np.arange(12) / 12 + 0.04
FORWARD = 25.0 * (1.0 + 0.2 * np.cos(2 * np.pi * TIMES))
DISCOUNT = np.exp(-0.03 * TIMES)
CONTRACT = {
    "capacity": 100.0,
    "injection_rate": 20.0,
    "withdrawal_rate": 30.0,
    "injection_cost": 0.2,
    "withdrawal_cost": 0.1,
    "injection_loss": 0.0,
    "start_volume": 10.0,
    "end_volume": 10.0,
    "kappa": 1.5,
    "sigma": 0.7,
}
AWKWARD = {"injection_rate": 17.3, "withdrawal_rate": 31.7, "injection_loss": 0.013, "end_volume": 4.0}


def _value(forward=FORWARD, **changes):
    return storage_value(forward, TIMES, DISCOUNT, **{**CONTRACT, **changes})


def _programme(forward=FORWARD, **changes):
    terms = {name: v for name, v in {**CONTRACT, **changes}.items() if name not in {"kappa", "sigma"}}
    facility, prices = build_facility(12, **terms), check_prices(forward, TIMES, DISCOUNT, "Storage")
    return storage_plan(facility, prices), storage_programme(facility, prices)


@pytest.mark.parametrize("changes", [{}, AWKWARD, {"sigma": 1.4, "kappa": 0.3}, {"kappa": 0.0, "sigma": 1.5}])
def test_default_nodes_are_within_a_tenth_of_a_percent(changes):
    assert _value(**changes).value == pytest.approx(_value(**changes, nodes=401, levels=601).value, rel=1e-3)


@pytest.mark.parametrize("changes", [{}, AWKWARD])
def test_deltas_are_those_of_revaluation(changes):
    found = _value(**changes, nodes=201)
    for k in range(12):
        move = np.zeros(12)
        move[k] = 1e-3 * FORWARD[k]
        up, down = _value(FORWARD + move, **changes, nodes=201), _value(FORWARD - move, **changes, nodes=201)
        assert found.delta[k] == pytest.approx((up.value - down.value) / (2 * move[k]), abs=0.05)


@pytest.mark.parametrize("changes", [{}, AWKWARD])
def test_deltas_at_default_nodes_are_smooth(changes):
    """Decisions switch between nodes, so that the grid does not show in the deltas: within 1 % of the rate."""
    found, fine = _value(**changes), _value(**changes, nodes=401)
    assert found.delta == pytest.approx(fine.delta, abs=0.2)
    assert found.vega == pytest.approx(fine.vega, rel=3e-3)


def test_vega_is_that_of_revaluation():
    assert _value().vega == pytest.approx(
        (_value(sigma=0.705).value - _value(sigma=0.695).value) / 0.01, rel=5e-3
    )


def test_value_is_homogeneous_so_that_deltas_price_it():
    found = _value(injection_cost=0.0, withdrawal_cost=0.0)
    assert found.delta @ FORWARD == pytest.approx(found.value, rel=1e-5)


def test_without_volatility_value_is_intrinsic_and_the_schedule_is_the_plan():
    found, (plan, _) = _value(sigma=0.0), _programme()
    assert found.value == pytest.approx(plan.value, rel=1e-9)
    assert found.schedule == pytest.approx(plan.sold, abs=1e-9)
    assert found.delta == pytest.approx(plan.sold * DISCOUNT, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_the_plan_is_the_optimum_of_the_linear_programme(seed):
    rng = np.random.default_rng(seed)
    forward = rng.uniform(10.0, 40.0, 12)
    start, end = rng.uniform(0.0, 40.0, 2)
    changes = {
        "injection_rate": rng.uniform(5.0, 30.0, 12),
        "withdrawal_rate": rng.uniform(5.0, 60.0, 12),
        "injection_loss": rng.uniform(0.0, 0.1),
        "start_volume": start,
        "end_volume": end,
    }
    plan, programme = _programme(forward, **changes)
    assert plan.value == pytest.approx(programme.value, rel=1e-9, abs=1e-7)
    volume = start + np.cumsum(plan.change)
    assert np.all((volume > -1e-9) & (volume < 100.0 + 1e-9))
    assert volume[-1] > end - 1e-9
    earned = plan.sold * forward - 0.2 * np.maximum(-plan.sold, 0) - 0.1 * np.maximum(plan.sold, 0)
    assert earned @ DISCOUNT == pytest.approx(plan.value, rel=1e-9, abs=1e-7)


def _scenarios(changes, forward, discount=DISCOUNT):
    terms = {name: v for name, v in {**CONTRACT, **changes}.items() if name not in {"kappa", "sigma"}}
    return storage_values(build_facility(12, **terms), forward, TIMES, discount, kappa=1.5, sigma=0.7)


@pytest.mark.parametrize(
    "changes",
    [{}, AWKWARD, {"start_volume": 0.0, "end_volume": 100.0, "injection_rate": 9.0}, {"capacity": 20.0}],
)
def test_many_scenarios_at_once_are_worth_what_each_is_alone(changes, monkeypatch):
    """Also those that must inject, and whatever is taken at once."""
    rng = np.random.default_rng(3)
    forward = FORWARD * np.exp(0.2 * rng.standard_normal((23, 12)))
    alone = [_value(curve, **changes).value for curve in forward]
    assert _scenarios(changes, forward) == pytest.approx(alone, rel=1e-12)
    monkeypatch.setattr("portal.domain.portfolio.flexible.grid.AT_ONCE", 10**6)
    assert _scenarios(changes, forward) == pytest.approx(alone, rel=1e-12)


def test_scenarios_may_have_their_own_discount_factors_and_bad_ones_have_no_value():
    forward = np.array([FORWARD, FORWARD, 1.1 * FORWARD])
    forward[1, 3] = -0.5
    discount = np.array([DISCOUNT, DISCOUNT, DISCOUNT**2])
    alone = storage_value(forward[2], TIMES, discount[2], **CONTRACT).value
    assert _scenarios({}, forward, discount) == pytest.approx([_value().value, np.nan, alone], nan_ok=True)
    assert _scenarios({}, np.zeros((0, 12))).shape == (0,)
    with pytest.raises(LengthMismatch, match="forwards by scenario and period"):
        _scenarios({}, FORWARD)
    facility = build_facility(12, **{k: v for k, v in CONTRACT.items() if k not in {"kappa", "sigma"}})
    with pytest.raises(BadParameter, match="built for 12 periods, the curve has 3"):
        storage_values(facility, np.ones((1, 3)), TIMES[:3], DISCOUNT[:3], kappa=1.5, sigma=0.7)


def test_flexibility_is_worth_something_and_more_with_volatility():
    values = [_value(sigma=sigma) for sigma in (0.2, 0.5, 0.8)]
    assert values[0].value >= values[0].intrinsic
    assert values[0].value < values[1].value < values[2].value


def test_volumes_add_up():
    found = _value()
    assert -found.schedule.sum() == pytest.approx(0.0, abs=1e-6)  # starts and ends at 10, nothing is lost
    assert np.all((found.schedule <= 30.0 + 1e-9) & (found.schedule >= -20.0 - 1e-9))


def test_known_prices_and_a_single_period():
    found = storage_value([30.0], [0.0], [1.0], **{**CONTRACT, "end_volume": 0.0})
    assert found.value == pytest.approx(10.0 * 29.9)
    assert found.schedule == pytest.approx([10.0])
    assert found.vega == 0.0


def test_a_full_store_that_cannot_be_emptied_is_still_valued():
    found = _value(start_volume=100.0, withdrawal_rate=2.0, injection_rate=0.0)
    assert found.value == pytest.approx(found.delta @ FORWARD - 0.1 * (found.schedule @ DISCOUNT), rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"end_volume": 100.0, "injection_rate": 5.0},
            InfeasibleContract,
            "filled to at most 70 in 12 periods",
        ),
        ({"capacity": 0.0}, BadParameter, "capacity of the storage must be a number above 0, not 0"),
        ({"capacity": float("nan")}, BadParameter, "capacity"),
        ({"start_volume": 120.0}, BadParameter, "above its capacity of 100"),
        ({"end_volume": -1.0}, BadParameter, "end volume"),
        ({"injection_rate": -5.0}, BadParameter, "injection rate"),
        ({"withdrawal_rate": [1.0, 2.0]}, LengthMismatch, "one for each of the 12 periods"),
        ({"injection_loss": 1.0}, BadParameter, "below 1"),
        ({"withdrawal_cost": -0.1}, BadParameter, "withdrawal cost"),
        ({"sigma": -0.1}, BadParameter, "volatility"),
        ({"kappa": -1.0}, BadParameter, "mean reversion"),
        ({"nodes": 3}, BadParameter, "at least 9 nodes"),
    ],
)
def test_contracts_that_make_no_sense_are_refused(changes, error, message):
    with pytest.raises(error, match=message) as raised:
        _value(**changes)
    assert isinstance(raised.value, DomainError)


@pytest.mark.parametrize(
    ("forward", "times", "discount", "error"),
    [
        ([20.0, -1.0], [0.1, 0.2], [1.0, 1.0], NonPositivePrices),
        ([20.0, float("nan")], [0.1, 0.2], [1.0, 1.0], NonPositivePrices),
        ([20.0, 21.0], [0.2, 0.1], [1.0, 1.0], BadParameter),
        ([20.0, 21.0], [0.1, 0.2], [1.0, 0.0], BadParameter),
        ([20.0, 21.0], [0.1], [1.0, 1.0], LengthMismatch),
        ([], [], [], LengthMismatch),
    ],
)
def test_curves_that_cannot_be_used_are_refused(forward, times, discount, error):
    with pytest.raises(error):
        storage_value(forward, times, discount, **CONTRACT)
