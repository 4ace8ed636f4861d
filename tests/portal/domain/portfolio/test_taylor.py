"""Waterfalls add up whatever the order; Taylor terms leave little for small moves and nothing for futures."""

import itertools

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.taylor import FACTORS, TERMS, ListedBook, ordered_waterfall, taylor_terms


def random_book(n, seed):
    rng = np.random.default_rng(seed)
    return ListedBook(
        rng.random(n) < 0.7, rng.random(n) < 0.5, rng.uniform(60, 80, n), rng.normal(scale=1e5, size=n)
    ), {
        "price": rng.uniform(65, 75, n),
        "vol": rng.uniform(0.2, 0.5, n),
        "time": rng.uniform(0.1, 1.5, n),
        "rate": np.full(n, 0.04),
    }


def moved(state, size):
    return {
        "price": state["price"] + 2.0 * size,
        "vol": state["vol"] + 0.03 * size,
        "time": state["time"] - size / 365,
        "rate": state["rate"] - 0.001 * size,
    }


@pytest.mark.parametrize("order", list(itertools.permutations(FACTORS))[::5])
def test_steps_add_up_to_the_total_in_any_order(order):
    book, start = random_book(200, seed=1)
    end = moved(start, 1.0)
    steps = ordered_waterfall(book.value, start, end, order)
    assert tuple(steps) == order
    total = book.value(end) - book.value(start)
    np.testing.assert_allclose(sum(steps.values()), total, atol=1e-6)


def test_what_taylor_leaves_falls_with_the_cube_of_the_move():
    book, start = random_book(200, seed=2)
    left = []
    for size in (0.2, 0.1):
        end = {**moved(start, size), "time": start["time"], "rate": start["rate"]}
        total = book.value(end) - book.value(start)
        left.append(np.abs(taylor_terms(book.greeks(start), start, end).unexplained(total)).sum())
    assert left[0] / left[1] == pytest.approx(8.0, rel=0.15)


def test_futures_are_explained_by_delta_alone():
    _, start = random_book(3, seed=3)
    book = ListedBook(np.zeros(3, bool), np.ones(3, bool), np.zeros(3), np.array([1.0, -2.0, 3.0]))
    end = moved(start, 1.0)
    found = taylor_terms(book.greeks(start), start, end)
    assert tuple(found.terms) == TERMS
    np.testing.assert_allclose(found.terms["delta"], book.quantity * 2.0)
    np.testing.assert_allclose(found.unexplained(book.value(end) - book.value(start)), 0.0, atol=1e-9)


def test_a_market_without_moves_explains_nothing():
    book, start = random_book(5, seed=4)
    assert all(not step.any() for step in ordered_waterfall(book.value, start, start).values())
    assert not taylor_terms(book.greeks(start), start, start).explained.any()


def test_an_order_that_forgets_a_factor_is_refused():
    book, start = random_book(2, seed=5)
    with pytest.raises(BadParameter, match="each of the factors price, rate, time, vol once"):
        ordered_waterfall(book.value, start, start, ("price", "vol"))
