"""Trades in words: the names of their terms, and each value as people write it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from data.queries.curve_terms import CurveRow
from portal.domain.portfolio.terms import CAPACITY_UNIT, KIND_OF, Terms
from portal.domain.portfolio.trade import Kind

LABELS: Mapping[str, str] = {
    "external_id": "External id",
    "kind": "Kind",
    "portfolio_id": "Book",
    "counterparty_id": "Counterparty",
    "curve_id": "Curve",
    "curve2_id": "Second curve",
    "side": "Side",
    "quantity": "Quantity",
    "quantity_unit": "Unit of quantity",
    "price": "Price",
    "strike": "Strike",
    "premium": "Premium",
    "is_call": "Option",
    "vol_model": "Option model",
    "shift": "Shift",
    "ratio1": "Ratio, first leg",
    "ratio2": "Ratio, second leg",
    "profile": "Profile",
    "trade_date": "Trade date",
    "delivery_start": "Delivery from",
    "delivery_end": "Delivery to",
    "expiry": "Expiry",
    "pay_days": "Payment after",
    "details": "Details",
    "trader": "Trader",
}
"""Terms of a trade with the labels that people read."""

_PRICES = ("price", "strike", "premium", "shift")
EVENTS: Mapping[str, str] = {
    "new": "New",
    "amended": "Amended",
    "cancelled": "Cancelled",
    "matured": "Matured",
}


@dataclass(frozen=True, slots=True)
class Names:
    """Codes by id."""

    portfolios: Mapping[int, str] = field(default_factory=dict)
    counterparties: Mapping[int, str] = field(default_factory=dict)
    curves: Mapping[int, CurveRow] = field(default_factory=dict)

    def unit(self, terms: Terms) -> str:
        """Return the unit of a trade's prices."""
        curve = self.curves.get(terms.curve_id)
        return curve.unit if curve else ""


def number(value: float) -> str:
    """Return a number with all of its digits and groups of thousands."""
    text = f"{value:,.10g}" if abs(value) < 1e15 else f"{value:g}"
    return f"{value:,.6f}".rstrip("0").rstrip(".") if "e" in text else text


def show(name: str, value: Any, terms: Terms, names: Names) -> str:
    """Return one term as people write it; empty for one that a trade does not have."""
    if value is None or value == {}:
        return ""
    if name == "portfolio_id":
        return names.portfolios.get(value, "another book")
    if name == "counterparty_id":
        return names.counterparties.get(value, str(value))
    if name in ("curve_id", "curve2_id"):
        curve = names.curves.get(value)
        return curve.code if curve else str(value)
    if name == "side":
        return "Buy" if value > 0 else "Sell"
    if name == "is_call":
        return "Call" if value else "Put"
    if name == "kind":
        return KIND_OF[value].label if value in KIND_OF else str(value)
    if name == "quantity":
        return _quantity(value, terms)
    if name == "premium" and terms.kind == Kind.STORAGE.key:  # of the whole contract
        return f"{number(value)} {names.unit(terms).partition('/')[0]}"
    if name in _PRICES:
        return f"{number(value)} {names.unit(terms)}".strip()
    if name == "delivery_end":
        return str(value - timedelta(days=1))
    if name == "pay_days":
        return f"{value} days"
    return _plain(value)


def _quantity(value: float, terms: Terms) -> str:
    if terms.kind == Kind.STORAGE.key:
        return "1 contract" if value == 1.0 else f"{number(value)} contracts"
    if terms.kind == Kind.SWING.key:
        return f"{number(value)} {terms.quantity_unit} for each right"
    per = "through the hours" if terms.quantity_unit == CAPACITY_UNIT else "for each month"
    return f"{number(value)} {terms.quantity_unit} {per}"


def detail_unit(key: str, price_unit: str) -> str:
    """Return the unit of a number among the details of a trade whose prices are in ``price_unit``."""
    volume = price_unit.partition("/")[2]
    if key in ("capacity", "start_volume", "end_volume"):
        return volume
    if key in ("injection_rate", "withdrawal_rate"):
        return f"{volume} a month"
    if key in ("injection_cost", "withdrawal_cost"):
        return price_unit
    return "a year" if key in ("kappa", "sigma") else ""


def _detail(key: str, value: Any, price_unit: str) -> str:
    unit = detail_unit(key, price_unit) if isinstance(value, (int, float)) else ""
    return f"{_plain(value)} {unit}".strip()


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "; ".join(f"{key}: {_plain(item)}" for key, item in sorted(value.items()))
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(item) for item in value)
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)


_DEFAULTS: Mapping[str, Any] = {"ratio1": 1.0, "ratio2": 1.0, "pay_days": 0, "shift": None, "details": {}}


def described(terms: Terms, names: Names) -> list[tuple[str, str, str]]:
    """Return the terms that say something: field (``details.`` before the name of a detail), label and text."""
    found = []
    for name, label in LABELS.items():
        value = getattr(terms, name)
        if value is None or name == "quantity_unit" or value == _DEFAULTS.get(name, ...):
            continue
        if name == "details":
            found += [
                (f"{name}.{key}", key.replace("_", " ").capitalize(), _detail(key, item, names.unit(terms)))
                for key, item in value.items()
            ]
        else:
            found.append((name, label, show(name, value, terms, names)))
    return found
