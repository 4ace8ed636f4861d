"""Linear instruments: hand-computed values, laws, and positions with missing inputs."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio import linear


def test_a_call_restores_the_initial_margin():
    account = linear.margin_account(
        [98.0, 97.0, 99.0], entry=100.0, contracts=1, multiplier=10, initial_margin=50, maintenance_margin=35
    )
    assert account.daily_gain.tolist() == [-20.0, -10.0, 20.0]
    assert account.balance_before_call.tolist() == [30.0, 40.0, 60.0]
    assert account.margin_call.tolist() == [20.0, 0.0, 0.0]
    assert account.cumulative_gain == -10.0
    assert account.final_balance == 60.0


def test_margin_accounts_run_side_by_side():
    prices = 100.0 + np.cumsum(np.random.default_rng(3).normal(size=(4, 60)), axis=1)
    contracts = np.array([1.0, -2.0, 3.0, -4.0])
    terms = {"entry": 100.0, "multiplier": 10.0, "initial_margin": 60.0, "maintenance_margin": 40.0}
    together = linear.margin_account(prices, contracts=contracts, **terms)
    for row, size in enumerate(contracts):
        alone = linear.margin_account(prices[row], contracts=size, **terms)
        np.testing.assert_array_equal(together.margin_call[row], alone.margin_call)
    # what the account holds is what was put in plus what was gained
    held = 60.0 + together.margin_call.sum(axis=1) + together.cumulative_gain
    np.testing.assert_allclose(together.final_balance, held)
    np.testing.assert_allclose(
        together.cumulative_gain, linear.futures_value(prices[:, -1], 100.0, contracts * 10.0)
    )


def test_margin_accounts_refuse_impossible_terms():
    terms = {"entry": 1.0, "contracts": 1, "multiplier": 1}
    with pytest.raises(BadParameter, match="at least one settlement"):
        linear.margin_account([], initial_margin=1, maintenance_margin=1, **terms)
    with pytest.raises(BadParameter, match="must not be above the initial margin of 1"):
        linear.margin_account([1.0], initial_margin=1, maintenance_margin=2, **terms)


def test_forward_sensitivities_equal_differences():
    args = {"fixed": 24.0, "quantity": -3.0}
    value = linear.forward_value(26.0, rate=0.1, pay_years=0.5, **args)
    h = 1e-5

    def price(f=26.0, r=0.1, t=0.5):
        return linear.forward_value(f, rate=r, pay_years=t, **args).value[0]

    assert value.delta[0] == pytest.approx((price(f=26 + h) - price(f=26 - h)) / (2 * h), rel=1e-8)
    assert value.rho[0] == pytest.approx((price(r=0.1 + h) - price(r=0.1 - h)) / (2 * h), rel=1e-8)
    assert value.theta[0] == pytest.approx((price(t=0.5 - h) - price(t=0.5 + h)) / (2 * h), rel=1e-8)


def test_a_past_payment_is_not_discounted_and_a_missing_price_spoils_one_position_only():
    value = linear.forward_value([26.0, np.nan], 24.0, 1.0, 0.1, [-0.2, 0.5])
    assert value.value[0] == 2.0
    assert value.theta[0] == 0.0
    assert np.isnan(value.value[1])


def test_spot_forward_carries_rate_less_yield():
    assert linear.forward_price(100.0, 0.05, 2.0, carry_yield=0.05) == 100.0
    assert linear.forward_price(100.0, 0.05, 2.0) == pytest.approx(100.0 * np.exp(0.1))


def test_swap_by_hand_with_a_known_period_and_a_shorter_neighbour():
    swap = linear.commodity_swap(
        [[np.nan, 12.0], [8.0, np.nan]],
        fixed_price=[10.0, 9.0],
        quantity=[[100.0, 100.0], [-50.0, 0.0]],
        discount=[[1.0, 0.5], [0.9, np.nan]],
        fixings=[[11.0, np.nan], [np.nan, np.nan]],
    )
    assert swap.period_values.tolist() == [[100.0, 100.0], [45.0, 0.0]]
    assert swap.value.tolist() == [200.0, 45.0]
    assert swap.bucket_delta.tolist() == [[0.0, 50.0], [-45.0, 0.0]]
    np.testing.assert_allclose(swap.par_price, [(11.0 + 6.0) / 1.5, 8.0])


def test_the_par_price_makes_a_swap_worthless_and_two_sides_cancel():
    rng = np.random.default_rng(5)
    forward, discount = 70.0 + rng.normal(size=(20, 12)), np.exp(-0.04 * np.arange(1, 13) / 12)
    swap = linear.commodity_swap(forward, fixed_price=72.0, quantity=1000.0, discount=discount)
    at_par = linear.commodity_swap(forward, fixed_price=swap.par_price, quantity=1000.0, discount=discount)
    np.testing.assert_allclose(at_par.value, 0.0, atol=1e-8)
    other = linear.commodity_swap(forward, fixed_price=72.0, quantity=-1000.0, discount=discount)
    np.testing.assert_allclose(other.value, -swap.value)


def test_a_swap_without_periods_is_worth_nothing_and_has_no_par_price():
    swap = linear.commodity_swap([np.nan], fixed_price=1.0, quantity=0.0, discount=[np.nan])
    assert swap.value == 0.0
    assert np.isnan(swap.par_price)


def test_averages_before_within_and_after_their_month():
    average = linear.average_swap(
        [70.0, 70.0, np.nan, 70.0],
        fixed_price=69.0,
        quantity=100.0,
        discount=1.0,
        past_sum=[0.0, 144.0, 142.0, 1.0],
        past_count=[0, 2, 2, 3],
        total_fixings=[4, 4, 2, 2],
    )
    np.testing.assert_allclose(average.expected_average, [70.0, 71.0, 71.0, np.nan])
    np.testing.assert_allclose(average.value, [100.0, 200.0, 200.0, np.nan])
    np.testing.assert_allclose(average.delta, [100.0, 50.0, 0.0, np.nan])
