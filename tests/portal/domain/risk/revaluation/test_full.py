"""Full revaluation: the value in the moved market for every kind, whatever the chunk, or a refusal by name."""

import tracemalloc
from datetime import date

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, LengthMismatch, SeriesHasNaN
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import value_book
from portal.domain.risk.revaluation import full
from portal.domain.risk.revaluation.errors import NoValueInScenario
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.scenarios.factors import FactorKind
from portal.domain.risk.scenarios.market_moves import moved_market
from tests.helpers.books import book_of, option
from tests.portal.domain.risk.revaluation import revaluation_cases as cases

BENT = (Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION, Kind.STORAGE, Kind.SWING)
SINGLE = 2.0**-23  # what rounding the rest to single precision leaves


class StoppedError(Exception):
    """What a cancelled job raises."""


def scene(seed, each, kinds=tuple(Kind), scenarios=12, size=1.0):
    market = cases.market()
    factors = cases.factors(market)
    book = cases.book(seed, each, kinds)
    return book, market, value_book(book, market), factors, cases.moves(factors, scenarios, size=size)


def direct(book, market, valuation, factors, moves):
    values = [value_book(book, moved_market(market, factors, move), greeks=False).total_eur for move in moves]
    return np.array(values) - valuation.total_eur


@pytest.mark.parametrize("kind", BENT)
def test_every_kind_is_worth_what_it_is_worth_in_the_moved_market(kind):
    args = scene(11, 25, (kind,), scenarios=8)
    outcome = revalue(*args)
    expected = direct(*args)
    found = outcome.trade_pnl(np.arange(len(outcome.trade_id)))
    room = SINGLE * np.abs(outcome.rest).max() + 1e-9 * np.abs(expected).max()
    assert np.abs(found - expected).max() <= room
    assert len(outcome.rest_row) > 0
    assert outcome.rest.dtype == np.float32


def test_large_moves_of_everything_at_once():
    args = scene(12, 6, BENT, scenarios=5, size=3.0)
    outcome = revalue(*args)
    expected = direct(*args)
    found = outcome.trade_pnl(np.arange(len(outcome.trade_id)))
    assert (
        np.abs(found - expected).max() <= SINGLE * np.abs(outcome.rest).max() + 1e-9 * np.abs(expected).max()
    )


def test_the_chunk_changes_no_digit(monkeypatch):
    args = scene(13, 5, BENT)
    whole = revalue(*args)
    for chunk in (1, 5, 100, 10**7):
        assert np.array_equal(revalue(*args, chunk=chunk).rest, whole.rest)
    for at_once in (1, 30):
        monkeypatch.setattr(full, "AT_ONCE", at_once)
        assert np.array_equal(revalue(*args).rest, whole.rest)


def test_the_order_of_scenarios_and_trades_changes_no_digit():
    book, market, valuation, factors, moves = scene(14, 5, BENT)
    whole = revalue(book, market, valuation, factors, moves)
    turned = revalue(book, market, valuation, factors, moves[::-1])
    assert np.array_equal(turned.rest[:, ::-1], whole.rest)
    half = np.arange(0, len(book), 2)
    part = revalue(book.take(half), market, valuation.take(half), factors, moves)
    rows = np.searchsorted(whole.trade_id[whole.rest_row], part.trade_id[part.rest_row])
    assert np.array_equal(part.rest, whole.rest[rows])


def test_nothing_moves_nothing_is_gained():
    book, market, valuation, factors, moves = scene(15, 8)
    outcome = revalue(book, market, valuation, factors, np.zeros_like(moves[:2]))
    assert np.abs(outcome.trade_pnl(np.arange(len(outcome.trade_id)))).max() < 1e-5


def test_trades_without_value_and_cancelled_ones_are_left_out():
    market = cases.market()
    factors = cases.factors(market)
    book = book_of(
        {"price": 30.0},
        {"price": np.nan},
        {"price": 31.0, **cases.cancelled()},
        option(strike=30.0, vol_model=VolModel.BLACK76),
    )
    valuation = value_book(book, market)
    outcome = revalue(book, market, valuation, factors, cases.moves(factors, 3))
    assert outcome.trade_id.tolist() == [1, 4]
    assert outcome.rest_row.tolist() == [1]


def test_a_trade_without_value_in_a_scenario_is_refused_by_name():
    market = cases.market()
    factors = cases.factors(market)
    book = book_of(
        {"price": 30.0},
        option(
            strike=30.0,
            expiry=date(2026, 10, 20),
            delivery_start=date(2026, 11, 1),
            delivery_end=date(2026, 12, 1),
        ),
    )
    moves = cases.moves(factors, 6)
    gas = (factors.kind == FactorKind.PRICE) & (factors.curve == cases.GAS)
    moves[4, gas] = -50.0
    with pytest.raises(NoValueInScenario, match=r"Trade 2 .* scenario 5") as caught:
        revalue(book, market, value_book(book, market), factors, moves)
    assert caught.value.subject == {"trade": 2, "scenario": 5}


def test_moves_that_no_market_can_make_are_refused_by_factor():
    book, market, valuation, factors, moves = scene(16, 1, (Kind.FUTURE,), scenarios=3)
    with pytest.raises(LengthMismatch):
        revalue(book, market, valuation, factors, moves[:, 1:])
    lost = moves.copy()
    lost[1, 3] = np.nan
    with pytest.raises(SeriesHasNaN, match=factors.label[3].replace("+", r"\+")):
        revalue(book, market, valuation, factors, lost)
    broken = moves.copy()
    broken[2, factors.of_kind(FactorKind.VOL)[0]] = -1.0
    with pytest.raises(BadParameter, match="volatility"):
        revalue(book, market, valuation, factors, broken)


def test_memory_is_what_the_outcome_takes_and_a_bounded_rest(monkeypatch):
    monkeypatch.setattr(full, "AT_ONCE", 50_000)
    book, market, valuation, factors, _ = scene(18, 40, (Kind.OPTION, Kind.ASIAN))
    moves = cases.moves(factors, 4000)
    tracemalloc.start()
    try:
        outcome = revalue(book, market, valuation, factors, moves)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < outcome.rest.nbytes + 5 * moves.nbytes + 60e6


def test_progress_rises_and_a_cancel_stops_halfway():
    args = scene(17, 4, BENT, scenarios=20)
    told = []
    revalue(*args, report=lambda share, text: told.append((share, text)), chunk=4)
    shares = [share for share, _ in told]
    assert len(shares) >= 3
    assert shares == sorted(shares)
    assert 0.0 <= shares[0] <= shares[-1] <= 1.0
    assert all("trades" in text for _, text in told)

    def stop(share, text):
        if share > 0.3:
            raise StoppedError

    with pytest.raises(StoppedError):
        revalue(*args, report=stop, chunk=4)
