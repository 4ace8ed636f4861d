"""Swing marks: closed forms at the ends, a brute-force check, deltas and vega, and contracts that make no sense."""

import itertools

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.strip import option_strip
from portal.domain.portfolio.flexible.swing import swing_value, swing_values
from portal.domain.portfolio.flexible.swing_contract import check_swing
from portal.domain.portfolio.flexible.terms import InfeasibleContract, check_prices

TIMES = np.arange(12) / 12 + 0.04
FORWARD = 25.0 + 5.0 * np.cos(2 * np.pi * TIMES)
DISCOUNT = np.exp(-0.03 * TIMES)
CONTRACT = {"strike": 25.0, "rights": 4, "unit_volume": 10.0, "kappa": 1.5, "sigma": 0.7}


def _value(forward=FORWARD, **changes):
    return swing_value(forward, TIMES, DISCOUNT, **{**CONTRACT, **changes})


def _strip(*, is_call):
    prices = check_prices(FORWARD, TIMES, DISCOUNT, "A swing")
    return 10.0 * option_strip(prices, strike=25.0, is_call=is_call, kappa=1.5, sigma=0.7)


@pytest.mark.parametrize("is_call", [True, False])
def test_with_a_right_for_every_period_it_is_the_strip_of_options(is_call):
    assert _value(rights=12, is_call=is_call).value == pytest.approx(_strip(is_call=is_call).sum(), rel=1e-3)


def test_the_strip_keeps_parity_and_bounds_every_swing():
    parity = 10.0 * DISCOUNT * (FORWARD - 25.0)
    assert _strip(is_call=True) - _strip(is_call=False) == pytest.approx(parity, abs=1e-9)
    assert np.sort(_strip(is_call=True))[-4:].sum() < _value().value < _strip(is_call=True).sum()


def test_options_on_known_prices_or_without_a_positive_strike_are_intrinsic():
    prices = check_prices([20.0, 30.0], [0.0, 0.5], [1.0, 0.9], "A swing")
    assert option_strip(prices, strike=25.0, kappa=1.0, sigma=0.5)[0] == 0.0
    assert option_strip(prices, strike=-5.0, kappa=1.0, sigma=0.5) == pytest.approx([25.0, 31.5])


def test_when_all_rights_must_be_used_every_period_it_is_the_strip_of_forwards():
    found = _value(rights=12, min_rights=12)
    assert found.value == pytest.approx(10.0 * DISCOUNT @ (FORWARD - 25.0), abs=2e-3)
    assert found.delta == pytest.approx(10.0 * DISCOUNT, rel=1e-5)
    assert found.schedule == pytest.approx(np.full(12, 10.0))


@pytest.mark.parametrize(
    "changes",
    [{}, {"cooldown": 2}, {"min_rights": 4}, {"is_call": False, "cooldown": 1}, {"kappa": 0.0, "sigma": 1.8}],
)
def test_default_nodes_are_within_a_tenth_of_a_percent(changes):
    assert _value(**changes).value == pytest.approx(_value(**changes, nodes=801).value, rel=1e-3)


@pytest.mark.parametrize("changes", [{}, {"cooldown": 1, "min_rights": 2}, {"is_call": False}])
def test_deltas_are_those_of_revaluation(changes):
    found = _value(**changes, nodes=401)
    for k in range(12):
        move = np.zeros(12)
        move[k] = 1e-3 * FORWARD[k]
        slope = (
            _value(FORWARD + move, **changes, nodes=401).value
            - _value(FORWARD - move, **changes, nodes=401).value
        )
        assert found.delta[k] == pytest.approx(slope / (2 * move[k]), abs=0.01)


@pytest.mark.parametrize("changes", [{}, {"cooldown": 1, "min_rights": 2}, {"is_call": False}])
def test_deltas_at_default_nodes_are_smooth(changes):
    """Decisions switch between nodes, so that the grid does not show in the deltas: within 0.2 % of a right."""
    found, fine = _value(**changes), _value(**changes, nodes=801)
    assert found.delta == pytest.approx(fine.delta, abs=0.02)
    assert found.vega == pytest.approx(fine.vega, rel=2e-3)


def test_vega_is_that_of_revaluation():
    assert _value().vega == pytest.approx(
        (_value(sigma=0.705).value - _value(sigma=0.695).value) / 0.01, rel=5e-3
    )


@pytest.mark.parametrize(
    ("rights", "cooldown", "least", "is_call"),
    [(3, 0, 0, True), (3, 2, 0, True), (3, 1, 3, True), (5, 0, 2, False), (4, 2, 4, False)],
)
def test_intrinsic_is_the_best_of_all_plans(rights, cooldown, least, is_call):
    terms = {"rights": rights, "cooldown": cooldown, "min_rights": least, "is_call": is_call}
    gain = (1 if is_call else -1) * 10.0 * DISCOUNT * (FORWARD - 25.0)
    best = max(
        sum(gain[list(plan)])
        for number in range(least, rights + 1)
        for plan in itertools.combinations(range(12), number)
        if all(b - a > cooldown for a, b in itertools.pairwise(plan))
    )
    assert _value(**terms).intrinsic == pytest.approx(best, abs=1e-9)
    assert _value(**terms, sigma=0.0).value == pytest.approx(best, abs=1e-9)


def test_more_freedom_is_never_worth_less():
    assert _value(rights=1).value < _value(rights=2).value < _value(rights=8).value
    assert _value(cooldown=2).value < _value(cooldown=1).value < _value().value
    assert _value(min_rights=4).value < _value(min_rights=2).value < _value().value
    assert _value().value >= _value().intrinsic


def test_expected_use_stays_within_the_rights():
    found = _value(min_rights=2, is_call=False)
    assert -40.0 - 1e-9 <= found.schedule.sum() <= -20.0 + 1e-9
    assert np.all(found.delta <= 0.0)


def test_no_rights_are_worth_nothing():
    found = _value(rights=0)
    assert (found.value, found.intrinsic, found.vega) == (0.0, 0.0, 0.0)
    assert np.all(found.delta == 0.0)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"rights": -1}, BadParameter, "rights of the swing must be a number at least 0, not -1"),
        ({"rights": 2.5}, BadParameter, "whole number, not 2.5"),
        ({"cooldown": -1}, BadParameter, "cooldown"),
        ({"min_rights": 5}, InfeasibleContract, "at most 4 can be"),
        ({"rights": 12, "min_rights": 7, "cooldown": 1}, InfeasibleContract, "at most 6 can be"),
        ({"unit_volume": 0.0}, BadParameter, "volume of one right"),
        ({"strike": float("nan")}, BadParameter, "no strike"),
        ({"sigma": float("inf")}, BadParameter, "volatility"),
    ],
)
def test_contracts_that_make_no_sense_are_refused(changes, error, message):
    with pytest.raises(error, match=message):
        _value(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cooldown": 2},
        {"min_rights": 4},
        {"min_rights": 3, "cooldown": 1, "is_call": False},
        {"rights": 12},
    ],
)
def test_many_scenarios_at_once_are_worth_what_each_is_alone(changes):
    rng = np.random.default_rng(3)
    forward = FORWARD * np.exp(0.2 * rng.standard_normal((70, 12)))
    terms = {"cooldown": 0, "min_rights": 0, "is_call": True, **CONTRACT, **changes}
    model = {name: terms.pop(name) for name in ("kappa", "sigma")}
    found = swing_values(check_swing(12, **terms), forward, TIMES, DISCOUNT, **model)
    assert found == pytest.approx([_value(curve, **changes).value for curve in forward], rel=1e-12)
    forward[5, 0] = np.nan
    assert np.isnan(swing_values(check_swing(12, **terms), forward, TIMES, DISCOUNT, **model)[5])
