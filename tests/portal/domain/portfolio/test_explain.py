"""The lines of an explanation sum to the profit or loss of every trade and portfolio, whatever happened in between."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.book import Book, empty_book
from portal.domain.portfolio.explain import Explanation, Line, State, combine, explain
from portal.domain.portfolio.explain_pairs import Nature
from portal.domain.portfolio.explain_steps import Cause, MarketSteps
from portal.domain.portfolio.trade import Kind
from tests.portal.domain.portfolio import explain_cases as cases

START = date(2026, 3, 17)


def state(book: Book, day: date, seed: int, *, gaps: float = 0.0) -> State:
    """A book in a random market."""
    market = cases.market(day, seed, gaps=gaps)
    return State(book, market, cases.value(book, market))


def explained(seed: int, days: int, *, gaps: float = 0.0, size: int = 40) -> tuple[State, State, Explanation]:
    """Explain a random book over ``days``."""
    book = cases.book(seed, size, until=START)
    start = state(book.take(np.arange(size) % 5 != 0), START, seed, gaps=gaps)
    end = state(cases.later(book, seed + 1), cases.days_after(START, days), seed + 1, gaps=gaps)
    return start, end, explain(start, end, cases.price)


RUNS = {"seed": st.integers(0, 10_000), "days": st.sampled_from([0, 1, 3, 16, 90, 300])}


@settings(max_examples=40)
@given(**RUNS)
def test_the_lines_sum_to_the_total_of_every_trade_and_portfolio(seed, days):
    start, end, found = explained(seed, days)
    assert found.known.all()
    np.testing.assert_allclose(found.lines.sum(axis=0), found.total, atol=1e-6, rtol=1e-12)

    def worth(side: State, portfolio: int) -> float:
        mine = side.book.portfolio == portfolio
        return float((side.valuation.total[mine] * side.valuation.to_eur[mine]).sum())

    summed = combine(found, found.pairs.portfolio, 6)
    for portfolio in range(6):  # against the two valuations, not against what the explanation says of them
        change = worth(end, portfolio) - worth(start, portfolio)
        assert summed.lines[:, portfolio].sum() == pytest.approx(change, abs=1e-6)
        assert summed.ordered[:, portfolio].sum() == pytest.approx(change, abs=1e-6)
        assert summed.total[portfolio] == pytest.approx(change, abs=1e-6)


@settings(max_examples=20)
@given(**RUNS)
def test_the_band_of_a_sum_holds_its_lines(seed, days):
    _, _, found = explained(seed, days)
    summed = combine(found, np.zeros(len(found.total), dtype=np.int64), 1)
    slack = 1e-6
    assert (summed.low <= summed.lines + slack).all()
    assert (summed.lines <= summed.high + slack).all()
    assert (summed.low <= summed.ordered + slack).all()
    assert (summed.ordered <= summed.high + slack).all()


@settings(max_examples=20)
@given(**RUNS)
def test_a_missing_mark_costs_the_trade_not_the_sum(seed, days):
    _, _, found = explained(seed, days, gaps=0.2)
    lines = found.lines[:, found.known]
    np.testing.assert_allclose(lines.sum(axis=0), found.total[found.known], atol=1e-6, rtol=1e-12)
    assert np.isnan(found.lines[:, ~found.known]).all()
    assert np.isfinite(combine(found, found.pairs.portfolio, 6).lines).all()


def test_every_nature_of_a_trade_is_met_by_the_random_books():
    met = {int(nature) for seed in range(3) for nature in explained(seed, 16)[2].pairs.nature}
    assert met == {int(nature) for nature in Nature}


@pytest.mark.parametrize(
    ("nature", "line"),
    [
        (Nature.NEW, Line.NEW),
        (Nature.CANCELLED, Line.CANCELLED),
        (Nature.MOVED_IN, Line.AMENDED),
        (Nature.MOVED_OUT, Line.AMENDED),
        (Nature.LEFT, Line.AMENDED),
    ],
)
def test_what_came_or_went_has_one_line(nature, line):
    _, _, found = explained(3, 16, size=120)
    rows = found.pairs.nature == nature
    assert rows.any()
    np.testing.assert_array_equal(found.lines[line, rows], found.total[rows])
    assert not np.delete(found.lines[:, rows], line, axis=0).any()


def only(kind: Kind, *, months: slice = slice(8, 10), size: int = 8) -> Book:
    """Trades of one kind that deliver in the same months."""
    book = cases.book(5, size, until=START)
    chosen = cases.MONTHS[months]
    start, end = chosen[0].astype("datetime64[D]"), (chosen[-1] + 1).astype("datetime64[D]")
    expires = kind in (Kind.FUTURE, Kind.OPTION)
    return replace(
        book,
        kind=np.full(size, kind, np.int8),
        delivery_start=np.full(size, start),
        delivery_end=np.full(size, end),
        expiry=np.full(size, start - 3 if expires else np.datetime64("NaT")),
        curve=np.ones(size, dtype=np.int64),
    )


def lines_of(book: Book, days: int) -> np.ndarray:
    """Lines by cause over some days."""
    start, end = state(book, START, 1), state(book, cases.days_after(START, days), 2)
    return explain(start, end, cases.price).lines


def test_a_future_moves_by_its_price_alone():
    book = only(Kind.FUTURE)
    start, end = state(book, START, 1), state(book, cases.days_after(START, 1), 2)
    lines = explain(start, end, cases.price).lines
    move = end.market.marks.price[0, 8] - start.market.marks.price[0, 8]
    np.testing.assert_allclose(lines[Line.PRICE], book.side * book.quantity * move)
    assert not np.delete(lines, Line.PRICE, axis=0).any()


def test_a_swap_knows_no_volatility_and_no_fixing_before_its_month():
    lines = lines_of(only(Kind.SWAP), 1)
    assert lines[Line.PRICE].all()
    assert lines[Line.RATES].all()
    assert lines[Line.TIME].all()
    assert not lines[[Line.VOL, Line.FIXING, Line.FX, Line.NEW, Line.AMENDED, Line.CANCELLED]].any()


def test_delivery_is_measured_against_the_mark_of_the_start():
    book = only(Kind.FORWARD_FINANCIAL, months=slice(2, 3))  # March: in delivery
    start, end = state(book, START, 1), state(book, cases.days_after(START, 2), 2)
    zero = {"EUR": start.market.rates["EUR"]}
    level = replace(end.market, marks=start.market.marks, rates={**start.market.rates, **zero})
    end = State(book, level, cases.value(book, level))
    lines = explain(start, end, cases.price).lines
    total = level.fixings.total[0, 2] - start.market.fixings.total[0, 2]
    against = total / 31 - 2 / 31 * start.market.marks.price[0, 2]
    near = lines[Line.FIXING] / (book.side * book.quantity * against)
    assert ((near > 0.99) & (near < 1.01)).all()  # but for discounting
    assert not lines[Line.PRICE].any()


def test_a_day_that_passes_brings_nothing_to_a_swap_but_interest():
    book = only(Kind.SWAP, months=slice(2, 3))
    start = state(book, START, 1)
    steps = MarketSteps(start.market, cases.market(cases.days_after(START, 2), 2))
    frozen = {name: replace(curve, rate=curve.rate * 0.0) for name, curve in start.market.rates.items()}
    still = replace(steps.at(Cause.TIME.bit), rates=frozen)
    before = cases.price(book, replace(start.market, rates=frozen))
    np.testing.assert_allclose(cases.price(book, still), before, rtol=1e-12)


def test_an_option_that_expires_has_time_and_fixing_only():
    lines = lines_of(only(Kind.OPTION, months=slice(3, 4)), 20)
    assert lines[Line.TIME].any()
    assert lines[Line.FIXING].any()
    assert not lines[[Line.PRICE, Line.VOL, Line.RATES]].any()


def test_an_exchange_rate_multiplies_without_order():
    book = replace(only(Kind.FUTURE), curve=np.full(8, 2))
    start, end = state(book, START, 1), state(book, START, 2)
    lines = explain(start, end, cases.price).lines
    fx0, fx1 = start.valuation.to_eur, end.valuation.to_eur
    mean = (start.valuation.total + end.valuation.total) / 2
    np.testing.assert_allclose(lines[Line.FX], mean * (fx1 - fx0))
    np.testing.assert_allclose(
        lines[Line.PRICE], (end.valuation.total - start.valuation.total) * (fx0 + fx1) / 2
    )


def test_an_amended_price_is_worth_its_difference():
    book = only(Kind.FUTURE)
    changed = replace(book, price=book.price + 2.0, version=book.version + 1)
    start, end = state(book, START, 1), state(changed, START, 1)
    lines = explain(start, end, cases.price).lines
    np.testing.assert_allclose(lines[Line.AMENDED], -2.0 * book.side * book.quantity)
    np.testing.assert_allclose(np.delete(lines, Line.AMENDED, axis=0), 0.0, atol=1e-6)


def test_a_new_version_without_new_terms_is_no_amendment():
    book = only(Kind.FUTURE)
    changed = replace(book, version=book.version + 1)
    start, end = state(book, START, 1), state(changed, START, 2)
    assert not explain(start, end, cases.price).lines[Line.AMENDED].any()


def test_what_cannot_be_valued_in_between_is_price_and_said():
    book = only(Kind.OPTION)
    start, end = state(book, START, 1), state(book, cases.days_after(START, 1), 2)

    def blind(trades: Book, market: object) -> np.ndarray:
        return np.full(len(trades), np.nan)

    found = explain(start, end, blind)
    assert found.whole.all()
    np.testing.assert_allclose(found.lines[Line.PRICE], found.total)
    assert not found.priced.any()


def test_two_empty_books_explain_nothing():
    start, end = state(empty_book(), START, 1), state(empty_book(), START, 2)
    found = explain(start, end, cases.price)
    assert found.lines.shape == (9, 0)
    assert combine(found, np.zeros(0, dtype=np.int64), 2).lines.sum() == 0.0


def test_a_book_that_begins_is_new():
    book = only(Kind.FUTURE)
    start, end = state(empty_book(), START, 1), state(book, START, 2)
    lines = explain(start, end, cases.price).lines
    np.testing.assert_allclose(lines[Line.NEW], end.valuation.total * end.valuation.to_eur)


def test_markets_that_do_not_fit_are_refused():
    book = only(Kind.FUTURE)
    start, end = state(book, START, 1), state(book, cases.days_after(START, 1), 2)
    with pytest.raises(BadParameter, match="lies after the end"):
        explain(end, start, cases.price)
    other = replace(end.market, curves=replace(end.market.curves, id=end.market.curves.id + 1))
    with pytest.raises(BadParameter, match="same curves"):
        explain(start, State(book, other, end.valuation), cases.price)


def test_a_month_that_ends_in_between_and_has_no_mark_any_more_is_delivery():
    book = only(Kind.FORWARD_FINANCIAL, months=slice(3, 5))  # April and May
    start = state(book, START, 1)
    market = cases.market(cases.days_after(START, 60), 2)  # 16 May
    price = market.marks.price.copy()
    price[:, 3] = np.nan
    market = replace(market, marks=replace(market.marks, price=price))
    found = explain(start, State(book, market, cases.value(book, market)), cases.price)
    assert not found.whole.any()
    np.testing.assert_allclose(found.lines.sum(axis=0), found.total, atol=1e-6)
    assert found.lines[Line.FIXING].all()
