"""What a spread's formula may name: instruments, forward products (``TTF.M1``) and exchange rates (``EURUSD``).

API: ``read_leg(code, instruments, curves)``; ``align(legs)`` puts legs on the days that all prices have; ``fixes``
suggests formulas that repair a unit error.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.errors import DomainError
from portal.core.unit_symbols import CURRENCIES
from portal.core.units import (
    FxRateMissing,
    Unit,
    UnitMismatch,
    conversion_factor,
    linking_conversions,
    parse_unit,
)
from portal.domain.market.spreads import parse_formula

RATE_CARRY_DAYS = 7
"""Calendar days that an exchange rate is carried over days on which none was published."""


class LegKind(StrEnum):
    """Where the prices of a leg come from."""

    INSTRUMENT = "instrument"
    FORWARD = "forward"
    RATE = "rate"


@dataclass(frozen=True)
class Leg:
    """One name of a formula.

    Attributes
    ----------
    code : str
        As in the formula.
    kind : LegKind
        Instrument, forward product or exchange rate.
    source : str
        Code of the instrument or curve; for a rate its base currency.
    part : str
        Product of a forward leg, quote currency of a rate, else empty.
    """

    code: str
    kind: LegKind
    source: str
    part: str = ""


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class LegPrices:
    """Prices of a leg: ``day`` ascending, ``price`` in the leg's unit, both of shape (n,)."""

    leg: Leg
    unit: str
    day: DateArray1D
    price: FloatArray1D


def read_leg(code: str, instruments: Collection[str], curves: Collection[str]) -> Leg | None:
    """Tell what a name of a formula is; an instrument of that name goes first.

    Parameters
    ----------
    code : str
        Name, such as ``TTF``, ``TTF.M1``, ``TTF.Cal-27`` or ``EURUSD``.
    instruments, curves : collection of str
        Codes there are.

    Returns
    -------
    Leg or None
        None when nothing has this name.

    Examples
    --------
    >>> read_leg("TTF.Cal-27", [], ["TTF"]).part
    'Cal-27'
    """
    if code in instruments:
        return Leg(code, LegKind.INSTRUMENT, code)
    curve, dot, product = code.partition(".")
    if dot and curve in curves:
        return Leg(code, LegKind.FORWARD, curve, product)
    base, quote = code[:3], code[3:]
    if len(code) == 6 and base in CURRENCIES and quote in CURRENCIES and base != quote:
        return Leg(code, LegKind.RATE, base, quote)
    return None


def align(legs: Sequence[LegPrices]) -> tuple[DateArray1D, dict[str, FloatArray1D]]:
    """Put legs on the days on which all prices are known.

    Parameters
    ----------
    legs : sequence of LegPrices
        Legs of one formula.

    Returns
    -------
    day : ndarray of shape (n,), datetime64[D]
        Days on which every instrument and forward product has a price, and every rate was published on that day or at
        most 7 days before it.
    prices : dict of str to ndarray of shape (n,)
        Prices of each leg on these days.
    """
    quoted = [leg for leg in legs if leg.leg.kind is not LegKind.RATE] or list(legs)
    day = quoted[0].day
    for leg in quoted[1:]:
        day = np.intersect1d(day, leg.day, assume_unique=True)
    rates = [leg for leg in legs if leg.leg.kind is LegKind.RATE]
    known = np.ones(len(day), dtype=bool)
    for leg in rates:
        at = np.searchsorted(leg.day, day, side="right") - 1
        known &= at >= 0
        if leg.day.size:
            known &= (day - leg.day[np.maximum(at, 0)]).astype(np.int64) <= RATE_CARRY_DAYS
    day = day[known]
    prices = {
        leg.leg.code: leg.price[np.searchsorted(leg.day, day, side="right") - 1]
        if leg.day.size
        else np.zeros(0)
        for leg in legs
    }
    return day, prices


def rate_units(currencies: Collection[str]) -> dict[str, str]:
    """Unit of each exchange rate by its code.

    Parameters
    ----------
    currencies : collection of str
        ISO codes for which rates are known.

    Returns
    -------
    dict of str to str
        ``{"EURUSD": "USD/EUR"}`` and so on, in both directions.
    """
    names = sorted(set(currencies) & set(CURRENCIES))
    return {f"{base}{quote}": f"{quote}/{base}" for base in names for quote in names if base != quote}


def fixes(text: str, error: DomainError, units: Mapping[str, str]) -> tuple[str, ...]:
    """Suggest formulas that repair a unit error: the exact factor, the exchange rate, or a named property.

    Parameters
    ----------
    text : str
        The formula that was refused.
    error : DomainError
        Why.
    units : mapping of str to str
        Unit of each name.

    Returns
    -------
    tuple of str
        Formulas whose units agree, best first; empty when none is known.
    """
    found = [fixed for fixed in _repaired(text, error) if fixed != text]
    out: list[str] = []
    for fixed in found:
        try:
            parse_formula(fixed, units)
        except (FxRateMissing, UnitMismatch) as next_error:  # one more step, as for a currency and a factor
            if type(next_error) is type(error) and str(next_error) == str(error):
                continue
            out += [again for again in _repaired(fixed, next_error) if _agrees(again, units)]
        except DomainError:
            continue
        else:
            out.append(fixed)
    return tuple(dict.fromkeys(out))[:4]


def _agrees(text: str, units: Mapping[str, str]) -> bool:
    try:
        parse_formula(text, units)
    except DomainError:
        return False
    return True


def _repaired(text: str, error: DomainError) -> list[str]:
    """Formulas with a factor behind the second of the two terms that disagree."""
    subject = error.subject
    if not {"second", "source", "target"} <= subject.keys():
        return []
    source, target = parse_unit(str(subject["source"])), parse_unit(str(subject["target"]))
    ends = text.rfind(str(subject["second"])) + len(str(subject["second"]))
    out = [text[:ends] + factor + text[ends:] for factor in _factors(source, target, text)]
    first = str(subject.get("first") or "")
    whole = source.dimension == target.dimension and conversion_factor(target, source).denominator == 1
    if first and whole and first in text:  # 42 on the first term reads better than 0.0238095 on the second
        ends = text.find(first) + len(first)
        out = [text[:ends] + factor + text[ends:] for factor in _factors(target, source, text)] + out
    return out


def _factors(source: Unit, target: Unit, text: str) -> list[str]:
    given, wanted = source.currency, target.currency
    if given and wanted and given != wanted:
        return [f" * {given}{wanted}"]
    if source.dimension == target.dimension:
        return [f" * {_number(float(conversion_factor(source, target)))}[{target / source}]"]
    out = []
    links = linking_conversions(source, target)
    for conversion in sorted(links, key=lambda link: link.name.partition("_")[0] not in text.casefold()):
        inverse = (target / source).dimension != conversion.unit.dimension
        linked = source / conversion.unit if inverse else source * conversion.unit
        rest = float(conversion_factor(linked, target))
        also = "" if rest == 1.0 else f" * {_number(rest)}[{target / linked}]"
        out.append(f" {'/' if inverse else '*'} {float(conversion.factor):g}[{conversion.unit}]{also}")
    return out


def _number(value: float) -> str:
    return re.sub(r"\.0$", "", repr(value))
