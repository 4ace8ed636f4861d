"""Thousands of scenarios: series and formula agree to 1e-8, what has a kink is left to the formula, digits stay."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.valuation import value_book
from portal.domain.risk.revaluation import option_values
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.revaluation.moved_inputs import MovedInputs
from portal.domain.risk.scenarios.factors import FactorKind
from tests.helpers.books import book_of, option
from tests.portal.domain.risk.revaluation import revaluation_cases as cases

CALL = "priced_by_series"


def values(book, market, moves, monkeypatch, *, series, chunk=32_768):
    """Values of options, and how many legs of how many were priced by series."""
    counted = np.zeros(2, dtype=np.int64)
    plain = option_values.priced_by_series

    def counting(*given):
        done = plain(*given)
        counted[:] += (int(done.sum()), len(done))
        return done

    with monkeypatch.context() as patched:
        patched.setattr(option_values, CALL, counting)
        patched.setattr(option_values, "SERIES_FROM", 1 if series else 10**9)
        inputs = MovedInputs.of(market, cases.factors(market), moves)
        return option_values.option_values(book, inputs, chunk, lambda *_told: None), counted


def live(book, market):
    return book.take(~value_book(book, market).is_missing)


@pytest.mark.parametrize("still", [(), (FactorKind.VOL,), (FactorKind.VOL, FactorKind.RATE)])
@pytest.mark.parametrize("smile", [0.0, 1.0])
def test_series_and_formula_agree(monkeypatch, smile, still):
    market = cases.market(smile=smile)
    factors = cases.factors(market)
    moves = cases.moves(factors, 300)
    moves[:, np.isin(factors.kind, still)] = 0.0
    book = live(cases.book(21, 40, (Kind.OPTION, Kind.ASIAN)), market)
    direct, _ = values(book, market, moves, monkeypatch, series=False)
    found, (done, legs) = values(book, market, moves, monkeypatch, series=True)
    spread = np.ptp(direct, axis=1)
    assert (np.abs(found - direct).max(axis=1) <= 1e-8 * spread + 1e-9).all()
    only_averages = smile > 0.0 or FactorKind.VOL not in still
    assert done > (0.3 if only_averages else 0.9) * legs


def test_an_option_about_to_expire_is_left_to_the_formula(monkeypatch):
    market = cases.market(smile=0.0)
    tomorrow = option(strike=31.0, expiry=cases.DAY + timedelta(days=1))
    spring = option(
        strike=31.0,
        delivery_start=cases._month(7),
        delivery_end=cases._month(8),
        expiry=cases._month(7) - timedelta(days=3),
    )
    book = book_of(tomorrow, spring)
    moves = cases.moves(cases.factors(market), 200)
    moves[:, (cases.factors(market).kind == FactorKind.PRICE)] *= 4.0
    moves[:, (cases.factors(market).kind == FactorKind.VOL)] = 0.0
    found, (done, legs) = values(book, market, moves, monkeypatch, series=True)
    assert (done, legs) == (1, 2)
    direct, _ = values(book, market, moves, monkeypatch, series=False)
    assert np.abs(found - direct).max() < 1e-8 * np.ptp(direct)


def test_the_chunk_and_the_order_change_no_digit(monkeypatch):
    monkeypatch.setattr(option_values, "SERIES_FROM", 1)
    market = cases.market(smile=0.0)
    factors = cases.factors(market)
    moves = cases.moves(factors, 150)
    book = cases.book(22, 12, (Kind.OPTION, Kind.ASIAN))
    valuation = value_book(book, market)
    whole = revalue(book, market, valuation, factors, moves)
    for chunk in (150, 1000, 10**6):
        assert np.array_equal(revalue(book, market, valuation, factors, moves, chunk=chunk).rest, whole.rest)
    turned = revalue(book, market, valuation, factors, moves[::-1])
    assert np.array_equal(turned.rest[:, ::-1], whole.rest)
    half = np.arange(0, len(book), 2)
    part = revalue(book.take(half), market, valuation.take(half), factors, moves)
    rows = np.searchsorted(whole.trade_id[whole.rest_row], part.trade_id[part.rest_row])
    assert np.array_equal(part.rest, whole.rest[rows])


def test_prices_below_zero_are_met_where_the_model_knows_them(monkeypatch):
    market = cases.market(smile=0.0)
    factors = cases.factors(market)
    moves = cases.moves(factors, 200)
    power = (factors.kind == FactorKind.PRICE) & (factors.curve == cases.POWER)
    moves[::3, power] = -120.0
    gone = cases._month(6)
    book = book_of(
        option(strike=20.0, curve=cases.POWER, vol_model=VolModel.BACHELIER, delivery_start=gone,
               delivery_end=cases._month(7), expiry=gone - timedelta(days=3)),
        option(strike=20.0, curve=cases.POWER, vol_model=VolModel.SHIFTED, shift=200.0, delivery_start=gone,
               delivery_end=cases._month(7), expiry=gone - timedelta(days=3)),
    )  # fmt: skip
    direct, _ = values(book, market, moves, monkeypatch, series=False)
    found, _ = values(book, market, moves, monkeypatch, series=True)
    assert np.isfinite(direct[0]).all()
    both = np.isfinite(direct)
    assert np.array_equal(both, np.isfinite(found))
    assert np.abs(np.where(both, found - direct, 0.0)).max() < 1e-8 * np.ptp(direct[0])


def test_a_surface_may_be_missing_a_factor(monkeypatch):
    market = cases.market(smile=0.0)
    whole = cases.factors(market)
    kept = np.flatnonzero(whole.kind != FactorKind.VOL)
    factors = replace(
        whole,
        **{name: getattr(whole, name)[kept] for name in ("kind", "curve", "tenor", "level", "shift")},
        **{
            name: tuple(getattr(whole, name)[at] for at in kept)
            for name in ("currency", "label", "unit", "shock")
        },
    )
    book = live(cases.book(23, 10, (Kind.OPTION,)), market)
    valuation = value_book(book, market)
    monkeypatch.setattr(option_values, "SERIES_FROM", 1)
    outcome = revalue(book, market, valuation, factors, cases.moves(whole, 50)[:, kept])
    assert np.isfinite(outcome.rest).all()
