"""Performance: figures that must agree with each other, corners where some do not exist, refusals."""

from dataclasses import astuple, fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk import performance
from portal.domain.risk.drawdown import relative_falls

RETURNS = np.random.default_rng(1).normal(0.001, 0.02, 500)
returns = arrays(
    np.float64, st.integers(2, 40), elements=st.floats(-0.9, 1.0).map(lambda value: round(value, 4))
)
RATES = {"periods_per_year": 252.0}


@given(values=returns)
def test_every_figure_is_finite_or_none(values):
    found = [
        performance.summarise(values),
        performance.partial_moments(values, 0.001),
        performance.against(values, values[::-1]),
    ]
    for one in found:
        assert all(value is None or np.isfinite(value) for value in astuple(one))
    path = performance.drawdowns(values)
    numbers = [getattr(path, field.name) for field in fields(path) if field.name != "path"]
    assert all(value is None or np.isfinite(value) for value in numbers)
    assert path.max_drawdown == path.path.min() or path.max_drawdown == 0.0
    assert -1.0 <= path.max_drawdown <= 0.0
    assert path.pain_index <= path.ulcer_index + 1e-12
    assert path.peak <= path.trough < (path.recovery or len(values) + 2)


def test_against_itself_nothing_is_left():
    found = performance.against(RETURNS, RETURNS)
    assert found.beta == pytest.approx(1.0)
    assert found.alpha_annual == pytest.approx(0.0, abs=1e-12)
    assert found.capture_up == pytest.approx(1.0)
    assert found.capture_down == pytest.approx(1.0)
    assert found.specific_risk == pytest.approx(0.0, abs=1e-12)
    assert found.m_squared == pytest.approx(performance.summarise(RETURNS).cagr)


def test_the_drawdown_starts_from_the_capital():
    found = performance.drawdowns([-0.5, 0.1])
    assert (found.max_drawdown, found.peak, found.trough, found.recovery) == (-0.5, 0, 1, None)
    wealth = np.concatenate([[1.0], np.cumprod(1.0 + RETURNS)])
    np.testing.assert_allclose(performance.drawdowns(RETURNS).path, relative_falls(wealth)[1:])


def test_constant_returns_have_no_ratios():
    found = performance.summarise(np.full(10, 0.1))
    assert (found.sharpe, found.sortino, found.skewness, found.excess_kurtosis) == (None, None, None, None)
    assert found.stability == pytest.approx(1.0)
    relative = performance.against(RETURNS[:10], np.full(10, 0.1))
    assert (relative.beta, relative.m_squared) == (None, None)
    assert relative.capture_down is None


def test_a_total_loss_is_a_figure_too():
    found = performance.summarise([0.1, -1.0, 0.2])
    assert found.total_return == -1.0
    assert found.stability is None
    assert performance.drawdowns([0.1, -1.0, 0.2]).max_drawdown == -1.0


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ([], InsufficientHistory),
        ([0.1], InsufficientHistory),
        ([0.1, np.nan], SeriesHasNaN),
        ([0.1, -1.5], BadParameter),
        (np.ones((3, 2)), LengthMismatch),
    ],
)
def test_refusals(values, error):
    for measure in (performance.summarise, performance.drawdowns, performance.partial_moments):
        with pytest.raises(error):
            measure(values)
    with pytest.raises(error):
        performance.against(values, values)


def test_other_refusals():
    with pytest.raises(BadParameter, match="positive number of periods"):
        performance.summarise(RETURNS, periods_per_year=0.0)
    with pytest.raises(LengthMismatch, match="returns and benchmark"):
        performance.against(RETURNS, RETURNS[1:])


def test_more_trials_and_fatter_tails_deflate_more():
    few, many = (performance.deflated_sharpe(0.1, 1000, 0.002, trials) for trials in (10, 1000))
    assert many < few < performance.probabilistic_sharpe(0.1, 1000)
    assert performance.deflated_sharpe(0.1, 1000, 0.002, 1) == performance.probabilistic_sharpe(0.1, 1000)
    assert performance.probabilistic_sharpe(
        0.1, 1000, skewness=-2.0, kurtosis=15.0
    ) < performance.probabilistic_sharpe(0.1, 1000)
    assert performance.expected_best_sharpe(0.0, 100) == 0.0


def test_the_best_of_many_trials_is_what_luck_gives():
    random = np.random.default_rng(3)
    best = random.normal(0.0, 0.05, (4000, 50)).max(axis=1)
    assert performance.expected_best_sharpe(0.0025, 50) == pytest.approx(best.mean(), rel=0.02)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: performance.probabilistic_sharpe(0.1, 1), InsufficientHistory),
        (lambda: performance.probabilistic_sharpe(0.1, 100, skewness=-3.0, kurtosis=0.0), BadParameter),
        (lambda: performance.expected_best_sharpe(0.1, 0), BadParameter),
        (lambda: performance.expected_best_sharpe(-0.1, 10), BadParameter),
        (lambda: performance.expected_best_sharpe(float("nan"), 10), BadParameter),
    ],
)
def test_refusals_of_the_deflated_sharpe(call, error):
    with pytest.raises(error):
        call()
