"""Deals as traders type them."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from portal.domain.portfolio.deal_text import read_deal

READ = [
    (
        "buy 50 MW POWER_DE_LU peak Q1-27 @ 82.5",
        {"side": "buy", "quantity": 50.0, "unit": "MW", "curve": "POWER_DE_LU", "profile": "peak", "product": "Q1-27",
         "price": 82.5, "kind": "forward_financial"},
    ),
    (
        "SELL 200 lots BRENT Mar-27 future @68.10 expiry 2027-01-29",
        {"side": "sell", "quantity": 200.0, "unit": "lots", "curve": "BRENT", "product": "Mar-27", "price": 68.1,
         "kind": "future", "expiry": date(2027, 1, 29), "profile": "base"},
    ),
    (
        "buy 50,000 bbl/month BRENT 2027-03 call strike 75 premium 2.1 expiry 2027-01-26 with NORDHAVN",
        {"side": "buy", "quantity": 50_000.0, "unit": "bbl", "curve": "BRENT", "product": "2027-03", "option": "call",
         "strike": 75.0, "premium": 2.1, "expiry": date(2027, 1, 26), "kind": "option", "vol_model": "black76",
         "profile": "base", "counterparty": "NORDHAVN"},
    ),
    (
        "sell 10k MWh TTF Win-27 swap at 28.4",
        {"side": "sell", "quantity": 10_000.0, "unit": "MWh", "curve": "TTF", "product": "Win-27", "kind": "swap",
         "price": 28.4, "profile": "base"},
    ),
    (
        "buy 5 MW POWER_DE_LU against TTF ratio2 2 2027 call strike 3 premium -0.5 bachelier expiry 2026-12-28",
        {"side": "buy", "quantity": 5.0, "unit": "MW", "curve": "POWER_DE_LU", "curve2": "TTF", "ratio2": 2.0,
         "product": "2027", "option": "call", "strike": 3.0, "premium": -0.5, "vol_model": "bachelier",
         "kind": "spread_option", "expiry": date(2026, 12, 28), "profile": "base"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("line", "values"), READ)
def test_a_candidate_is_read(line: str, values: dict[str, object]):
    deal = read_deal(line)
    assert deal.action == "add"
    assert deal.values == values


@pytest.mark.parametrize(
    ("line", "action", "trade", "factor"),
    [
        ("scale #1042 by 0.5", "scale", 1042, 0.5),
        ("flip 12", "flip", 12, -1.0),
        ("Remove trade #7", "remove", 7, 0.0),
    ],
)
def test_a_change_of_a_trade_is_read(line: str, action: str, trade: int, factor: float):
    deal = read_deal(line)
    assert (deal.action, deal.trade_id, deal.factor) == (action, trade, factor)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("", "one line"),
        ("hello world", "'hello'"),
        ("buy MW TTF 2027-01", "quantity"),
        ("buy 5 MW 2027-01", "curve"),
        ("buy 5 MW TTF", "product"),
        ("buy 5 MW TTF 2027-01 @", "value must follow"),
        ("buy 5 MW TTF 2027-01 @ cheap", "number must follow"),
        ("buy 5 MW TTF NBP 2027-01", "curve already"),
        ("buy 5 MW TTF 2027-01 expiry soon", "YYYY-MM-DD"),
        ("scale 7", "multiply"),
        ("remove everything", "number of a trade"),
        ("flip 7 8", "all that is needed"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_word(line: str, word: str):
    with pytest.raises(DomainError, match=word):
        read_deal(line)


@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(line: str):
    with suppress(DomainError):
        read_deal(line)
