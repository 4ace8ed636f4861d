"""Chebyshev series: ten digits between the nodes where prices are smooth, and a refusal where they have a kink."""

import numpy as np
import pytest

from portal.domain.portfolio.options import european
from portal.domain.risk.revaluation.tables import (
    LADDER,
    LADDER_SECOND,
    Box,
    above,
    basis_of,
    padded,
    series_of,
    terms_for,
    terms_for_second,
)

STRIKES = np.array([80.0, 100.0, 130.0])


def box(low=-20.0, high=25.0, low_second=0.3, high_second=0.6):
    return Box(*(np.full(3, value) for value in (low, high, low_second, high_second)))


def black(years):
    def price(move, vol):
        return european.black76_price(
            100.0 + move, STRIKES[:, None], years, vol, 0.0, np.array([[True], [False], [True]])
        )

    return price


def points(count):
    rng = np.random.default_rng(1)
    return rng.uniform(-20.0, 25.0, count), rng.uniform(0.3, 0.6, (3, count))


@pytest.mark.parametrize("years", [2.0, 0.5, 0.1])
def test_a_series_agrees_with_the_formula_between_its_nodes(years):
    reach = np.array([22.5 / (45.0 * np.sqrt(years))])
    area = box()
    terms, more = int(terms_for(reach)[0]), int(terms_for_second(area.low_second, area.high_second)[0])
    for _ in range(3):
        series = series_of(black(years), area, terms, more)
        if series.good.all():
            break
        terms, more = above(LADDER, terms), above(LADDER_SECOND, more) or more
    assert series.good.all()
    move, vol = points(500)
    found = series.values(np.arange(3), basis_of(-20.0, 25.0, move, terms), padded(vol))[:, :500]
    exact = black(years)(np.broadcast_to(move, vol.shape), vol)
    spread = exact.max(axis=1) - exact.min(axis=1)
    assert (np.abs(found - exact).max(axis=1) < 1e-8 * spread).all()


def test_one_second_variable_for_all_and_one_for_each_are_the_same():
    area = box()
    series = series_of(black(1.0), area, 24, 12)
    move, _ = points(100)
    shared = np.linspace(0.31, 0.59, 100)
    basis = basis_of(-20.0, 25.0, move, 24)
    each = np.broadcast_to(padded(shared), (3, basis.shape[1]))
    assert np.array_equal(
        series.values(np.arange(3), basis, padded(shared)), series.values(np.arange(3), basis, each)
    )


def test_without_a_second_variable_one_term_is_enough():
    area = box(low_second=0.4, high_second=0.4)
    assert terms_for_second(area.low_second, area.high_second).tolist() == [1, 1, 1]
    series = series_of(black(1.0), area, 24, 1)
    assert series.coefficient.shape == (3, 24, 1)
    assert series.good.all()


def test_a_kink_is_not_good():
    series = series_of(black(1e-6), box(), 64, 12)
    assert not series.good[1]
    assert series.good[2]  # never in the money


def test_what_does_not_move_at_all_is_good():
    series = series_of(black(1.0), box(0.0, 0.0, 0.4, 0.4), 12, 1)
    assert series.good.all()
    found = series.values(np.array([1]), basis_of(0.0, 0.0, np.zeros(5), 12), np.full(64, 0.4))
    assert found[0, 0] == pytest.approx(black(1.0)(np.zeros((3, 1)), np.full((3, 1), 0.4))[1, 0])


def test_a_price_without_a_meaning_is_not_good():
    series = series_of(black(1.0), box(low=-150.0), 24, 12)
    assert not series.good.any()


def test_wider_ranges_take_more_terms_until_none_is_enough():
    found = terms_for(np.array([0.1, 1.0, 3.0, 9.0, 20.0, np.nan]))
    assert found[:4].tolist() == sorted(found[:4].tolist())
    assert set(found[:4].tolist()) <= set(LADDER)
    assert found[4:].tolist() == [0, 0]
    wide = terms_for_second(np.array([0.4, 0.2, 0.01]), np.array([0.41, 0.6, 0.9]))
    assert wide[0] < wide[1] <= wide[2]


def test_the_place_of_a_scenario_changes_no_digit():
    series = series_of(black(1.0), box(), 24, 12)
    move, vol = points(333)

    def values(order):
        basis = basis_of(-20.0, 25.0, move[order], 24)
        return series.values(np.arange(3), basis, padded(vol[:, order]))[:, : len(order)]

    whole, order = values(np.arange(333)), np.random.default_rng(2).permutation(333)
    assert np.array_equal(values(order), whole[:, order])
    assert np.array_equal(values(np.arange(100)), whole[:, :100])
