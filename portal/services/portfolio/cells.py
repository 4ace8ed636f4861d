"""The terms of a trade as cells by column: read from the texts of a form, and written for one."""

from datetime import date
from math import isfinite
from typing import Any

from data.readers.trade_table import COLUMNS, DAYS, NUMBERS
from portal.domain.portfolio.terms import Terms
from portal.domain.portfolio.trade_rules import Complaint
from portal.services.portfolio.entry import Desk, Values

LONGEST = (500, 20_000)
"""Characters of a cell; and of details, which may hold a number for each hour or month."""


def typed(texts: Values) -> tuple[dict[str, Any], tuple[Complaint, ...]]:
    """Return the cells of a form with their types (numbers with a point, ISO days), and what cannot be read.

    An empty text empties its column; what is no column of trades is refused.
    """
    values: dict[str, Any] = {}
    wrong = []
    for key, given in texts.items():
        text = str(given).strip() if given is not None else ""
        if key not in COLUMNS:
            wrong.append(
                Complaint(key[:40], "column", f"'{key[:40]}' is no column of a trade. Use the form.")
            )
        elif len(text) > LONGEST[key == "details"] or "\0" in text:
            words = f"The text of '{key}' has more than {LONGEST[key == 'details']:,} characters, or one that is none."
            wrong.append(Complaint(key, "text", f"{words} Shorten it."))
        elif not text:
            values[key] = None
        elif key in NUMBERS:
            number = _plain_number(text)
            if number is None:
                words = (
                    f"'{text[:40]}' of '{key}' is not a number. Write it with a decimal point, such as 31.5."
                )
                wrong.append(Complaint(key, "not-a-number", words))
            values[key] = number
        elif key in DAYS:
            day = _plain_day(text)
            if day is None:
                words = f"'{text[:40]}' of '{key}' is no day. Write it as 2026-01-31."
                wrong.append(Complaint(key, "not-a-date", words))
            values[key] = day
        else:
            values[key] = text
    return values, tuple(wrong)


def _plain_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) and "_" not in text else None


def _plain_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def values_of(terms: Terms, desk: Desk) -> dict[str, Any]:
    """Return the terms as cells by column, so that some may be changed and :func:`resolve` reads them again."""
    curves = {row.id: code for code, row in desk.curves.items()}
    books = {number: code for code, number in desk.books.items()}
    counterparties = {number: code for code, number in desk.counterparties.items()}
    option = {True: "call", False: "put", None: None}[terms.is_call]
    return {
        "external_id": terms.external_id, "trade_date": terms.trade_date, "book": books.get(terms.portfolio_id),
        "counterparty": counterparties.get(terms.counterparty_id), "trader": terms.trader, "kind": terms.kind,
        "curve": curves.get(terms.curve_id), "side": "buy" if terms.side > 0 else "sell", "quantity": terms.quantity,
        "unit": terms.quantity_unit, "price": terms.price, "strike": terms.strike, "premium": terms.premium,
        "option": option, "vol_model": terms.vol_model, "shift": terms.shift, "expiry": terms.expiry,
        "delivery_start": terms.delivery_start, "delivery_end": terms.delivery_end, "profile": terms.profile,
        "curve2": curves.get(terms.curve2_id) if terms.curve2_id is not None else None, "ratio1": terms.ratio1,
        "ratio2": terms.ratio2, "pay_days": float(terms.pay_days), "details": dict(terms.details),
    }  # fmt: skip
