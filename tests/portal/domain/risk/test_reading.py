"""A figure read off scenarios: what it is, and that its components add up to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.reading import Measure, read
from portal.domain.risk.tail import tail_of


def book(seed, n=500, parts=4):
    return np.random.default_rng(seed).standard_t(4, size=(n, parts)) * [3.0, 1.0, 0.5, 2.0]


@given(
    st.integers(0, 10_000),
    st.sampled_from(list(Measure)),
    st.sampled_from([0.95, 0.975, 0.99]),
    st.booleans(),
)
def test_components_add_up(seed, measure, level, normal):
    parts = book(seed)
    found = read(parts.sum(axis=1), measure, level, normal=normal)
    assert found.split(parts).sum() == pytest.approx(found.value, rel=1e-12)


@pytest.mark.parametrize("level", [0.95, 0.99])
def test_equals_the_tail(level):
    pnl = book(3).sum(axis=1)
    tail = tail_of(pnl, level)
    assert read(pnl, "var", level).value == tail.var
    assert read(pnl, "expected_shortfall", level).value == tail.es
    assert read(pnl, "var", level).scenario == tail.scenario


def test_normal_method_is_the_quantile_of_the_deviation():
    pnl = book(5).sum(axis=1)
    deviation = np.sqrt(np.mean(pnl**2))
    assert read(pnl, "var", 0.99, normal=True).value == pytest.approx(norm.ppf(0.99) * deviation)
    es = norm.pdf(norm.ppf(0.99)) / 0.01 * deviation
    assert read(pnl, "expected_shortfall", 0.99, normal=True).value == pytest.approx(es)


def test_weights_count():
    pnl, weights = np.array([-9.0, -1.0, 2.0, 3.0]), np.array([0.01, 0.39, 0.3, 0.3])
    assert read(pnl, "var", 0.7, weights=weights).value == 1.0


def test_quantile_at_zero_is_split_by_its_own_scenario():
    pnl = np.concatenate([np.full(10, -1.0), np.zeros(3), np.full(187, 1.0)])
    found = read(pnl, "var", 0.95)
    assert found.value == 0.0
    assert found.shares.sum() == pytest.approx(1.0)


def test_book_without_risk_has_none():
    found = read(np.zeros(200), "var", 0.99, normal=True)
    assert found.value == 0.0
    assert not found.shares.any()


def test_too_few_scenarios_are_refused():
    with pytest.raises(InsufficientHistory, match="at least 100"):
        read(np.zeros(50), "var", 0.99)
