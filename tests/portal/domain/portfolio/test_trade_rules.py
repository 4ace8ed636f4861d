"""Every rule about the terms of a trade: it is found, alone, and its sentence says what to do."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.core.errors import DomainError
from portal.domain.portfolio.curve_facts import CurveFacts
from portal.domain.portfolio.terms import Terms, book_of, changed_fields, replace_terms
from portal.domain.portfolio.trade_rules import Complaint, check_terms

TTF = CurveFacts("TTF", "gas", "EUR/MWh", "EUR", 30.0)
BRENT = CurveFacts("BRENT", "crude", "USD/bbl", "USD", 72.0)
RBOB = CurveFacts("RBOB", "products", "USD/gal", "USD", 2.1)
POWER = CurveFacts("POWER_DE", "power", "EUR/MWh", "EUR", 80.0)
WTI = CurveFacts("WTI", "crude", "USD/bbl", "USD", 18.0)
BASIS = CurveFacts("PEG_BASIS", "gas", "EUR/MWh", "EUR", 0.02)
TODAY = date(2026, 3, 2)

FORWARD = Terms(
    external_id="T-1", kind="forward_financial", portfolio_id=1, counterparty_id=1, curve_id=1, side=1, quantity=10.0,
    quantity_unit="MW", trade_date=TODAY, delivery_start=date(2026, 7, 1), delivery_end=date(2026, 10, 1),
    trader="mara", price=31.5,
)  # fmt: skip
BARRELS = replace(FORWARD, quantity=1000.0, quantity_unit="bbl")
OPTION = replace(
    FORWARD, kind="option", price=None, strike=35.0, premium=1.2, is_call=True, vol_model="black76",
    expiry=date(2026, 6, 25), quantity=1000.0, quantity_unit="MWh",
)  # fmt: skip
STORAGE_DETAILS = {
    "capacity": 1e6, "injection_rate": 1e5, "withdrawal_rate": 2e5, "injection_cost": 0.1, "withdrawal_cost": 0.1,
    "injection_loss": 0.01, "start_volume": 0.0, "end_volume": 0.0, "kappa": 2.0, "sigma": 0.6,
}  # fmt: skip
STORAGE = replace(
    FORWARD,
    kind="storage",
    price=None,
    premium=0.0,
    quantity=1.0,
    quantity_unit="MWh",
    details=STORAGE_DETAILS,
)
SPREAD = replace(OPTION, kind="spread_option", quantity_unit="bbl", curve2_id=2, strike=5.0, ratio2=42.0)


def _found(
    terms: Terms, first: CurveFacts = TTF, second: CurveFacts | None = None, **given: Any
) -> list[Complaint]:
    return list(check_terms(terms, first, second, today=TODAY, **given))


@pytest.mark.parametrize(
    ("terms", "first", "second"),
    [
        pytest.param(FORWARD, TTF, None, id="forward"),
        pytest.param(OPTION, TTF, None, id="option"),
        pytest.param(STORAGE, TTF, None, id="storage"),
        pytest.param(SPREAD, BRENT, RBOB, id="spread"),
        pytest.param(replace(FORWARD, price=-5.0, profile="peak"), POWER, None, id="negative-power"),
        pytest.param(replace(BARRELS, price=-37.63), WTI, None, id="negative-wti"),
        pytest.param(replace(BARRELS, price=0.1), WTI, None, id="wti-near-zero"),
        pytest.param(replace(FORWARD, price=-0.4), BASIS, None, id="negative-basis"),
        pytest.param(replace(FORWARD, price=-3.0), replace(TTF, level=-1.5), None, id="market-below-zero"),
        pytest.param(replace(OPTION, kind="asian", expiry=None), TTF, None, id="asian"),
        pytest.param(replace(FORWARD, delivery_start=date(2026, 7, 13)), TTF, None, id="part-month-of-mw"),
    ],
)
def test_good_terms_pass(terms: Terms, first: CurveFacts, second: CurveFacts | None) -> None:
    assert _found(terms, first, second) == []


@pytest.mark.parametrize(
    ("terms", "first", "field", "code"),
    [
        (replace(FORWARD, kind="warrant"), TTF, "kind", "unknown-kind"),
        (replace(FORWARD, external_id=" "), TTF, "external_id", "no-external-id"),
        (replace(FORWARD, trader=""), TTF, "trader", "no-trader"),
        (replace(FORWARD, side=0), TTF, "side", "side"),
        (replace(FORWARD, quantity=0.0), TTF, "quantity", "quantity"),
        (replace(FORWARD, quantity=-10.0), TTF, "quantity", "quantity"),
        (replace(FORWARD, quantity=float("nan")), TTF, "quantity", "quantity"),
        (replace(FORWARD, quantity=1e6), TTF, "quantity", "absurd-quantity"),
        (replace(FORWARD, quantity=1e9, quantity_unit="MWh"), TTF, "quantity", "absurd-quantity"),
        (FORWARD, BRENT, "quantity_unit", "capacity"),
        (replace(FORWARD, quantity_unit="t"), TTF, "quantity_unit", "unit-mismatch"),
        (replace(FORWARD, price=None), TTF, "price", "no-price"),
        (replace(FORWARD, price=float("inf")), TTF, "price", "not-finite"),
        (replace(FORWARD, price=3150.0), TTF, "price", "absurd-price"),
        (replace(FORWARD, price=0.31), TTF, "price", "absurd-price"),
        (replace(FORWARD, price=-3.0), TTF, "price", "negative-price"),
        (replace(BARRELS, price=-3.0), BRENT, "price", "negative-price"),
        (replace(BARRELS, price=-3700.0), WTI, "price", "absurd-price"),
        (replace(FORWARD, price=1e6), POWER, "price", "absurd-price"),
        (replace(FORWARD, price=-1e6), BASIS, "price", "absurd-price"),
        (
            replace(OPTION, kind="asian", expiry=None, vol_model="bachelier"),
            TTF,
            "vol_model",
            "asian-model",
        ),
        (replace(OPTION, strike=None), TTF, "strike", "no-strike"),
        (replace(OPTION, premium=None), TTF, "premium", "no-premium"),
        (replace(OPTION, premium=-1.0), TTF, "premium", "negative-premium"),
        (replace(OPTION, is_call=None), TTF, "is_call", "no-is-call"),
        (replace(OPTION, vol_model=None), TTF, "vol_model", "no-vol-model"),
        (replace(OPTION, vol_model="heston"), TTF, "vol_model", "unknown-model"),
        (replace(OPTION, vol_model="shifted"), TTF, "shift", "no-shift"),
        (replace(OPTION, strike=-5.0), POWER, "strike", "strike"),
        (replace(OPTION, expiry=None), TTF, "expiry", "no-expiry"),
        (replace(OPTION, expiry=date(2026, 2, 1)), TTF, "expiry", "expiry-past"),
        (replace(OPTION, expiry=date(2027, 2, 1)), TTF, "expiry", "expiry"),
        (replace(OPTION, delivery_start=date(2026, 7, 5)), TTF, "delivery_start", "part-month"),
        (replace(FORWARD, curve2_id=7), TTF, "curve2_id", "second-curve"),
        (replace(FORWARD, profile="peak"), TTF, "profile", "profile"),
        (replace(FORWARD, profile="night"), TTF, "profile", "unknown-profile"),
        (
            replace(FORWARD, profile="shaped", details={"shape": {"weekday": [1.0] * 24}}),
            POWER,
            "details.shape",
            "no-shape",
        ),
        (replace(FORWARD, trade_date=date(2026, 3, 3)), TTF, "trade_date", "future-date"),
        (replace(FORWARD, trade_date=date(1970, 1, 1)), TTF, "trade_date", "too-old"),
        (replace(FORWARD, delivery_end=date(2026, 7, 1)), TTF, "delivery_end", "delivery"),
        (replace(FORWARD, delivery_end=date(2056, 7, 1)), TTF, "delivery_end", "delivery"),
        (
            replace(FORWARD, delivery_start=date(2026, 1, 1), delivery_end=date(2026, 2, 1)),
            TTF,
            "delivery_start",
            "delivery-past",
        ),
        (replace(FORWARD, pay_days=-1), TTF, "pay_days", "pay-days"),
        (replace(STORAGE, details={**STORAGE_DETAILS, "kappa": 0.0}), TTF, "details.kappa", "detail"),
        (
            replace(STORAGE, details={**STORAGE_DETAILS, "injection_loss": 1.0}),
            TTF,
            "details.injection_loss",
            "detail",
        ),
        (replace(STORAGE, details={**STORAGE_DETAILS, "capacity": "big"}), TTF, "details.capacity", "detail"),
        (
            replace(STORAGE, details={**STORAGE_DETAILS, "end_volume": 2e6}),
            TTF,
            "details.end_volume",
            "detail",
        ),
    ],
)
def test_each_rule_alone(terms: Terms, first: CurveFacts, field: str, code: str) -> None:
    found = _found(terms, first)
    assert [(complaint.field, complaint.code) for complaint in found] == [(field, code)]
    assert found[0].message.endswith(".")
    assert ". " in found[0].message or " must " in found[0].message or ":" in found[0].message


@pytest.mark.parametrize(
    ("changes", "second", "code"),
    [
        ({"curve2_id": None}, None, "no-curve2"),
        ({"curve2_id": 1}, BRENT, "same-curve"),
        ({}, replace(RBOB, currency="EUR", unit="EUR/gal"), "currency-mismatch"),
        ({"ratio2": 1.0}, RBOB, "no-ratio"),
        ({"ratio2": -1.0}, RBOB, "ratio"),
    ],
)
def test_second_leg(changes: dict[str, Any], second: CurveFacts | None, code: str) -> None:
    assert code in [complaint.code for complaint in _found(replace(SPREAD, **changes), BRENT, second)]


@pytest.mark.parametrize("key", sorted(STORAGE_DETAILS))
def test_storage_needs_every_detail(key: str) -> None:
    details = {name: value for name, value in STORAGE_DETAILS.items() if name != key}
    found = _found(replace(STORAGE, details=details))
    assert [(complaint.field, complaint.code) for complaint in found] == [(f"details.{key}", "no-detail")]


def test_swing_rights() -> None:
    details = {"rights": 5, "min_rights": 6, "cooldown": 0, "kappa": 2.0, "sigma": 0.5}
    swing = replace(STORAGE, kind="swing", strike=30.0, is_call=True, details=details)
    assert "more than the rights 5" in _found(swing)[0].message
    assert _found(replace(swing, details={**details, "min_rights": 2})) == []
    assert "whole number" in _found(replace(swing, details={**details, "min_rights": 1.5}))[0].message


def test_an_amendment_may_repair_an_old_trade() -> None:
    old = replace(FORWARD, delivery_start=date(2026, 1, 1), delivery_end=date(2026, 2, 1))
    assert _found(old, is_new=False) == []


def test_terms_as_book_and_differences() -> None:
    from portal.domain.portfolio.terms import TradeVersion

    version = TradeVersion(terms=OPTION, effective_on=TODAY, recorded_by="mara", trade_id=7)
    book = book_of([version, replace(version, version=2, terms=replace(OPTION, side=-1))], numbered=True)
    assert book.trade_id.tolist() == [0, 1]
    assert book.side.tolist() == [1.0, -1.0]
    assert not book.is_capacity.any()
    assert len(book_of([])) == 0
    after = replace_terms(OPTION, {"strike": 36.0})
    assert changed_fields(OPTION, after) == {"strike": (35.0, 36.0)}
    with pytest.raises(DomainError, match="'colour' is not a term"):
        replace_terms(OPTION, {"colour": "blue"})


@pytest.mark.parametrize(
    ("start", "end"), [(date(2090, 1, 1), date(2090, 2, 1)), (date(1901, 1, 1), date(1902, 1, 1))]
)
def test_a_delivery_in_another_age_is_refused(start: date, end: date) -> None:
    found = _found(replace(FORWARD, delivery_start=start, delivery_end=end), is_new=False)
    assert [(item.field, item.code) for item in found] == [("delivery_start", "delivery")]


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("storage", {"nominated": [1]}),
        ("storage", {"nominated": {"October": 1.0}}),
        ("storage", {"nominated": {"2026-10": "much"}}),
        ("storage", {"nominated": {"2026-10": 10**400}}),
        ("swing", {"exercised": {"2026-10": 0.5}}),
    ],
)
def test_what_was_nominated_is_a_number_by_month(kind: str, details: dict[str, Any]) -> None:
    rights = {"rights": 3, "min_rights": 0, "cooldown": 0}
    terms = replace(
        STORAGE, kind=kind, strike=30.0, is_call=True, details={**STORAGE_DETAILS, **rights, **details}
    )
    assert [item.code for item in _found(terms)] == ["detail"]


def test_nominations_by_month_pass() -> None:
    details = {**STORAGE_DETAILS, "nominated": {"2026-10": -5.5, "2026-11": 0}}
    assert _found(replace(STORAGE, details=details)) == []
