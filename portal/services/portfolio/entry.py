"""What somebody writes down as a trade becomes terms: codes looked up, units brought into the curve's, rules asked.

Files, forms and pasted deals come in here with the same names of columns (:data:`data.readers.trade_table.COLUMNS`).
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from math import isfinite
from typing import Any, NoReturn

from data.queries import portfolios as tree_queries
from data.queries.curve_terms import CurveRow, curve_rows
from data.queries.levels import curve_levels
from data.readers.trade_table import DAYS
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import EARLIEST, LATEST
from portal.core.errors import DomainError
from portal.core.units import parse_unit
from portal.domain.market.delivery_periods import parse_period
from portal.domain.portfolio.curve_facts import CurveFacts
from portal.domain.portfolio.lots import quantity_in
from portal.domain.portfolio.terms import KIND_OF, PROFILE_OF, Terms
from portal.domain.portfolio.trade import LABELS
from portal.domain.portfolio.trade_rules import Complaint, check_terms
from portal.services.portfolio.books import visible_books

_SIDES = {
    "buy": 1,
    "b": 1,
    "bought": 1,
    "long": 1,
    "1": 1,
    "+1": 1,
    "sell": -1,
    "s": -1,
    "sold": -1,
    "short": -1,
    "-1": -1,
}
_OPTIONS = {"call": True, "c": True, "put": False, "p": False}
_KINDS = KIND_OF | {label.lower(): kind for kind, label in LABELS.items()}
_COLUMN_OF = {
    "portfolio_id": "book", "counterparty_id": "counterparty", "curve_id": "curve", "curve2_id": "curve2",
    "quantity_unit": "unit", "is_call": "option",
}  # fmt: skip
Values = Mapping[str, Any]


@dataclass(slots=True)
class Desk:
    """What codes mean to one user: curves, counterparties, and the books that he may use."""

    curves: dict[str, CurveRow]
    books: dict[str, int]
    counterparties: dict[str, int]
    today: date
    trader: str
    levels: dict[int, list[tuple[date, float]]] = field(default_factory=dict)

    def level(self, curve: int, day: date) -> float | None:
        """Return the level of a curve on a day, or on the last day before; None when none is near."""
        days = self.levels.get(curve, [])
        at = bisect_right(days, (day, float("inf")))
        return days[at - 1][1] if at else None

    def facts(self, row: CurveRow, day: date) -> CurveFacts:
        """Return what the rules must know of a curve on a day."""
        return CurveFacts(row.code, row.commodity, row.unit, row.currency, self.level(row.id, day))


def load_desk(work: UnitOfWork, actor: Actor) -> Desk:
    """Return the desk of ``actor``, without the levels of its curves."""
    return Desk(
        {row.code: row for row in curve_rows(work.session)},
        {code: number for number, code in visible_books(work, actor).items()},
        {row.code: row.id for row in tree_queries.counterparties(work.session)},
        clock.now().date(),
        actor.name,
    )


def add_levels(work: UnitOfWork, desk: Desk, rows: Iterable[Values]) -> Desk:
    """Add the levels of the curves that ``rows`` name on their trade dates, and return the desk."""
    named, days = set(), []
    for values in rows:
        row = desk.curves.get(str(values.get("curve", "")).strip().upper())
        if row is not None and isinstance(values.get("trade_date"), date):
            named.add(row.id)
            days.append(values["trade_date"])
    if days:
        desk.levels = curve_levels(work.session, curves=named, first=min(days), last=max(days))
    return desk


def resolve(values: Values, desk: Desk, *, is_new: bool = True) -> tuple[Terms | None, tuple[Complaint, ...]]:
    """Return the terms that ``values`` state and what is wrong with them, by column; None when no terms come of it."""
    reader = _Reading(values, desk)
    terms = reader.terms()
    if terms is None or reader.complaints:
        return None, tuple(reader.complaints)
    first = desk.facts(reader.curves["curve"], terms.trade_date)
    second = reader.curves.get("curve2")
    found = check_terms(
        terms,
        first,
        desk.facts(second, terms.trade_date) if second else None,
        today=desk.today,
        is_new=is_new,
    )
    return terms, tuple(
        Complaint(_COLUMN_OF.get(item.field, item.field.partition(".")[0]), item.code, item.message)
        for item in found
    )


class _Reading:
    """One statement of a trade on its way to terms; what cannot be read is collected."""

    def __init__(self, values: Values, desk: Desk) -> None:
        self.values = values
        self.desk = desk
        self.complaints: list[Complaint] = []
        self.curves: dict[str, CurveRow] = {}

    def terms(self) -> Terms | None:
        """Return the terms, or None when one that all trades need cannot be had."""
        values = self.values
        if not self._days_are_sane():
            return None
        kind, side, book, counterparty = self._kind(), self._side(), self._book(), self._counterparty()
        curve, curve2 = self._curve("curve"), self._curve("curve2") if self._text("curve2") else None
        delivery, traded = self._delivery(), self._need("trade_date")
        amount = self._amount(curve)
        details, is_call, pay_days = self._details(), self._option(), self._pay_days()
        external_id = self._need("external_id")
        if self.complaints or curve is None or delivery is None or amount is None:
            return None
        return Terms(
            external_id=str(external_id), kind=kind, portfolio_id=book, counterparty_id=counterparty,
            curve_id=curve.id, curve2_id=curve2.id if curve2 else None, side=side, quantity=amount[0],
            quantity_unit=amount[1], price=values.get("price"), strike=values.get("strike"),
            premium=values.get("premium"), is_call=is_call, vol_model=self._text("vol_model").lower() or None,
            shift=values.get("shift"), ratio1=self._ratio("ratio1"), ratio2=self._ratio("ratio2"),
            profile=self._profile(), trade_date=traded, delivery_start=delivery[0], delivery_end=delivery[1],
            expiry=values.get("expiry"), pay_days=pay_days, details=details,
            trader=self._text("trader") or self.desk.trader,
        )  # fmt: skip

    def _days_are_sane(self) -> bool:
        """Tell whether all days lie in years that somebody means; no rule needs to think of others."""
        for key in DAYS:
            day = self.values.get(key)
            if isinstance(day, date) and not EARLIEST <= day.year <= LATEST:
                words = f"The {key} {day} lies outside of {EARLIEST} to {LATEST}. Check the year."
                self._complain(key, "absurd-day", words)
        return not self.complaints

    def _text(self, key: str) -> str:
        return str(self.values.get(key) or "").strip()

    def _complain(self, column: str, code: str, message: str) -> None:
        self.complaints.append(Complaint(column, code, message))

    def _need(self, key: str) -> Any:
        value = self.values.get(key)
        if value in (None, ""):
            self._complain(key, f"no-{key.replace('_', '-')}", f"The trade has no {key}. Fill it in.")
        return value

    def _kind(self) -> str:
        text = self._text("kind").lower()
        kind = _KINDS.get(text) or KIND_OF.get(text.replace(" ", "_").replace("-", "_"))
        if kind is None:
            known = ", ".join(sorted(KIND_OF))
            self._complain(
                "kind", "unknown-kind", f"'{text[:40]}' is no kind of trade. Write one of {known}."
            )
            return ""
        return kind.key

    def _side(self) -> int:
        side = _SIDES.get(self._text("side").lower())
        if side is None:
            words = f"'{self._text('side')[:40]}' is no side of a trade. Write buy or sell."
            self._complain("side", "side", words)
        return side or 0

    def _option(self) -> bool | None:
        text = self._text("option").lower()
        if text and text not in _OPTIONS:
            self._complain("option", "option", f"'{text[:40]}' is no option. Write call or put.")
        return _OPTIONS.get(text)

    def _ratio(self, key: str) -> float:
        value = self.values.get(key)
        return 1.0 if value is None else float(value)

    def _pay_days(self) -> int:
        given = self.values.get("pay_days") or 0
        if given != int(given):
            self._complain(
                "pay_days", "pay-days", f"pay_days counts days, so {given:g} cannot be. Write a whole number."
            )
        return int(given)

    def _profile(self) -> str:
        text = self._text("profile").lower().replace("-", "").replace(" ", "")
        return text if text in PROFILE_OF else self._text("profile").lower() or "base"

    def _book(self) -> int:
        code = self._text("book")
        found = self.desk.books.get(code) or self.desk.books.get(code.upper())
        if found is None:
            known = ", ".join(sorted(self.desk.books)[:12]) or "none at all"
            words = f"There is no book '{code[:60]}' in which you may trade. Your books are: {known}."
            self._complain("book", "unknown-book", words)
        return found or 0

    def _counterparty(self) -> int:
        code = self._text("counterparty")
        found = self.desk.counterparties.get(code) or self.desk.counterparties.get(code.upper())
        if found is None:
            words = f"There is no counterparty '{code[:60]}'. {_alike(code, self.desk.counterparties)}"
            advice = "Correct the code, or have the counterparty set up first."
            self._complain("counterparty", "unknown-counterparty", words + advice)
        return found or 0

    def _curve(self, key: str) -> CurveRow | None:
        code = self._text(key)
        row = self.desk.curves.get(code) or self.desk.curves.get(code.upper())
        if row is None:
            words = f"There is no forward curve '{code[:60]}', so the trade could not be valued. "
            words += _alike(code, self.desk.curves) + "Correct the code, or import the curve first."
            self._complain(key, "unknown-curve", words)
            return None
        self.curves[key] = row
        unit = self._text("price_unit")
        if key == "curve" and unit and not _same_unit(unit, row.unit):
            words = (
                f"The prices are in {unit}, but {row.code} is quoted in {row.unit}. Write them in {row.unit}."
            )
            self._complain("price_unit", "unit-mismatch", words)
        return row

    def _amount(self, curve: CurveRow | None) -> tuple[float, str] | None:
        quantity, unit = self._need("quantity"), self._need("unit")
        if curve is None or quantity is None or not unit:
            return None
        facts = CurveFacts(curve.code, curve.commodity, curve.unit, curve.currency)
        try:
            return quantity_in(quantity, str(unit), facts)
        except DomainError as problem:
            self._complain("unit", "unknown-unit", problem.message)
            return None

    def _delivery(self) -> tuple[date, date] | None:
        values, product = self.values, self._text("product")
        if product:
            if values.get("delivery_start") or values.get("delivery_end"):
                self._complain(
                    "product",
                    "delivery",
                    "The row states both a product and delivery days. Empty one of them.",
                )
                return None
            try:
                period = parse_period(product)
            except DomainError as problem:
                self._complain("product", "unknown-product", problem.message)
                return None
            return period.first, period.end
        start, last = values.get("delivery_start"), values.get("delivery_last")
        end = date.fromordinal(last.toordinal() + 1) if last else values.get("delivery_end")
        if start is None or end is None:
            words = (
                "The trade does not say when it is delivered. Write a product such as 2027-Q1 or Cal-27, or "
            )
            self._complain("product", "no-delivery", words + "delivery_start and delivery_end.")
            return None
        if not last and start.day == 1 and end.day > 27 and date.fromordinal(end.toordinal() + 1).day == 1:
            after = date.fromordinal(end.toordinal() + 1)
            words = f"delivery_end {end} is the last day of a month, but it means the first day after delivery. Write "
            self._complain(
                "delivery_end", "delivery-end", f"{words}{after}, or the last day in a column delivery_last."
            )
            return None
        return start, end

    def _details(self) -> dict[str, Any]:
        given = self.values.get("details")
        if isinstance(given, Mapping):
            return dict(given)
        text = self._text("details")
        if not text:
            return {}
        try:
            found = json.loads(text, parse_constant=_no_constant, parse_float=_number)
        except (ValueError, RecursionError) as problem:
            words = f'The details are no JSON object ({problem}). Write them as {{"capacity": 1000000}}.'
            self._complain("details", "details", words)
            return {}
        if not isinstance(found, dict):
            self._complain(
                "details", "details", 'The details are no JSON object. Write them as {"capacity": 1000000}.'
            )
            return {}
        return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _number(text: str) -> float:
    number = float(text)
    return number if isfinite(number) else _no_constant(text[:40])


def _same_unit(given: str, wanted: str) -> bool:
    try:
        return parse_unit(given).same_as(parse_unit(wanted))
    except DomainError:
        return False


def _alike(code: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(code.upper(), known, n=2, cutoff=0.6)
    return f"Did you mean {' or '.join(near)}? " if near else ""
