"""Trades that a change of the market can touch: by price, peak price, volatility, correlation, currency and rate."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from portal.domain.portfolio.trade import Kind
from portal.domain.risk.stress.apply import stressed
from portal.domain.risk.stress.catalogue import from_text
from portal.domain.risk.stress.touched import touched
from tests.helpers.books import book_of, flat_rates, flat_vol, market_of, option, terms_of

DAY = date(2026, 9, 15)
CURVES = terms_of(
    {"code": "TTF"},
    {"code": "BRENT", "commodity": "crude", "currency": "USD"},
    {"code": "POWER_DE_LU", "commodity": "power", "peak": 3},
    {"code": "POWER_DE_LU_PEAK", "commodity": "power"},
)
MARKET = market_of(
    DAY, CURVES, "2026-10", [[30.0] * 3, [70.0] * 3, [80.0] * 3, [95.0] * 3],
    vols={1: flat_vol(0.5, DAY), 4: flat_vol(20.0, DAY, is_normal=True)}, correlations={(1, 3): 0.6},
    rates=flat_rates(0.02, DAY, "EUR", "USD"),
)  # fmt: skip
BOOK = book_of(
    {"curve": 1},
    {"curve": 2},
    {"curve": 3},
    option(curve=1, strike=30.0),
    option(curve=3, strike=80.0),
    option(curve=3, curve2=1, kind=Kind.SPREAD_OPTION, strike=1.0),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("price TTF +0%", []),
        ("price TTF +1%", [0, 3, 5]),
        ("price POWER_DE_LU_PEAK +1", [2, 4, 5]),
        ("vol TTF +1%", [3, 5]),
        ("vol POWER_DE_LU_PEAK +1%", [4, 5]),
        ("correlation all to 1 by 10%", [5]),
        ("fx USD -1%", [1]),
        ("rate EUR +1bp", [0, 2, 3, 4, 5]),
    ],
)
def test_what_a_shock_touches(text, expected):
    after = stressed(MARKET, from_text("OWN", "Own", text, {}).layers)
    assert np.flatnonzero(touched(BOOK, MARKET, after)).tolist() == expected


def test_an_input_that_comes_or_goes_touches_too():
    assert touched(BOOK, MARKET, replace(MARKET, vols={})).tolist() == [False, False, False, True, True, True]
    assert touched(BOOK, MARKET, replace(MARKET, rates={})).all()
    gone = np.array(MARKET.marks.price)
    gone[1, 0] = np.nan
    after = replace(MARKET, marks=replace(MARKET.marks, price=gone))
    assert np.flatnonzero(touched(BOOK, MARKET, after)).tolist() == [1]
