"""What a trade must be to be taken in: every term judged, and for each that is wrong a sentence that says what to do.

API: ``check_terms(terms, first, second, today=...) -> tuple of Complaint``, ``Complaint``.

Imports, amendments and what-ifs ask here, so that a trade is refused everywhere for the same reasons.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import isfinite

from portal.core.unit_symbols import MINOR_CURRENCIES
from portal.domain.portfolio.curve_facts import DIFFERENCES, NEGATIVE_CURVES, CurveFacts
from portal.domain.portfolio.detail_rules import check_details
from portal.domain.portfolio.terms import CAPACITY_UNIT, KIND_OF, MODEL_OF, PROFILE_OF, Terms
from portal.domain.portfolio.trade import OPTIONAL, TERMS, Kind

EARLIEST = date(1990, 1, 1)
LONGEST_YEARS = 20
FARTHEST_YEARS = 40
"""Years from the trade to the end of delivery, at most; every month up to it is looked for on the curves."""
LARGEST_MW = 20_000.0
"""No country's whole market trades more in one contract."""
LARGEST = {
    "bbl": 60e6, "gal": 2.5e9, "t": 20e6, "MWh": 100e6, "MMBtu": 400e6, "therm": 4e9, "tCO2e": 200e6, "kt": 20e3,
}  # fmt: skip
"""Volumes for one month that nobody trades in one contract, by unit; they catch a unit or a decimal mark misread."""
PRICE_RATIO = 10.0
"""A price so many times above or below the market's is in another unit: cents for dollars, pence for pounds."""
LARGEST_PRICE = 20_000.0
"""No price of power, and no difference of prices, was ever so far from zero."""
PART_MONTHS = frozenset({Kind.FORWARD_PHYSICAL, Kind.FORWARD_FINANCIAL, Kind.SWAP})
HOURLY = frozenset({"power", "gas"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with one term: ``field`` names it, ``code`` is for programs, ``message`` for people."""

    field: str
    code: str
    message: str


def check_terms(
    terms: Terms, first: CurveFacts, second: CurveFacts | None = None, *, today: date, is_new: bool = True
) -> tuple[Complaint, ...]:
    """Judge the terms of a trade.

    Parameters
    ----------
    terms : Terms
        As entered.
    first, second : CurveFacts
        Its curves; ``second`` None without a second leg.
    today : date
        Nothing is traded later.
    is_new : bool, default True
        Whether to ask that delivery and expiry lie after the trade date; an amendment may repair an old trade.

    Returns
    -------
    tuple of Complaint
        In the order of the fields; empty for a trade that can be taken in.
    """
    kind = KIND_OF.get(terms.kind)
    if kind is None:
        known = ", ".join(sorted(KIND_OF))
        return (
            Complaint("kind", "unknown-kind", f"'{terms.kind}' is no kind of trade. Write one of {known}."),
        )
    return (
        *_names(terms),
        *_missing(terms, kind),
        *_quantity(terms, kind, first),
        *_money(terms, kind, first),
        *_option(terms, kind),
        *_second_leg(terms, kind, first, second),
        *_profile(terms, kind, first),
        *_days(terms, kind, today, is_new=is_new),
        *(Complaint(f"details.{key}", code, words) for key, code, words in check_details(terms, kind)),
    )


def _names(terms: Terms) -> Iterator[Complaint]:
    if not terms.external_id.strip() or len(terms.external_id) > 100:
        yield Complaint(
            "external_id",
            "no-external-id",
            "The external id must have 1 to 100 characters. Name the trade by it.",
        )
    if not terms.trader.strip():
        yield Complaint("trader", "no-trader", "The trade names no trader. Fill in who traded it.")
    if terms.side not in (-1, 1):
        yield Complaint("side", "side", f"The side is {terms.side}. Write buy or sell.")


_WANTED = {
    "price": "its agreed price",
    "strike": "its strike",
    "premium": "its premium (0 if there is none)",
    "is_call": "whether it is a call or a put",
    "vol_model": "its model: black76, bachelier or shifted",
    "expiry": "its expiry",
    "curve2": "its second curve",
}


def _missing(terms: Terms, kind: Kind) -> Iterator[Complaint]:
    for name in TERMS[kind].needs:
        column = "curve2_id" if name == "curve2" else name
        if getattr(terms, column) is None:
            article = "An" if kind.label[0] in "AO" else "A"
            words = f"{article} {kind.label.lower()} needs {_WANTED[name]}. Fill in '{name}'."
            yield Complaint(column, f"no-{name.replace('_', '-')}", words)


def _quantity(terms: Terms, kind: Kind, curve: CurveFacts) -> Iterator[Complaint]:
    amount, unit = terms.quantity, terms.quantity_unit
    if not isfinite(amount) or amount <= 0.0:
        advice = (
            "Write a sale as side sell with a positive quantity."
            if amount < 0.0
            else "Fill in what was traded."
        )
        yield Complaint("quantity", "quantity", f"The quantity {amount:g} is not above zero. {advice}")
        return
    if unit == CAPACITY_UNIT:
        if curve.commodity not in HOURLY:
            yield Complaint(
                "quantity_unit",
                "capacity",
                f"{curve.code} is not delivered by the hour, so MW mean nothing. Write a volume for each month in "
                f"{curve.volume_unit}.",
            )
        limit = LARGEST_MW
    else:
        limit = LARGEST.get(unit, 1e12)
        if unit != curve.volume_unit:
            yield Complaint(
                "quantity_unit", "unit-mismatch",
                f"The quantity is in {unit}, but {curve.code} is priced in {curve.unit}. Write it in "
                f"{curve.volume_unit}" + (" or MW." if curve.commodity in HOURLY else "."),
            )  # fmt: skip
    if amount > limit and kind is not Kind.STORAGE:
        yield Complaint(
            "quantity", "absurd-quantity",
            f"{amount:,.6g} {unit} is more than anybody trades in one contract ({limit:,.6g} {unit}). Check its unit "
            "and its decimal mark.",
        )  # fmt: skip


def _money(terms: Terms, kind: Kind, curve: CurveFacts) -> Iterator[Complaint]:
    for name in ("price", "strike", "premium", "shift"):
        value = getattr(terms, name)
        if value is not None and not isfinite(value):
            yield Complaint(name, "not-finite", f"The {name} is not a finite number. Correct it.")
            return
    if kind is not Kind.SPREAD_OPTION:
        for name in ("price", "strike"):
            yield from _against_market(name, getattr(terms, name), curve)
    if terms.premium is not None and terms.premium < 0.0 and kind in OPTIONAL:
        yield Complaint(
            "premium", "negative-premium",
            f"The premium {terms.premium:g} is below zero. The buyer pays it: write it positive, and the "
            "side as it was traded.",
        )  # fmt: skip


def _against_market(name: str, value: float | None, curve: CurveFacts) -> Iterator[Complaint]:
    if value is None:
        return
    if value < 0.0 and not curve.may_be_negative:
        named, ends = " and ".join(sorted(NEGATIVE_CURVES)), ", ".join(DIFFERENCES)
        words = (
            f"The {name} {value:g} {curve.unit} is below zero. Only power, {named}, differences (codes that end in "
            f"{ends}) and curves that stood at or below zero on that day are dealt there; {curve.code} is none of "
            "them. Correct it."
        )
        yield Complaint(name, "negative-price", words)
    elif curve.is_free:
        if abs(value) > LARGEST_PRICE:
            words = f"The {name} {value:g} {curve.unit} is beyond any price of it. Check its unit and decimal mark."
            yield Complaint(name, "absurd-price", words)
    elif curve.level and value != 0.0:
        ratio = abs(value) / curve.level
        least = (
            0.0 if curve.may_be_negative else 1.0 / PRICE_RATIO
        )  # on its way below zero it passes all that is small
        if not least <= ratio <= PRICE_RATIO:
            yield Complaint(
                name, "absurd-price",
                f"The {name} {value:g} {curve.unit} is far from the market, which is at {curve.level:g} {curve.unit}. "
                "Check that it is in the unit of the curve.",
            )  # fmt: skip


def _option(terms: Terms, kind: Kind) -> Iterator[Complaint]:
    if kind is Kind.ASIAN and terms.vol_model == "bachelier":
        words = "An Asian option is valued with lognormal prices, not with normal ones. Write vol_model black76, or "
        yield Complaint(
            "vol_model", "asian-model", words + "shifted with a shift where prices come near zero."
        )
    elif terms.vol_model is not None and terms.vol_model not in MODEL_OF:
        known = ", ".join(MODEL_OF)
        yield Complaint(
            "vol_model", "unknown-model", f"'{terms.vol_model}' is no option model. Write one of {known}."
        )
    if kind is Kind.SPREAD_OPTION or terms.strike is None:
        return
    shift = terms.shift or 0.0
    if terms.vol_model == "shifted" and shift <= 0.0:
        yield Complaint(
            "shift", "no-shift", "A shifted lognormal needs its shift, above zero. Fill in 'shift'."
        )
    elif terms.vol_model in ("black76", "shifted") and terms.strike + shift <= 0.0:
        yield Complaint(
            "strike", "strike",
            f"The strike {terms.strike:g} is not above zero, which a lognormal model cannot value. Use vol_model "
            "bachelier, or shifted with a larger shift.",
        )  # fmt: skip


def _second_leg(
    terms: Terms, kind: Kind, first: CurveFacts, second: CurveFacts | None
) -> Iterator[Complaint]:
    if kind is not Kind.SPREAD_OPTION:
        if terms.curve2_id is not None:
            words = (
                f"Only a spread option has a second curve; a {kind.label.lower()} has not. Empty 'curve2'."
            )
            yield Complaint("curve2_id", "second-curve", words)
        return
    if second is None:
        return
    if terms.curve_id == terms.curve2_id:
        words = f"Both legs are {first.code}, so there is no spread. Name another second curve."
        yield Complaint("curve2_id", "same-curve", words)
    if first.currency != second.currency:
        words = (
            f"{first.code} is in {first.currency} and {second.code} in {second.currency}; a spread option is settled "
            "in one currency. Choose legs of one currency."
        )
        yield Complaint("curve2_id", "currency-mismatch", words)
    elif not _same_unit(first, second) and terms.ratio1 == 1.0 == terms.ratio2:
        words = (
            f"{first.code} is in {first.unit} and {second.code} in {second.unit}. Say by ratio1 and ratio2 how they "
            "are set against each other, such as ratio2 42 for gallons against barrels."
        )
        yield Complaint("ratio2", "no-ratio", words)
    for name in ("ratio1", "ratio2"):
        if not isfinite(getattr(terms, name)) or getattr(terms, name) <= 0.0:
            yield Complaint(
                name, "ratio", f"The {name} must be above zero; the second leg is subtracted by itself."
            )


def _same_unit(first: CurveFacts, second: CurveFacts) -> bool:
    return first.volume_unit == second.volume_unit and (first.unit.split("/")[0] in MINOR_CURRENCIES) == (
        second.unit.split("/")[0] in MINOR_CURRENCIES
    )


def _profile(terms: Terms, kind: Kind, curve: CurveFacts) -> Iterator[Complaint]:
    if terms.profile not in PROFILE_OF:
        known = ", ".join(PROFILE_OF)
        yield Complaint(
            "profile", "unknown-profile", f"'{terms.profile}' is no profile. Write one of {known}."
        )
    elif terms.profile != "base" and curve.commodity != "power":
        words = f"Only power is delivered by profile; {curve.code} is {curve.commodity}. Write profile base."
        yield Complaint("profile", "profile", words)
    elif terms.profile == "shaped" and kind in OPTIONAL:
        yield Complaint(
            "profile", "profile", f"A {kind.label.lower()} cannot have a shape. Write base, peak or offpeak."
        )


def _days(terms: Terms, kind: Kind, today: date, *, is_new: bool) -> Iterator[Complaint]:
    start, end = terms.delivery_start, terms.delivery_end
    if terms.trade_date > today:
        words = f"The trade date {terms.trade_date} lies ahead of {today}. Correct it."
        yield Complaint("trade_date", "future-date", words)
    if terms.trade_date < EARLIEST:
        yield Complaint(
            "trade_date", "too-old", f"The trade date {terms.trade_date} is before {EARLIEST}. Correct it."
        )
    if end <= start:
        words = f"Delivery ends on {end}, which is not after its start {start}. Write the first day after delivery."
        yield Complaint("delivery_end", "delivery", words)
        return
    if (end - start).days > 365.25 * LONGEST_YEARS:
        words = f"Delivery from {start} to {end} is longer than {LONGEST_YEARS} years. Check the years."
        yield Complaint("delivery_end", "delivery", words)
    traded = max(terms.trade_date, EARLIEST)
    if start < EARLIEST or (end - traded).days > 365.25 * FARTHEST_YEARS:
        words = f"Delivery from {start} to {end} lies before {EARLIEST}, or more than {FARTHEST_YEARS} years after the "
        yield Complaint("delivery_start", "delivery", f"{words}trade of {terms.trade_date}. Check the years.")
    whole = start.day == 1 and end.day == 1
    if not whole and not (kind in PART_MONTHS and terms.quantity_unit == CAPACITY_UNIT):
        words = (
            f"Delivery from {start} to {end} is not of whole months, so a volume for each month means nothing. Write "
            "whole months, or a power in MW."
        )
        yield Complaint("delivery_start", "part-month", words)
    if is_new and end <= terms.trade_date:
        words = f"Delivery ended on {end}, before the trade date {terms.trade_date}. Correct one of them."
        yield Complaint("delivery_start", "delivery-past", words)
    yield from _expiry(terms, is_new=is_new)
    if not 0 <= terms.pay_days <= 366:
        yield Complaint(
            "pay_days", "pay-days", f"Payment {terms.pay_days} days later is not 0 to 366. Correct it."
        )


def _expiry(terms: Terms, *, is_new: bool) -> Iterator[Complaint]:
    if terms.expiry is None:
        return
    if is_new and terms.expiry < terms.trade_date:
        words = (
            f"It expired on {terms.expiry}, before its trade date {terms.trade_date}. Correct one of them."
        )
        yield Complaint("expiry", "expiry-past", words)
    if terms.expiry < EARLIEST:
        yield Complaint("expiry", "expiry", f"It expires on {terms.expiry}, before {EARLIEST}. Correct it.")
    if terms.expiry > terms.delivery_end:
        words = f"It expires on {terms.expiry}, after its delivery ended on {terms.delivery_end}. Correct one of them."
        yield Complaint("expiry", "expiry", words)
