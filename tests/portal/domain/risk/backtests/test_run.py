"""One backtest with everything in it."""

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.risk.backtests.run import run_backtest

VAR, ES = float(stats.norm.ppf(0.99)), float(stats.norm.pdf(stats.norm.ppf(0.99)) / 0.01)


def numbers(found) -> list[float]:
    """All floats of a result, however deep."""
    if dataclasses.is_dataclass(found):
        return [n for field in dataclasses.fields(found) for n in numbers(getattr(found, field.name))]
    if isinstance(found, tuple):
        return [n for part in found for n in numbers(part)]
    return [found] if isinstance(found, float) else []


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.floats(-1e3, 1e6), st.floats(-1e3, 1e6)), min_size=1, max_size=60
    ),
    st.sampled_from([0.9, 0.975, 0.99, 0.999, 0.3]),
)
@settings(max_examples=60, deadline=None)
def test_all_numbers_are_finite(days, level):
    pnl, var, es = (np.array(column) for column in zip(*days, strict=True))
    found = run_backtest(pnl, var, es, level=level)
    assert all(map(math.isfinite, numbers(found)))
    assert all(0.0 <= p <= 1.0 for p in found.p_values().values())
    assert found.findings


@pytest.mark.parametrize(
    "pnl", [np.full(250, 1.0), np.full(250, -99.0)], ids=["no exception", "all exceptions"]
)
def test_corners(pnl):
    found = run_backtest(pnl, np.full(250, 2.0), np.full(250, 3.0), level=0.99)
    assert all(map(math.isfinite, numbers(found)))
    assert found.exceptions in (0, 250)
    assert found.longest_run == found.exceptions


def test_the_right_model_passes():
    pnl = np.random.default_rng(17).normal(size=1000)
    found = run_backtest(pnl, np.full(1000, VAR), np.full(1000, ES), level=0.99)
    assert found.light.zone == "green"
    assert min(found.p_values().values()) > 0.01
    assert found.positions.tolist() == np.flatnonzero(pnl < -VAR).tolist()
    assert found.accepted == (5, 16)


def test_half_the_risk_is_rejected_by_every_count_and_said():
    pnl = np.random.default_rng(18).normal(size=1000)
    found = run_backtest(pnl, np.full(1000, VAR / 2), np.full(1000, ES / 2), level=0.99)
    assert found.light.zone == "red"
    assert found.failures.p_value < 1e-6
    assert found.shortfall.z2 < found.shortfall.z2_critical
    text = " ".join(found.findings)
    assert "too many exceptions" in text
    assert "Losses beyond VaR are more or larger than ES says" in text


def test_few_exceptions_are_said_to_prove_nothing():
    pnl = np.full(250, 1.0)
    pnl[[3, 90]] = -9.0
    found = run_backtest(pnl, np.full(250, 2.0), level=0.99)
    assert "With fewer than 4 exceptions the tests of independence have no power" in " ".join(found.findings)
    assert "independence" not in found.p_values()
    assert found.shortfall is None


def test_twice_the_risk_is_said_to_be_too_much():
    pnl = np.random.default_rng(19).normal(size=1000)
    found = run_backtest(pnl, np.full(1000, 2 * VAR), np.full(1000, 2 * ES), level=0.99)
    assert "too few exceptions" in " ".join(found.findings)


def test_days_without_es_are_left_out_and_counted():
    pnl, es = np.full(100, 1.0), np.full(100, 3.0)
    es[:40] = 0.0
    found = run_backtest(pnl, np.full(100, 0.0), es, level=0.99)
    assert found.shortfall.days == 60
    assert any("40 of 100 days" in sentence for sentence in found.findings)


def test_an_es_of_dust_is_none():
    found = run_backtest([-1.0, -1.0], [0.0, 0.5], [2e-309, 1.0], level=0.9)
    assert found.shortfall.days == 1
    assert all(map(math.isfinite, numbers(found)))


def test_es_below_var_is_said():
    found = run_backtest([1.0, 1.0], [3.0, 1.0], [2.0, 2.0], level=0.99, scale=[1.0, 1.0])
    assert any("On 1 of 2 days ES is below VaR" in sentence for sentence in found.findings)
    assert found.shortfall.standardised_residuals.count == 0


def test_es_is_not_tested_at_a_level_that_is_no_tail():
    found = run_backtest([1.0, -1.0], [0.0, 0.0], [1.0, 1.0], level=0.3)
    assert found.shortfall is None
    assert any("not tested at a confidence of 0.3" in sentence for sentence in found.findings)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([], []), InsufficientHistory, "at least 1 observations"),
        (([1.0], [1.0, 2.0]), LengthMismatch, "P&L and VaR forecasts"),
        (
            ([1.0, np.nan], [1.0, 2.0]),
            SeriesHasNaN,
            "P&L has 1 missing or infinite values, the first at observation 2",
        ),
        (([1.0, 2.0], [np.inf, 2.0]), SeriesHasNaN, "VaR forecasts"),
    ],
)
def test_bad_input_is_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        run_backtest(*arguments, level=0.99)


def test_a_level_in_percent_is_refused():
    with pytest.raises(BadParameter, match="between 0 and 1"):
        run_backtest([1.0], [1.0], level=99)
