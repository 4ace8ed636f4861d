"""Native moves by type of shock, and back to today's levels; prices at or below zero."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import LengthMismatch, NonPositivePrices, SeriesHasNaN
from portal.domain.risk.scenarios.factors import FactorKind, Shock
from portal.domain.risk.scenarios.history import FactorHistory
from portal.domain.risk.scenarios.native import absolute_moves, native_moves, shocks_of_history
from tests.portal.domain.risk.scenarios.scenario_cases import made_history, price_factors


def history_of(factors, before, after, span=1):
    before, after = np.atleast_2d(np.array(before, float)), np.atleast_2d(np.array(after, float))
    known = np.isfinite(before) & np.isfinite(after)
    days = np.array(["2020-04-20", "2020-04-21", "2020-04-22"][: len(before)], "M8[D]")
    return FactorHistory(factors, days, before, after, (known * span).astype(np.int8), days[:0])


def test_each_type_carries_history_to_the_level_of_today():
    factors = replace(
        price_factors([1, 2, 3], 1),
        level=np.array([100.0, 100.0, 100.0]),
        shock=(Shock.ABSOLUTE, Shock.RELATIVE, Shock.SHIFTED),
        shift=np.array([0.0, 0.0, 50.0]),
    )
    history = history_of(factors, [20.0, 20.0, 20.0], [22.0, 22.0, 22.0])
    found = absolute_moves(factors, native_moves(history, factors))
    np.testing.assert_allclose(found, [[2.0, 10.0, 150.0 * (72.0 / 70.0 - 1.0)]], rtol=1e-14)


def test_a_move_over_several_days_is_divided_by_their_root():
    factors = replace(price_factors([1, 2], 1), shock=(Shock.ABSOLUTE, Shock.RELATIVE))
    found = native_moves(history_of(factors, [20.0, 20.0], [24.0, 24.0], span=4), factors)
    np.testing.assert_allclose(found, [[2.0, np.log(1.2) / 2.0]])


def test_a_curve_that_fell_below_zero_is_shocked_absolutely_in_all_its_months():
    # WTI on 2020-04-20 and -21: 18.27 to -37.63 to 10.01 for the front contract.
    factors = price_factors([1, 2], 2)
    before = [[18.27, 25.03, 40.0, 41.0], [-37.63, 20.43, 39.0, 40.0]]
    after = [[-37.63, 20.43, 39.0, 40.0], [10.01, 11.57, 38.0, 39.0]]
    history = history_of(factors, before, after)
    settled = shocks_of_history(factors, history)
    assert settled.shock == (Shock.ABSOLUTE, Shock.ABSOLUTE, Shock.RELATIVE, Shock.RELATIVE)
    np.testing.assert_allclose(native_moves(history, settled)[:, 0], [-55.90, 47.64])
    forced = shocks_of_history(factors, history, forced=[1])
    assert forced.shock[0] is Shock.RELATIVE
    with pytest.raises(NonPositivePrices, match=r"C1 \+1 stood at -37.63 around 2020-04-20"):
        native_moves(history, forced)


def test_a_large_enough_shift_carries_negative_prices():
    factors = replace(price_factors([1], 1), shock=(Shock.SHIFTED,), shift=np.array([40.0]))
    history = history_of(factors, [[18.27], [-37.63]], [[-37.63], [10.01]])
    assert np.isfinite(native_moves(history, factors)).all()
    with pytest.raises(NonPositivePrices, match="with a shift of 30"):
        native_moves(history, replace(factors, shift=np.array([30.0])))


def test_a_volatility_at_zero_fits_no_type():
    factors = replace(price_factors([1], 1), kind=np.array([FactorKind.VOL], np.int8))
    with pytest.raises(NonPositivePrices, match="stood at 0 around"):
        shocks_of_history(factors, history_of(factors, [0.2], [0.0]))


@settings(max_examples=50)
@given(seed=st.integers(0, 10_000), days=st.integers(1, 250))
def test_no_move_takes_a_relative_factor_to_zero_over_any_horizon(seed, days):
    rng = np.random.default_rng(seed)
    factors, history = made_history(np.maximum(rng.normal(0.0, 40.0, (50, 3)), -49.9))
    moves = absolute_moves(factors, native_moves(history, factors) * np.sqrt(days))
    assert (factors.level + moves >= 0.0).all()
    assert (factors.level + absolute_moves(factors, native_moves(history, factors)) > 0.0).all()
    np.testing.assert_allclose(
        absolute_moves(factors, native_moves(history, factors)), history.after - history.before, atol=1e-11
    )  # from today's level the same move is the same percentage


def test_what_is_missing_is_refused_by_name():
    factors, history = made_history(np.zeros((5, 3)))
    native = native_moves(history, factors)
    native[2, 1] = np.nan
    with pytest.raises(SeriesHasNaN, match=r"C1 \+2 has missing moves or no level today"):
        absolute_moves(factors, native)
    with pytest.raises(SeriesHasNaN, match=r"C1 \+3"):
        absolute_moves(replace(factors, level=np.array([1.0, 1.0, np.nan])), np.zeros((2, 3)))
    with pytest.raises(LengthMismatch, match="history is of 3 factors, but 2"):
        native_moves(history, price_factors([1], 2))
