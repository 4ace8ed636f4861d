"""How trades are called in the reports of energy: commodities, units, load, contract types; checks that several share.

API: ``EU``, ``commodity_code``, ``contract_type``, ``load_type``, ``duration``, ``total_quantity``, ``capacity``,
``party_problems``, ``text``, ``day_text``.
"""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from portal.domain.compliance.identifiers import lei_error
from portal.domain.compliance.reports.layout import Problem
from portal.domain.compliance.reports.source import Source
from portal.domain.compliance.reports.values import written

_CODES = "ATBEBGCYCZDEDKEEESFIFRGRHRHUIEITLTLULVMTNLPLPTROSESISK"
EU = frozenset(_CODES[at : at + 2] for at in range(0, len(_CODES), 2))
"""Member states, ISO 3166 alpha-2."""
KNOWN_MICS = frozenset({"XNYM", "XCME", "IFUS", "NODX", "NDEX", "XEEE", "IFEU", "IFAD", "XOFF", "XXXX"})
"""Venues that the product knows (unverified: the list of ISO 10383 was not read)."""
_ENERGY = {"gas": "NG", "lng": "LG", "power": "EL"}
_TOTAL_UNITS = {"MWh": "MWh", "therm": "Therm", "MMBtu": "MMBtu"}
_DAILY_UNITS = {"therm": "Therm/d", "MMBtu": "MMBtu/d"}
_LOADS = {"base": "BL", "peak": "PL", "offpeak": "OP", "shaped": "SH"}
_FIVE = Decimal("0.00001")


def text(number: float | None, decimals: int = 5) -> str:
    """Return a number as reports want it: at most ``decimals`` digits after the point, no exponent; "" for None."""
    if number is None:
        return ""
    unit = Decimal(1).scaleb(-decimals)
    return written(Decimal(repr(float(number))).quantize(unit, ROUND_HALF_EVEN))


def day_text(day: date | None) -> str:
    """Return a day in ISO form, "" for None."""
    return "" if day is None else day.isoformat()


def commodity_code(source: Source) -> str:
    """Return EL, NG or LG; "" for what is no wholesale energy product of REMIT."""
    return _ENERGY.get(source.commodity, "")


def is_eu_delivery(source: Source) -> bool:
    """Whether power or gas is delivered in the Union."""
    return bool(commodity_code(source)) and source.place.country in EU


def load_type(source: Source) -> str:
    """Return the load type: gas days for gas, else by profile."""
    return "GD" if source.commodity == "gas" else _LOADS[source.profile]


def duration(source: Source) -> str:
    """Return the length of delivery: D W M Q S Y, O for any other."""
    days = (source.delivery_end - source.delivery_start).days
    first = source.delivery_start.day == 1 and source.delivery_end.day == 1
    months = (source.delivery_end.year - source.delivery_start.year) * 12 + (
        source.delivery_end.month - source.delivery_start.month
    )
    if first:
        return {1: "M", 3: "Q", 6: "S", 12: "Y"}.get(months, "O")
    return {1: "D", 7: "W"}.get(days, "O")


def total_quantity(source: Source) -> tuple[str, str]:
    """Return the volume over the whole delivery and its unit (field 41); "" where the unit has no code."""
    return text(source.total), _TOTAL_UNITS.get(source.total_unit, "")


def capacity(source: Source) -> tuple[str, str]:
    """Return the capacity and its unit (field 40): MW as agreed or on average, gas in other units for each day."""
    if source.quantity_unit == "MW":
        return text(source.quantity), "MW"
    days = (source.delivery_end - source.delivery_start).days
    if source.total_unit in _DAILY_UNITS:
        return text(source.total / days), _DAILY_UNITS[source.total_unit]
    return (text(source.total / source.hours), "MW") if source.hours else ("", "")


def hours_of_load(source: Source) -> tuple[str, str]:
    """Return first and last hour of the daily delivery, local: gas day, peak hours or the whole day."""
    if source.commodity == "gas":
        return "06:00:00", "06:00:00"
    return ("08:00:00", "20:00:00") if source.profile == "peak" else ("00:00:00", "00:00:00")


def code_problems(
    cells: Mapping[str, str], leis: Mapping[str, str], mics: Mapping[str, str]
) -> list[Problem]:
    """Return what is wrong with LEIs (check digits) and venues (unknown); both map paths to field numbers."""
    found = []
    for path, number in leis.items():
        fault = lei_error(cells[path]) if cells.get(path) else ""
        if fault:
            found.append(Problem(number, path, "lei", f"Field {number}: {fault}"))
    for path, number in mics.items():
        mic = cells.get(path, "")
        if mic and mic not in KNOWN_MICS:
            sentence = f"Field {number}: the venue {mic} is not known. Correct the facts of the trade."
            found.append(Problem(number, path, "mic", sentence))
    return found


def order_problem(cells: Mapping[str, str], first: str, last: str, number: str) -> list[Problem]:
    """Return a problem when a period ends before it begins; the paths hold ISO days."""
    begin, end = cells.get(first, ""), cells.get(last, "")
    if begin and end and end < begin:
        sentence = f"Field {number}: the delivery ends on {end}, before it begins on {begin}."
        return [Problem(number, last, "order", sentence)]
    return []
