"""Allowance position: what each installation owes, holds and is due, by scheme; a layout of our own."""

from datetime import date
from typing import Any, Protocol

from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, register
from portal.domain.compliance.reports.tree import Simple
from portal.domain.compliance.reports.values import written

_NUMBER = Simple("decimal", base="decimal")
_DAY = Simple("date", base="date")
_DECEMBERS = (0, 1, 2, 3)  # years from that of the report


class AllowancePosition(Protocol):
    """What one row is made of; days are local, amounts in t of CO2 equivalent."""

    as_of: date
    scheme: str
    unit: str
    facts: dict[str, Any]
    code: str
    name: str
    year: int
    holdings: float
    shortfall: float
    secured: float
    due: date
    price: float | None
    currency: str
    penalty: float
    deliveries: dict[date, float]


def scope(_source: AllowancePosition) -> str:
    """Every installation belongs in."""
    return ""


def build(source: AllowancePosition) -> dict[str, str]:
    """Return the cells of one installation in one year."""
    facts = source.facts
    free = facts.get("free_allocation") or {}
    emitted = facts.get("verified_emissions_t")
    by_year = dict.fromkeys(_DECEMBERS, 0.0)
    for month, tonnes in source.deliveries.items():
        by_year[month.year - source.as_of.year] = by_year.get(month.year - source.as_of.year, 0.0) + tonnes
    numbered = {f"deliveries_year_{ahead}_t": _text(by_year[ahead]) for ahead in _DECEMBERS}
    covered = source.holdings + source.secured
    return {
        "as_of": written(source.as_of),
        "scheme": source.scheme,
        "unit": source.unit,
        "account_id": str(facts.get("account_id") or ""),
        "account_type": str(facts.get("account_type") or ""),
        "entity_lei": str(facts.get("entity_lei") or ""),
        "installation_id": source.code,
        "installation_name": source.name,
        "year": str(source.year),
        "registry_holdings_t": _text(source.holdings),
        **numbered,
        "free_allocation_expected_t": _text(free.get("expected")),
        "free_allocation_received_t": _text(free.get("received")),
        "verified_emissions_t": _text(emitted),
        "surrendered_t": _text(facts.get("surrendered")),
        "shortfall_t": _text(source.shortfall),
        "surrender_due": written(source.due),
        "days_to_deadline": str((source.due - source.as_of).days),
        "secured_before_deadline_t": _text(source.secured),
        "cover_ratio": _text(round(covered / source.shortfall, 4)) if source.shortfall else "",
        "price": _text(source.price),
        "value_of_holdings": _text(
            None if source.price is None else round(source.price * source.holdings, 2)
        ),
        "penalty_if_not_covered": _text(round(max(source.shortfall - covered, 0.0) * source.penalty, 2)),
        "currency": source.currency,
    }


def _text(value: float | None) -> str:
    return "" if value is None else written(float(value))


_WORDS = Simple("text", max_length=200)
_FACTS = "installation_years.facts"
_AHEAD = ("this year", "next year", "in two years", "in three years")
FIELDS = (
    Field("1", "as_of", "As of", "clock of the report", type=_DAY, required=True),
    Field("2", "scheme", "Scheme", "installation_years.scheme", "as it is", Simple("scheme", enum=("EU", "UK")), True),
    Field("3", "unit", "Unit", "scheme", "EU -> EUA, UK -> UKA", Simple("unit", enum=("EUA", "EUAA", "UKA")), True),
    Field("4", "account_id", "Registry account", f"{_FACTS}: account_id", type=_WORDS, required=True),
    Field("5", "account_type", "Type of account", f"{_FACTS}: account_type", type=_WORDS),
    Field("6", "entity_lei", "LEI of the operator", f"{_FACTS}: entity_lei", type=_WORDS),
    Field("7", "installation_id", "Installation", "installation_years.code", type=_WORDS, required=True),
    Field("8", "installation_name", "Name", "installation_years.name", type=_WORDS),
    Field("9", "year", "Year", "installation_years.year", "as it is", Simple("year", base="integer"), True),
    Field("10", "registry_holdings_t", "Holdings in the registry", f"{_FACTS}: holdings", "t", _NUMBER, True),
    *(
        Field(
            str(11 + ahead), f"deliveries_year_{ahead}_t", f"Futures and forwards {_AHEAD[ahead]}",
            "portfolio_positions of the unit's curve", "net t of all books by year of delivery", _NUMBER,
        )
        for ahead in _DECEMBERS
    ),
    Field("15", "free_allocation_expected_t", "Free allocation expected", _FACTS, "t", _NUMBER),
    Field("16", "free_allocation_received_t", "Free allocation received", _FACTS, "t", _NUMBER),
    Field("17", "verified_emissions_t", "Verified emissions", _FACTS, "t", _NUMBER),
    Field("18", "surrendered_t", "Surrendered", _FACTS, "t", _NUMBER),
    Field("19", "shortfall_t", "Shortfall", "fields 17 and 18", "max(emissions - surrendered, 0)", _NUMBER, True),
    Field("20", "surrender_due", "Surrender due", "parameter surrender_due", "of the next year", _DAY, True),
    Field("21", "days_to_deadline", "Days to the deadline", "fields 1 and 20", "days", Simple("d", base="integer")),
    Field(
        "22", "secured_before_deadline_t", "Secured before the deadline", "portfolio_positions",
        "deliveries before it, by share of the shortfall", _NUMBER,
    ),
    Field("23", "cover_ratio", "Cover ratio", "fields 10, 19, 22", "(10 + 22) / 19, if 19 > 0", _NUMBER),
    Field("24", "price", "Price", "price_bars: newest settle of the unit", "for each t", _NUMBER),
    Field("25", "value_of_holdings", "Value of the holdings", "fields 10 and 24", "10 x 24, two decimals", _NUMBER),
    Field(
        "26", "penalty_if_not_covered", "Penalty if not covered", "fields 10, 19, 22; parameter penalty",
        "(19 - 10 - 22) x penalty, without its rise by the price index", _NUMBER,
    ),
    Field("27", "currency", "Currency", "scheme", "EU -> EUR, UK -> GBP", Simple("money", enum=("EUR", "GBP"))),
)  # fmt: skip

LAYOUT = register(
    Layout(
        kind="ets-position",
        title="Allowance position (EU and UK ETS)",
        regime="EU-ETS",
        law="Directive 2003/87/EC Art. 12(3), 14(3), 16(3); SI 2020/1265; a layout of our own",
        rule="EU-ET-02",
        version="house 1",
        media=Media.CSV,
        fields=FIELDS,
        gather=Gather.ALLOWANCES,
        scope=scope,
        build=build,
        trust="P",
        note="A house layout: no regulator prescribes it. The penalty is without its rise by the price index.",
        every="month",
        deadline="EU: 30 September of the year after the emissions; UK: 30 April",
    )
)
