"""Shapley values against all orders written out, and their axioms on random games."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.shapley import (
    causes_of,
    order_band,
    ordered_values,
    shapley_values,
    subsets_without,
)

GAMES = st.integers(1, 5).flatmap(
    lambda k: arrays(np.float64, (1 << k, 3), elements=st.floats(-1e6, 1e6, allow_nan=False))
)


@given(GAMES)
def test_values_and_band_are_those_of_all_orders(values):
    k = causes_of(values)
    every = np.stack([ordered_values(values, order) for order in permutations(range(k))])
    np.testing.assert_allclose(shapley_values(values), every.mean(axis=0), atol=1e-7, rtol=1e-12)
    low, high = order_band(values)
    np.testing.assert_allclose(low, every.min(axis=0))
    np.testing.assert_allclose(high, every.max(axis=0))


@given(GAMES)
def test_the_values_sum_to_the_whole_change(values):
    np.testing.assert_allclose(
        shapley_values(values).sum(axis=0), values[-1] - values[0], atol=1e-7, rtol=1e-12
    )


@given(GAMES, st.data())
def test_a_cause_without_effect_gets_nothing(values, data):
    k = causes_of(values)
    cause = data.draw(st.integers(0, k - 1))
    without = subsets_without(k, cause)
    values[without | (1 << cause)] = values[without]
    np.testing.assert_allclose(shapley_values(values)[cause], 0.0, atol=1e-7)
    low, high = order_band(values)
    assert not low[cause].any()
    assert not high[cause].any()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=6))
def test_causes_that_add_up_need_no_order(effects):
    masks = np.arange(1 << len(effects))
    values = sum(((masks >> at) & 1) * effect for at, effect in enumerate(effects)) + 7.0
    np.testing.assert_allclose(shapley_values(np.asarray(values)), effects, atol=1e-7)
    low, high = order_band(np.asarray(values))
    np.testing.assert_allclose(low, high, atol=1e-7)


@given(GAMES)
def test_a_sum_of_games_has_the_sum_of_the_values(values):
    apart = shapley_values(values).sum(axis=1)
    np.testing.assert_allclose(shapley_values(values.sum(axis=1)), apart, atol=1e-6)


def test_a_level_far_above_the_change_costs_no_digits():
    values = np.array([0.0, 1.0, 2.0, 5.0]) + 2.0**50
    assert shapley_values(values).tolist() == [2.0, 3.0]


def test_one_unknown_value_spoils_its_own_column_only():
    values = np.array([[0.0, 0.0], [1.0, np.nan], [2.0, 2.0], [5.0, 5.0]])
    found = shapley_values(values)
    assert found[:, 0].tolist() == [2.0, 3.0]
    assert np.isnan(found[:, 1]).all()


@pytest.mark.parametrize("rows", [0, 1, 3, 6, 8192])
def test_what_is_no_table_of_coalitions_is_refused(rows):
    with pytest.raises(BadParameter, match=r"2\^k rows"):
        shapley_values(np.zeros((rows, 2)))


@pytest.mark.parametrize("order", [(0,), (0, 0), (0, 2), (0, 1, 2)])
def test_an_order_names_each_cause_once(order):
    with pytest.raises(BadParameter, match="names each of 0 to 1 once"):
        ordered_values(np.zeros((4, 1)), order)
