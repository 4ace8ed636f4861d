"""The larger book: as many open trades of each kind as asked for, and a ledger that holds what they deliver."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from portal.domain.portfolio.legs import expand, months_of
from portal.domain.portfolio.options import european
from portal.domain.portfolio.trade import OPTIONAL, Kind, VolModel
from tests.bench import quantlib_loop
from tests.bench.large_book import counts, deal, entries, rows
from tests.helpers.books import book_of, option, terms_of

AS_OF = date(2026, 9, 1)
KNOWN = datetime(2026, 9, 1, 12, tzinfo=UTC)
FLEXIBLE = {"is_call": True, "premium": 0.1, "strike": 30.0, "details": {"rights": 3}}
SOURCE = book_of(
    *({"kind": kind, "price": 40.0} for kind in Kind if kind not in OPTIONAL),
    option(strike=41.0),
    option(strike=41.0, vol_model=VolModel.BACHELIER),
    option(kind=Kind.ASIAN, strike=41.0, expiry=None),
    option(kind=Kind.SPREAD_OPTION, strike=1.0, curve2=2),
    option(kind=Kind.SPREAD_OPTION, strike=1.0, curve2=2, vol_model=VolModel.BACHELIER),
    {"kind": Kind.STORAGE, "details": {"capacity": 10.0, "withdrawal_rate": 2.0}, "premium": 1.0},
    {"kind": Kind.SWING, **FLEXIBLE},
    option(strike=10.0, expiry=date(2026, 8, 1)),  # over, so nobody deals it again
)
CURVES = terms_of({}, {"code": "SECOND"})


@pytest.fixture(scope="module")
def dealt():
    return deal(SOURCE, trades=1000, as_of=AS_OF)


def test_a_fifth_of_the_trades_are_options_and_ten_are_storage_or_swing(dealt):
    wanted = counts(1000)
    assert sum(wanted.values()) == 1000
    kinds = dealt.book.kind
    assert np.isin(kinds, [Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION]).sum() == 200
    assert np.isin(kinds, [Kind.STORAGE, Kind.SWING]).sum() == 10
    assert not (dealt.book.expiry <= np.datetime64(AS_OF)).any()
    assert (deal(SOURCE, trades=1000, as_of=AS_OF).book.strike[kinds == Kind.ASIAN] > 0).all()


def test_an_amended_trade_has_two_versions_and_others_have_one(dealt):
    versions = list(rows(dealt, CURVES, KNOWN))
    assert len(versions) == 1000 + dealt.amended.sum()
    assert 50 < dealt.amended.sum() < 150
    assert {row[4] for row in versions} == {"new", "amended"}
    assert all(len(row) == len(versions[0]) for row in versions)


def test_the_ledger_adds_up_to_what_the_trades_deliver(dealt):
    legs = expand(dealt.book, CURVES, months_of(dealt.book))
    held = list(entries(dealt, legs, CURVES, KNOWN))
    assert len(held) > len(legs)
    assert sum(row[-2] for row in held) == pytest.approx(legs.volume.sum(), rel=1e-9)


def test_quantlib_is_given_what_our_engine_was_asked_and_agrees():
    with quantlib_loop.watched() as calls:
        european.black76(
            np.array([30.0, np.nan]), np.array([32.0, 32.0]), 0.5, 0.4, 0.03, True, pay_years=0.6, shift=0.0
        )
    seconds, priced, gap = quantlib_loop.looped("black76", calls)
    assert priced == 1
    assert gap < 1e-14
    assert seconds > 0.0
    assert european.black76.__name__ == "black76"
