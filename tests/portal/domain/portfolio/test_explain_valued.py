"""The explanation over the valuation of the product itself: all kinds, random books, sums to the cent."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.portfolio.book import Book
from portal.domain.portfolio.explain import Explanation, Line, State, combine, explain
from portal.domain.portfolio.explain_price import price_cells
from portal.domain.portfolio.explain_terms import sensitivities
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import expiries_of, value_book
from tests.portal.domain.portfolio import explain_cases as cases

START = date(2026, 3, 17)
KINDS = [
    Kind.FUTURE,
    Kind.FORWARD_PHYSICAL,
    Kind.FORWARD_FINANCIAL,
    Kind.SWAP,
    Kind.OPTION,
    Kind.ASIAN,
    Kind.SPREAD_OPTION,
]
EXPIRING = (Kind.FUTURE, Kind.OPTION, Kind.SPREAD_OPTION)


def all_kinds(seed: int, size: int) -> Book:
    """A random book of every kind that needs no engine of its own."""
    rng = np.random.default_rng(seed)
    book = cases.book(seed, size, until=START)
    kind = rng.choice([k.value for k in KINDS], size).astype("i1")
    expires = np.isin(kind, EXPIRING)
    model = rng.choice([VolModel.BLACK76, VolModel.BACHELIER, VolModel.SHIFTED], size).astype("i1")
    return replace(
        book,
        kind=kind,
        vol_model=model,
        shift=np.where(model == VolModel.SHIFTED, 12.0, 0.0),
        curve2=np.where(kind == Kind.SPREAD_OPTION, book.curve % cases.CURVES + 1, -1),
        strike=np.where(kind == Kind.SPREAD_OPTION, 1.0, book.strike),
        is_capacity=np.isin(kind, (Kind.FORWARD_PHYSICAL, Kind.SWAP)),
        expiry=np.where(expires, book.delivery_start - 3, np.datetime64("NaT")),
    )


def market(day: date, seed: int) -> Market:
    """A random market with correlations."""
    made = cases.market(day, seed)
    rng = np.random.default_rng(seed)
    pairs = {(1, 2): 0.0, (2, 3): 0.0, (1, 3): 0.0}
    return replace(made, correlations={pair: float(rng.uniform(0.2, 0.9)) for pair in pairs})


def native(book: Book, at: Market) -> np.ndarray:
    """Native values by the valuation of the product."""
    return value_book(book, at, greeks=False).total


def explained(seed: int, days: int, size: int = 60) -> tuple[State, State, Explanation]:
    """A random book explained over some days."""
    book = all_kinds(seed, size)
    before = book.take(np.arange(size) % 6 != 0)
    after = cases.later(book, seed + 1)
    first, last = market(START, seed), market(cases.days_after(START, days), seed + 1)
    start = State(before, first, value_book(before, first))
    end = State(after, last, value_book(after, last))
    return start, end, explain(start, end, native)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), days=st.sampled_from([0, 1, 3, 20, 120, 300]))
def test_lines_sum_to_the_total_for_every_portfolio_on_random_books(seed, days):
    start, end, found = explained(seed, days)
    known = found.known
    np.testing.assert_allclose(found.lines[:, known].sum(axis=0), found.total[known], atol=1e-6, rtol=1e-12)
    lost = set(found.pairs.trade_id[~known].tolist())
    summed = combine(found, found.pairs.portfolio, 6)
    for portfolio in range(6):
        change = 0.0
        for state, sign in ((start, -1.0), (end, 1.0)):
            counted = [number not in lost for number in state.book.trade_id.tolist()]
            mine = (state.book.portfolio == portfolio) & np.array(counted, dtype=np.bool_)
            change += sign * float(state.valuation.total[mine] @ state.valuation.to_eur[mine])
        cent = 0.005
        assert summed.lines[:, portfolio].sum() == pytest.approx(change, abs=cent)
        assert summed.ordered[:, portfolio].sum() == pytest.approx(change, abs=cent)
        assert (summed.low[:, portfolio] <= summed.lines[:, portfolio] + cent).all()
        assert (summed.lines[:, portfolio] <= summed.high[:, portfolio] + cent).all()


def test_few_trades_are_lost_or_unsplit():
    for seed in range(5):
        _, _, found = explained(seed, 20, size=200)
        assert found.known.mean() > 0.95
        assert found.whole.mean() < 0.02


def test_a_month_that_is_delivered_brings_its_fixings_not_its_price():
    book = replace(
        all_kinds(4, 30),
        kind=np.full(30, Kind.SWAP, np.int8),
        curve2=np.full(30, -1),
        expiry=np.full(30, np.datetime64("NaT")),
        delivery_start=np.full(30, cases.MONTHS[3].astype("datetime64[D]")),
        delivery_end=np.full(30, cases.MONTHS[4].astype("datetime64[D]")),
    )
    first, last = market(START, 1), market(date(2026, 5, 5), 2)
    states = [State(book, at, value_book(book, at)) for at in (first, last)]
    lines = explain(*states, native).lines
    assert np.abs(lines[Line.FIXING]).sum() > 20 * np.abs(lines[Line.PRICE]).sum()


@settings(max_examples=8)
@given(seed=st.integers(0, 10_000))
def test_cells_and_terms_agree_with_the_lines(seed):
    start, end, found = explained(seed, 1)
    valued = value_book(start.book, start.market)
    cells = price_cells(found, valued.legs, valued.to_eur, start.market, end.market)
    summed = (
        np.bincount(cells.row, weights=cells.delta + cells.gamma, minlength=len(found.total)) + cells.rest
    )
    known = found.known
    np.testing.assert_allclose(summed[known], found.lines[Line.PRICE, known], atol=1e-6, rtol=1e-9)
    terms = sensitivities(found, cells, start, end, valued, native)
    np.testing.assert_allclose(
        (terms.by_line.sum(axis=0) + terms.unexplained)[known], found.total[known], atol=1e-6, rtol=1e-9
    )


def test_expiries_that_pass_are_settled_at_the_mark_of_the_start_until_their_fixing():
    book = all_kinds(9, 120)
    book = book.take(np.isin(book.kind, EXPIRING))
    first, last = market(START, 3), market(cases.days_after(START, 60), 4)
    passed = {tuple(key) for key in expiries_of(book).tolist()} & set(last.fixings.final)
    assert passed
    states = [State(book, at, value_book(book, at)) for at in (first, last)]
    found = explain(*states, native)
    over = (book.expiry > np.datetime64(START)) & (book.expiry <= np.datetime64(last.as_of))
    assert over.any()
    assert not found.lines[[Line.PRICE, Line.VOL, Line.RATES]][:, over].any()
    futures = over & (book.kind == Kind.FUTURE)
    np.testing.assert_allclose(found.lines[Line.TIME, futures], 0.0, atol=1e-6)
