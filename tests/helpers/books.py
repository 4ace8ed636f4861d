"""Small books and curve terms in memory, for tests that need no database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.market import (
    MISSING,
    QUOTED,
    CurveTerms,
    Fixings,
    Market,
    Marks,
    VolSurface,
    ZeroCurve,
)
from portal.domain.portfolio.marking import expected_fixings
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


def market_of(
    as_of: date,
    curves: CurveTerms,
    first: str,
    price: Sequence[Sequence[float]],
    *,
    fixings: Mapping[tuple[int, int], tuple[float, int]] | None = None,
    final: Mapping[tuple[int, int, int], float] | None = None,
    **parts: Any,
) -> Market:
    """A market whose matrix of marks (curves by months from ``first``) is given; NaN is missing, rates are 0.

    ``fixings`` maps (curve position, month position) to the sum and the number of fixings.
    """
    marks = np.array(price, dtype=np.float64)
    months = np.datetime64(first, "M") + np.arange(marks.shape[1])
    missing = np.isnan(marks)
    total, count = np.zeros((2, *marks.shape))
    for at, (amount, number) in (fixings or {}).items():
        total[at], count[at] = amount, number
    every_day = np.array([what == "power" for what in curves.commodity])
    return Market(
        **{
            "as_of": as_of,
            "curves": curves,
            "marks": Marks(
                months,
                marks,
                np.where(missing, np.datetime64("NaT", "D"), np.datetime64(as_of, "D")),
                np.where(missing, MISSING, QUOTED).astype(np.int8),
            ),
            "fixings": Fixings(total, count, expected_fixings(months, every_day), final or {}),
            "vols": {},
            "correlations": {},
            "rates": {c: ZeroCurve(np.array([1.0]), np.array([0.0]), as_of) for c in set(curves.currency)},
            "fx": {"EUR": 1.0, "USD": 0.9, "GBP": 1.2},
            "reporting": "EUR",
            "hours": {},
            **parts,
        }
    )


def flat_rates(rate: float, as_of: date, *currencies: str) -> dict[str, ZeroCurve]:
    """Zero curves of one rate."""
    return {
        name: ZeroCurve(np.array([1.0]), np.array([rate]), as_of)
        for name in currencies or ("EUR", "USD", "GBP")
    }


def flat_vol(vol: float, as_of: date, *, is_normal: bool = False, first: str = "2026-10") -> VolSurface:
    """A surface of one volatility."""
    return VolSurface(
        np.array([first], "M8[M]"), np.array([-1.0, 0.0, 1.0]), np.full((1, 3), vol), is_normal, as_of
    )
