"""Every risk measure: the registry, awkward inputs, and the laws that a measure of risk obeys."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from portal.core.errors import DomainError
from portal.domain.market.errors import (
    BadParameter,
    InsufficientHistory,
    LengthMismatch,
    NoSuchModel,
    SeriesHasNaN,
)
from portal.domain.risk import base, measures
from portal.domain.risk.base import Gives
from portal.domain.risk.errors import EmptyPortfolio
from portal.domain.risk.measures import MEASURES, measure

CODES = sorted(MEASURES)
FILES = sorted(path.stem for path in Path(measures.__file__).parent.glob("*.py") if path.stem != "__init__")
LEVEL = 0.9
N = 40
NAN = float("nan")
RANDOM = np.random.default_rng(4)
TABLE = RANDOM.normal(0.0, 100.0, (N, 3))
money = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 2))
books = arrays(np.float64, (N, 3), elements=money)
levels = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.975])
weightings = arrays(np.float64, N, elements=st.floats(0.01, 1.0))


def call(code, pnl, **options):
    """The measure with what it needs beside the P&L."""
    found = measure(code)
    if found.has_level:
        options.setdefault("level", LEVEL)
    if "benchmark" in found.options:
        shape = np.shape(pnl)[:1]
        options.setdefault("benchmark", np.arange(shape[0], dtype=np.float64) if shape else [1.0])
    return found(pnl, **options)


def near(one, other, scale):
    np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9 * max(1.0, float(np.max(np.abs(scale)))))


# ten days of two trades, in EUR, and what each measure makes of them by hand; the book is their sum
DAYS = np.array([[-9.0, 2.0], [4.0, -1.0], [-2.0, -4.0], [1.0, 1.0], [3.0, 0.0], [-6.0, 1.0], [5.0, -3.0],
                 [0.0, 2.0], [2.0, 2.0], [2.0, 0.0]])  # fmt: skip
BOOK = [-7.0, 3.0, -6.0, 2.0, 3.0, -5.0, 2.0, 2.0, 4.0, 2.0]
BY_HAND = {
    "var": (BOOK, {"level": 0.8}, 5.0),  # the third worst of ten
    "expected_shortfall": (BOOK, {"level": 0.75}, (7.0 + 6.0 + 0.5 * 5.0) / 2.5),
    "component": (DAYS, {"level": 0.8}, [(9.0 + 2.0) / 2, (-2.0 + 4.0) / 2]),
    "marginal": (DAYS, {"level": 0.8, "sizes": [11.0, 2.0]}, [0.5, 0.5]),
    "incremental": (DAYS, {"level": 0.8}, [5.0 - 1.0, 5.0 - 2.0]),  # alone, the other loses 1 and 2
    "cash_flow_at_risk": (BOOK, {"level": 0.8}, 5.0),  # the mean is 0
    "earnings_at_risk": (BOOK, {"level": 0.8, "expected": 3.0, "tax_rate": 0.25}, 0.75 * 8.0),
    "gross_margin_at_risk": (DAYS[:, 0], {"level": 0.8, "hedges": DAYS[:, 1]}, 5.0),
    "volatility": (BOOK, {}, np.sqrt(160.0 / 9.0)),
    "beta": (BOOK, {"benchmark": np.array(BOOK) / 3.0}, 3.0),
    "diversification_ratio": (DAYS, {"of": "es", "level": 0.8}, (7.5 + 3.5) / 6.5),
    "concentration": (DAYS, {"level": 0.8}, (5.5**2 + 1.0) / 6.5**2),
    "max_drawdown": (BOOK, {}, 10.0),  # from 0 to -7, up to -4, down to -10
}


def test_every_file_is_one_measure():
    assert CODES == FILES
    assert {MEASURES[code].function.__module__.rpartition(".")[2] for code in CODES} == set(FILES)


def test_an_unknown_measure_is_named():
    with pytest.raises(NoSuchModel, match=r"no risk measure 'luck'.*expected_shortfall"):
        measure("luck")


def test_a_code_cannot_be_taken_twice():
    def other(pnl):
        return pnl

    with pytest.raises(ValueError, match="'var' is defined twice"):
        base.risk_measure("var", "Another", "EUR")(other)


@pytest.mark.parametrize("code", CODES)
def test_a_measure_says_unit_refusals_and_source(code):
    found, text = measure(code), inspect.getdoc(measure(code).function)
    sections = re.findall(r"^([A-Z][a-z]+)\n-+$", text, flags=re.MULTILINE)
    assert [s for s in sections if s != "Examples"] == ["Parameters", "Returns", "Raises", "References"]
    returns = text.partition("Returns\n-------")[2].partition("Raises\n------")[0]
    assert "EUR" in returns if found.unit == "EUR" else found.unit == "1"
    assert found.summary.endswith(".")
    assert found.options == tuple(inspect.signature(found.function).parameters)[1:]
    assert next(iter(inspect.signature(found.function).parameters)) == "pnl"


def test_every_measure_has_a_figure_by_hand():
    assert sorted(BY_HAND) == CODES


@pytest.mark.parametrize("code", CODES)
def test_figures_by_hand(code):
    pnl, options, expected = BY_HAND[code]
    assert measure(code)(pnl, **options) == pytest.approx(expected)


@pytest.mark.parametrize("code", CODES)
def test_shapes_follow_what_the_measure_gives(code):
    one, many = call(code, TABLE[:, 0]), call(code, TABLE)
    gives = measure(code).gives
    assert np.shape(one) == ((1,) if gives is Gives.SPLIT else ())
    assert np.shape(many) == (() if gives is Gives.WHOLE else (3,))
    assert np.isfinite(many).all()
    if gives is Gives.EACH:
        near(many[0], one, TABLE)
    assert np.shape(call(code, TABLE[:, 0].tolist())) == np.shape(one)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("pnl", "error"),
    [
        ([], InsufficientHistory),
        (np.empty((0, 2)), InsufficientHistory),
        (np.empty((N, 0)), EmptyPortfolio),
        (np.full(N, NAN), SeriesHasNaN),
        (np.where(np.arange(N) == 7, NAN, 1.0), SeriesHasNaN),
        (np.where(np.arange(3 * N).reshape(N, 3) == 7, np.inf, 1.0), SeriesHasNaN),
        (np.ones((2, 2, 2)), LengthMismatch),
    ],
    ids=["empty", "no scenario", "no trade", "all missing", "one missing", "infinite", "a cube"],
)
def test_what_cannot_be_measured_is_refused_with_a_sentence(code, pnl, error):
    with pytest.raises(error) as caught:
        call(code, pnl)
    assert isinstance(caught.value, DomainError)
    assert caught.value.message.endswith(".")
    assert len(caught.value.message.split()) > 5


@pytest.mark.parametrize("code", [code for code in CODES if measure(code).has_level])
@pytest.mark.parametrize("level", [0.0, 1.0, -0.1, 99.0, NAN])
def test_a_level_outside_of_0_and_1_is_refused(code, level):
    options = {"of": "es"} if code == "diversification_ratio" else {}
    with pytest.raises(BadParameter, match="confidence level lies between 0 and 1"):
        call(code, TABLE, level=level, **options)


@pytest.mark.parametrize("code", [code for code in CODES if measure(code).has_level])
def test_fewer_scenarios_than_the_tail_needs_are_refused(code):
    options = {"of": "es"} if code == "diversification_ratio" else {}
    with pytest.raises(InsufficientHistory, match=r"40 scenarios have no tail at 99 %: at least 100"):
        call(code, TABLE, level=0.99, **options)


@pytest.mark.parametrize("code", [code for code in CODES if "weights" in measure(code).options])
def test_weights_must_belong_to_the_scenarios(code):
    with pytest.raises(LengthMismatch, match="40 scenarios but weights"):
        call(code, TABLE, weights=np.ones(N - 1))
    with pytest.raises(BadParameter, match="may not be negative"):
        call(code, TABLE, weights=np.r_[-1.0, np.ones(N - 1)])
    near(call(code, TABLE, weights=np.full(N, 3.0)), call(code, TABLE), TABLE)


@pytest.mark.parametrize("code", [code for code in CODES if "of" in measure(code).options])
def test_an_unknown_kind_of_risk_is_refused(code):
    with pytest.raises(BadParameter, match="'luck'"):
        call(code, TABLE, of="luck")


@pytest.mark.parametrize("code", CODES)
def test_a_missing_value_is_found_by_its_column(code):
    table = TABLE.copy()
    table[5, 1] = NAN
    with pytest.raises(SeriesHasNaN, match="column 2 is missing in scenario 6"):
        call(code, table)


@pytest.mark.parametrize("code", CODES)
@settings(max_examples=40)
@given(pnl=books, factor=st.floats(0.01, 100.0))
def test_twice_the_position_is_twice_the_risk(code, pnl, factor):
    if code == "diversification_ratio" and np.ptp(pnl.sum(axis=1)) < 1e-3:
        return  # of a book that cancels out, only rounding would be compared
    one, more = call(code, pnl), call(code, factor * pnl)
    ratio = measure(code).unit == "1" and code != "beta"
    near(more, one if ratio else factor * one, factor * np.abs(pnl).max())


@given(pnl=books, gain=money, level=levels)
def test_certain_gain_lowers_var_and_es_by_itself_and_leaves_the_rest(pnl, gain, level):
    scale = np.abs(pnl).max() + abs(gain)
    for code in ("var", "expected_shortfall"):
        near(call(code, pnl + gain, level=level), call(code, pnl, level=level) - gain, scale)
    for code in ("cash_flow_at_risk", "earnings_at_risk", "gross_margin_at_risk"):
        near(call(code, pnl + gain, level=level), call(code, pnl, level=level), scale)
    near(call("volatility", pnl + gain), call("volatility", pnl), 1e3 * scale)


@given(pnl=books, level=levels, weights=st.none() | weightings)
def test_expected_shortfall_is_not_below_var_and_is_subadditive(pnl, level, weights):
    es = call("expected_shortfall", pnl, level=level, weights=weights)
    slack = 1e-9 * max(1.0, np.abs(pnl).max())
    assert (es >= call("var", pnl, level=level, weights=weights) - slack).all()
    assert call("expected_shortfall", pnl.sum(axis=1), level=level, weights=weights) <= es.sum() + slack


@given(pnl=books, level=levels, weights=st.none() | weightings, half_width=st.integers(0, 5))
def test_components_sum_to_the_total(pnl, level, weights, half_width):
    whole, scale = pnl.sum(axis=1), 1e-12 * max(1.0, np.abs(pnl).sum(axis=1).max())
    es = call("component", pnl, level=level, weights=weights)
    var = call("component", pnl, level=level, weights=weights, of="var", half_width=half_width)
    assert abs(es.sum() - call("expected_shortfall", whole, level=level, weights=weights)) <= scale
    if half_width == 0 or np.any(var):
        assert abs(var.sum() - call("var", whole, level=level, weights=weights)) <= scale


@given(pnl=books, order=st.permutations(range(N)), level=levels)
def test_the_order_of_scenarios_does_not_matter_but_for_drawdown(pnl, order, level):
    moved, against = pnl[order], np.arange(N, dtype=np.float64)
    for code in sorted(set(CODES) - {"max_drawdown", "diversification_ratio"}):
        options = {"level": level} if measure(code).has_level else {}
        first = call(code, pnl, **({**options, "benchmark": against} if code == "beta" else options))
        second = call(
            code, moved, **({**options, "benchmark": against[order]} if code == "beta" else options)
        )
        near(first, second, np.abs(pnl).max())


@given(pnl=books, level=levels)
def test_expected_shortfall_is_the_minimum_of_rockafellar_and_uryasev(pnl, level):
    losses = -pnl[:, 0]
    objective = [t + np.maximum(losses - t, 0.0).mean() / (1.0 - level) for t in losses]
    near(call("expected_shortfall", pnl[:, 0], level=level), min(objective), losses)


@given(pnl=books, level=levels)
def test_var_is_numpys_inverted_cdf(pnl, level):
    expected = np.quantile(-pnl, level, axis=0, method="inverted_cdf")
    if abs(N * level - round(N * level)) > 1e-6:  # elsewhere binary rounding moves numpy by a rank
        np.testing.assert_array_equal(call("var", pnl, level=level), expected)


def test_var_of_500_days_at_99_percent_is_the_sixth_worst_loss():
    pnl = np.random.default_rng(1).permutation(np.arange(1.0, 501.0))
    assert call("var", pnl, level=0.99) == -6.0
    assert call("expected_shortfall", pnl, level=0.99) == -3.0


def test_marginal_risk_is_the_slope_of_the_figure():
    sizes = np.array([2.0, -3.0, 0.5])
    units = TABLE / sizes
    slopes = call("marginal", TABLE, sizes=sizes)
    for at in range(3):
        step = np.zeros(3)
        step[at] = 1e-6
        up, down = (
            call("expected_shortfall", (units * (sizes + sign * step)).sum(axis=1)) for sign in (1.0, -1.0)
        )
        assert slopes[at] == pytest.approx((up - down) / 2e-6, rel=1e-6)
    np.testing.assert_allclose(sizes * slopes, call("component", TABLE))
    var = call("marginal", TABLE, sizes=sizes, of="var")
    np.testing.assert_allclose(sizes * var, call("component", TABLE, of="var"))


@pytest.mark.parametrize(("sizes", "error"), [([1.0, 0.0, 2.0], BadParameter), ([1.0], LengthMismatch)])
def test_marginal_risk_needs_a_size_for_each_trade(sizes, error):
    with pytest.raises(error):
        call("marginal", TABLE, sizes=sizes)


def test_incremental_risk_of_removal_and_of_a_candidate():
    book = TABLE[:, :2]
    for of, code in (("var", "var"), ("es", "expected_shortfall")):
        full, without = call(code, book.sum(axis=1)), call(code, book[:, 1])
        assert call("incremental", book, of=of)[0] == pytest.approx(full - without)
        added = call("incremental", TABLE[:, 2], of=of, book=book.sum(axis=1), added=True)
        assert added == pytest.approx([call(code, TABLE.sum(axis=1)) - full])
    with pytest.raises(BadParameter, match="give its P&L"):
        call("incremental", TABLE, added=True)
    with pytest.raises(LengthMismatch):
        call("incremental", TABLE, book=np.ones(3))


def test_incremental_risk_does_not_depend_on_the_size_of_blocks(monkeypatch):
    expected = call("incremental", TABLE)
    for module in ("tail", "measures.incremental"):
        monkeypatch.setattr(f"portal.domain.risk.{module}.BLOCK", 1)
    np.testing.assert_array_equal(call("incremental", TABLE), expected)


def test_at_risk_figures_compare_with_a_plan():
    cash = -np.arange(1.0, N + 1)
    worst = call("var", cash)
    assert call("cash_flow_at_risk", cash) == worst + cash.mean()
    assert call("cash_flow_at_risk", cash, expected=10.0) == worst + 10.0
    assert call("earnings_at_risk", cash, expected=10.0, tax_rate=0.25) == 0.75 * (worst + 10.0)
    two = np.column_stack([cash, 2 * cash])
    plan = call("gross_margin_at_risk", two, hedges=np.zeros_like(two), expected=[1.0, 2.0])
    assert plan.tolist() == [worst + 1.0, 2 * worst + 2.0]
    with pytest.raises(BadParameter, match="tax rate"):
        call("earnings_at_risk", cash, tax_rate=1.0)
    with pytest.raises(LengthMismatch, match="hedges"):
        call("gross_margin_at_risk", cash, hedges=two)
    with pytest.raises(LengthMismatch, match="Expected results"):
        call("cash_flow_at_risk", two, expected=[1.0, 2.0, 3.0])


def test_a_perfect_hedge_takes_the_margin_risk_away():
    assert call("gross_margin_at_risk", TABLE[:, 0], hedges=-TABLE[:, 0]) == 0.0


def test_volatility_with_weights_of_whole_numbers_is_that_of_repeated_scenarios():
    weights = np.r_[np.full(N - 1, 1.0), 3.0]
    repeated = np.r_[TABLE[:, 0], TABLE[-1, 0], TABLE[-1, 0]]
    zero_mean = call("volatility", TABLE[:, 0], weights=weights, zero_mean=True)
    assert zero_mean == pytest.approx(np.sqrt(np.mean(repeated**2)))
    assert call("volatility", TABLE[:, 0]) == pytest.approx(np.std(TABLE[:, 0], ddof=1))
    assert call("volatility", TABLE[:, 0], periods=4.0) == pytest.approx(2 * np.std(TABLE[:, 0], ddof=1))
    with pytest.raises(BadParameter, match="positive number of periods"):
        call("volatility", TABLE, periods=0.0)
    with pytest.raises(BadParameter, match="all the weight"):
        call("volatility", TABLE, weights=np.arange(N) == 3)


def test_beta_is_the_slope_of_a_regression_and_needs_a_benchmark_that_moves():
    benchmark = RANDOM.normal(size=N)
    slope = np.polyfit(benchmark, TABLE[:, 1], 1)[0]
    assert call("beta", TABLE, benchmark=benchmark)[1] == pytest.approx(slope)
    with pytest.raises(BadParameter, match="does not move"):
        call("beta", TABLE, benchmark=np.full(N, 0.1))
    with pytest.raises(LengthMismatch, match="benchmark"):
        call("beta", TABLE, benchmark=np.ones(3))


def test_diversification_is_1_for_one_trade_and_infinite_for_a_perfect_hedge():
    for of in ("volatility", "es", "var"):
        assert call("diversification_ratio", TABLE[:, 0], of=of) == pytest.approx(1.0)
    assert call("diversification_ratio", np.column_stack([TABLE[:, 0], -TABLE[:, 0]])) == np.inf
    assert call("diversification_ratio", np.zeros((N, 2))) == 1.0
    with pytest.raises(BadParameter, match="is a gain"):
        call("diversification_ratio", np.ones((N, 2)), of="es")


def test_concentration_counts_equal_trades_and_sees_one_that_carries_all():
    assert call("concentration", np.repeat(TABLE[:, :1], 4, axis=1)) == pytest.approx(0.25)
    assert call("concentration", np.column_stack([TABLE[:, 0], np.zeros(N)])) == 1.0
    assert call("concentration", np.zeros((N, 2))) == 0.0


def test_drawdown_counts_a_loss_on_the_first_day():
    assert call("max_drawdown", [-2.0, 1.0]) == 2.0
    assert call("max_drawdown", [2.0, 1.0]) == 0.0
    assert call("max_drawdown", np.array([[1.0, -1.0], [-4.0, 3.0], [2.0, -1.0]])).tolist() == [4.0, 1.0]
