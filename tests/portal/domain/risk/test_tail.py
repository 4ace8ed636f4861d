"""The tail of one book: ties, fractions, weights, thin tails."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.tail import below_expectation, sample_es, sample_var, tail_count, tail_of

RANDOM = np.random.default_rng(7)
few = arrays(np.float64, st.integers(10, 60), elements=st.integers(-5, 5).map(float))  # many ties
levels = st.sampled_from([0.5, 0.75, 0.9, 0.123456])


@pytest.mark.parametrize(
    ("n", "level", "expected"),
    [(500, 0.99, (5, 0.0)), (503, 0.99, (5, 0.03)), (100, 0.99, (1, 0.0)), (250, 0.975, (6, 0.25))],
)
def test_tail_mass_in_whole_scenarios_and_a_fraction(n, level, expected):
    assert tail_count(n, level) == pytest.approx(expected)


@pytest.mark.parametrize("n", range(100, 3000, 100))
def test_binary_rounding_of_the_level_does_not_move_the_rank(n):
    assert tail_count(n, 0.99) == (n // 100, 0.0)


@pytest.mark.parametrize("weights", [None, np.arange(1.0, 51.0)], ids=["equal", "not equal"])
def test_next_to_level_0_the_tail_is_everything(weights):
    pnl = RANDOM.normal(size=50)
    found = tail_of(pnl, 1e-12, weights)
    assert found.var == -pnl.max() == sample_var(pnl, 1e-12, weights)
    assert found.es == pytest.approx(-np.average(pnl, weights=weights))


@given(pnl=few, level=levels)
def test_ties_share_what_is_left_and_the_figures_are_those_of_the_columns(pnl, level):
    found = tail_of(pnl, level)
    assert found.var == sample_var(pnl, level)
    assert found.es == pytest.approx(float(sample_es(pnl, level)), abs=1e-12)
    assert found.shares.sum() == pytest.approx(1.0)
    assert (np.diff(pnl[found.scenarios]) >= 0).all()
    assert found.scenario == np.flatnonzero(pnl == -found.var)[-1]
    for value in np.unique(pnl[found.scenarios]):
        assert np.ptp(found.shares[pnl[found.scenarios] == value]) < 1e-12


@given(pnl=few, level=levels, data=st.data())
def test_whole_weights_are_repeated_scenarios(pnl, level, data):
    counts = data.draw(arrays(np.int64, len(pnl), elements=st.integers(0, 4)).filter(lambda c: c.sum() >= 20))
    repeated = np.repeat(pnl, counts)
    one, other = tail_of(pnl, level, counts), tail_of(repeated, level)
    assert one.es == pytest.approx(other.es, abs=1e-9)
    if abs(len(repeated) * level % 1.0 - 0.5) < 0.49:  # exactly on a step both neighbours are quantiles
        assert one.var == other.var
    columns = np.column_stack([pnl, pnl[::-1], -pnl])
    for at in range(3):
        alone = tail_of(columns[:, at], level, counts)
        assert sample_var(columns, level, counts)[at] == alone.var
        assert sample_es(columns, level, counts)[at] == pytest.approx(alone.es, abs=1e-9)


def test_weights_are_searched_until_the_tail_is_whole():
    pnl = np.arange(400.0)  # the worst have almost no weight, so the first guess holds no tail
    weights = np.where(pnl < 300, 1e-9, 1.0)
    assert tail_of(pnl, 0.99, weights).var == -300.0
    assert sample_var(np.column_stack([pnl, -pnl]), 0.99, weights)[0] == -300.0


def test_a_scenario_without_weight_is_never_in_the_tail():
    weights = np.r_[0.0, np.ones(99)]
    found = tail_of(np.r_[-1000.0, -np.arange(99.0)], 0.95, weights)
    assert 0 not in found.scenarios
    assert 0 not in found.tied


def test_few_observations_are_flagged_by_their_effective_number():
    pnl = RANDOM.normal(size=500)
    assert not tail_of(pnl, 0.99).thin
    assert tail_of(pnl[1:], 0.99).thin
    weights = 0.99 ** np.arange(499, -1, -1)
    assert tail_of(pnl, 0.99, weights).observations == pytest.approx(1.99 / (1 - 0.99) * 0.01, rel=0.03)
    assert tail_of(pnl, 0.99, weights).thin


def test_many_columns_are_done_in_blocks(monkeypatch):
    table = RANDOM.normal(size=(50, 7))
    expected = sample_es(table, 0.9), sample_es(table, 0.9, np.arange(1.0, 51.0))
    monkeypatch.setattr("portal.domain.risk.tail.BLOCK", 100)
    np.testing.assert_array_equal(sample_es(table, 0.9), expected[0])
    np.testing.assert_allclose(sample_es(table, 0.9, np.arange(1.0, 51.0)), expected[1], rtol=1e-14)


def test_a_table_has_no_single_tail():
    with pytest.raises(LengthMismatch, match="2 columns; add them up first"):
        tail_of(np.ones((50, 2)), 0.9)


def test_weights_of_nothing_are_refused():
    with pytest.raises(BadParameter, match="at least one must be above zero"):
        tail_of(np.ones(50), 0.9, np.zeros(50))


def test_expectation_uses_the_weights_too():
    pnl, weights = np.arange(10.0), np.r_[np.full(9, 1.0), 11.0]
    mean = float(np.average(pnl, weights=weights))
    assert below_expectation(pnl, 0.9, weights, None) == pytest.approx(
        mean + float(sample_var(pnl, 0.9, weights))
    )
