"""The terms of one trade, and a version of it: as a row what :mod:`portal.domain.portfolio.book` holds as arrays.

API: ``Terms``, ``TradeVersion``, ``book_of(versions)``, ``changed_fields(before, after)``,
``replace_terms(terms, changes)``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import Any

import numpy as np

from portal.core.errors import DomainError
from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.trade import Event, Kind, Profile, VolModel

KIND_OF = {kind.key: kind for kind in Kind}
PROFILE_OF = {profile.key: profile for profile in Profile}
MODEL_OF = {model.key: model for model in VolModel}
CAPACITY_UNIT = "MW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed, by the fields of the table ``trades``.

    Attributes
    ----------
    external_id : str
        The name of the trade in the system it came from.
    kind, profile, vol_model : str
        Keys of ``Kind``, ``Profile`` and ``VolModel``.
    portfolio_id, counterparty_id, curve_id, curve2_id : int
        Database ids; ``curve2_id`` is the second leg of a spread option.
    side : int
        1 for a purchase, -1 for a sale.
    quantity : float
        MW through the hours of the profile when ``quantity_unit`` is MW, else volume for each delivery month.
    price, strike, premium, shift : float
        In the unit of the curve.
    delivery_start, delivery_end : date
        Local days, half open.
    details : mapping
        Shape of a profile, terms of storage and swing.
    """

    external_id: str
    kind: str
    portfolio_id: int
    counterparty_id: int
    curve_id: int
    side: int
    quantity: float
    quantity_unit: str
    trade_date: date
    delivery_start: date
    delivery_end: date
    trader: str
    curve2_id: int | None = None
    price: float | None = None
    strike: float | None = None
    premium: float | None = None
    is_call: bool | None = None
    vol_model: str | None = None
    shift: float | None = None
    ratio1: float = 1.0
    ratio2: float = 1.0
    profile: str = "base"
    expiry: date | None = None
    pay_days: int = 0
    details: Mapping[str, Any] = field(default_factory=dict)


TERM_FIELDS = tuple(f.name for f in fields(Terms))
"""Names of all terms, which are columns of ``trades``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeVersion:
    """One version of a trade.

    ``trade_id`` None and ``recorded_at`` None are filled in when it is stored. ``version`` counts from 1.
    """

    terms: Terms
    event: str = Event.NEW.value
    version: int = 1
    effective_on: date
    recorded_by: str
    trade_id: int | None = None
    approved_by: str | None = None
    reason: str | None = None
    recorded_at: datetime | None = None
    batch_id: int | None = None


def changed_fields(before: Terms, after: Terms) -> dict[str, tuple[Any, Any]]:
    """The terms that differ, with their old and new value.

    Parameters
    ----------
    before, after : Terms
        Two versions of one trade.

    Returns
    -------
    dict of str to (old, new)
        In the order of the fields; empty when nothing differs.
    """
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in TERM_FIELDS)
    return {name: (old, new) for name, old, new in pairs if old != new}


def replace_terms(terms: Terms, changes: Mapping[str, Any]) -> Terms:
    """The terms with some of them changed.

    Parameters
    ----------
    terms : Terms
        As they stand.
    changes : mapping of str to value
        New values by field.

    Returns
    -------
    Terms
        As they would be.

    Raises
    ------
    DomainError
        A field is not a term of a trade.
    """
    unknown = sorted(set(changes) - set(TERM_FIELDS))
    if unknown:
        raise DomainError(
            f"'{unknown[0]}' is not a term of a trade. Choose one of {', '.join(TERM_FIELDS)}.",
            field=unknown[0],
        )
    return replace(terms, **changes)


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _row(at: int, version: TradeVersion, events: Mapping[str, int]) -> tuple[Any, ...]:
    """The values of one trade in the order of the arrays of a book."""
    terms = version.terms
    missing = np.datetime64("NaT", "D")
    found = {
        "trade_id": at if version.trade_id is None else version.trade_id,
        "version": version.version,
        "portfolio": terms.portfolio_id,
        "counterparty": terms.counterparty_id,
        "curve": terms.curve_id,
        "curve2": -1 if terms.curve2_id is None else terms.curve2_id,
        "kind": int(KIND_OF[terms.kind]),
        "profile": int(PROFILE_OF[terms.profile]),
        "vol_model": -1 if terms.vol_model is None else int(MODEL_OF[terms.vol_model]),
        "event": events[version.event],
        "side": terms.side,
        "quantity": terms.quantity,
        "price": _number(terms.price),
        "strike": _number(terms.strike),
        "premium": _number(terms.premium),
        "shift": terms.shift or 0.0,
        "ratio1": terms.ratio1,
        "ratio2": terms.ratio2,
        "is_capacity": terms.quantity_unit == CAPACITY_UNIT,
        "is_call": bool(terms.is_call),
        "trade_date": np.datetime64(terms.trade_date, "D"),
        "delivery_start": np.datetime64(terms.delivery_start, "D"),
        "delivery_end": np.datetime64(terms.delivery_end, "D"),
        "expiry": missing if terms.expiry is None else np.datetime64(terms.expiry, "D"),
        "pay_days": terms.pay_days,
    }
    return tuple(found[name] for name in DTYPES)


def book_of(versions: Sequence[TradeVersion], *, numbered: bool = False) -> Book:
    """Versions as a book of one entry each, in the order given.

    Parameters
    ----------
    versions : sequence of TradeVersion
        Whole versions; several of one trade may be among them when ``numbered``.
    numbered : bool, default False
        Whether to number the entries 0, 1, 2 ... in place of their ``trade_id``.

    Returns
    -------
    Book
        Arrays of shape (n,).
    """
    if numbered:
        versions = [replace(version, trade_id=at) for at, version in enumerate(versions)]
    events = {event.value: place for place, event in enumerate(Event)}
    rows = [_row(at, version, events) for at, version in enumerate(versions)]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(DTYPES)
    arrays: dict[str, Any] = {
        name: np.array(column, dtype=kind)
        for (name, kind), column in zip(DTYPES.items(), columns, strict=True)
    }
    numbers = arrays["trade_id"].tolist()
    details = {
        number: version.terms.details
        for number, version in zip(numbers, versions, strict=True)
        if version.terms.details
    }
    return Book(**arrays, details=details)
