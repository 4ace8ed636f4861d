"""Small books and curve terms in memory, for tests that need no database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.trade import Kind, Profile, VolModel

DEFAULTS: Mapping[str, Any] = {
    "version": 1,
    "portfolio": 1,
    "counterparty": 1,
    "curve": 1,
    "curve2": -1,
    "kind": Kind.FORWARD_FINANCIAL,
    "profile": Profile.BASE,
    "vol_model": -1,
    "event": 0,
    "side": 1.0,
    "quantity": 1.0,
    "price": np.nan,
    "strike": np.nan,
    "premium": np.nan,
    "shift": 0.0,
    "ratio1": 1.0,
    "ratio2": 1.0,
    "is_capacity": False,
    "is_call": False,
    "trade_date": date(2026, 1, 5),
    "delivery_start": date(2026, 10, 1),
    "delivery_end": date(2026, 11, 1),
    "expiry": None,
    "pay_days": 0,
}


def book_of(*trades: Mapping[str, Any]) -> Book:
    """A book of trades by their terms; what is left out takes ``DEFAULTS``, and ids count from 1."""
    rows = [{"trade_id": at, **DEFAULTS, **trade} for at, trade in enumerate(trades, start=1)]
    arrays: dict[str, Any] = {
        name: np.array([row[name] for row in rows], dtype=kind) for name, kind in DTYPES.items()
    }
    details = {row["trade_id"]: row["details"] for row in rows if "details" in row}
    return Book(**arrays, details=details)


def option(**terms: Any) -> dict[str, Any]:
    """The terms of an option, by default a Black-76 call on one month with a premium of 0."""
    return {
        "kind": Kind.OPTION,
        "vol_model": VolModel.BLACK76,
        "is_call": True,
        "premium": 0.0,
        "expiry": date(2026, 9, 28),
        **terms,
    }


def terms_of(*curves: Mapping[str, Any]) -> CurveTerms:
    """Terms of curves; by default gas in EUR/MWh in Amsterdam; ids count from 1, ``peak`` names a position."""
    rows: Sequence[dict[str, Any]] = [
        {
            "id": at,
            "code": f"C{at}",
            "commodity": "gas",
            "unit": "EUR/MWh",
            "currency": "EUR",
            "timezone": "Europe/Amsterdam",
            "money": 1.0,
            "mwh": 1.0,
            "peak": -1,
            "simulated": False,
            **curve,
        }
        for at, curve in enumerate(curves, start=1)
    ]

    def texts(name: str) -> tuple[str, ...]:
        return tuple(row[name] for row in rows)

    return CurveTerms(
        np.array([row["id"] for row in rows], dtype=np.int64),
        texts("code"),
        texts("commodity"),
        texts("unit"),
        texts("currency"),
        texts("timezone"),
        np.array([row["money"] for row in rows]),
        np.array([row["mwh"] for row in rows]),
        np.array([row["peak"] for row in rows], dtype=np.int64),
        np.array([row["simulated"] for row in rows], dtype=np.bool_),
    )
