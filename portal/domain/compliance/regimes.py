"""Which regimes a set of facts falls under; regimes add up and never exclude each other.

API: ``detect(facts)``, ``is_region_known(facts)``, ``counted_capacity(facts)``.

Detection takes what it finds: a fact that is missing decides nothing for its regime and does not stop the others.
The rules RG-01 to RG-08 show the same questions one by one, with the facts that each needs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.domain.compliance import areas

NETWORK_ENERGY = frozenset({"power", "gas", "lng"})
REFERENCE_CONTRACTS = frozenset({"NG", "CL", "HO", "RB"})
ADNOC_GRADES = frozenset({"murban", "upper zakum", "das", "umm lulu"})
EU_ALLOWANCES = frozenset({"EUA", "EUAA"})
FINAL_CUSTOMER_GWH = 600.0  # Reg. 1227/2011 Art. 2(4) and (5): single plants below it, and the sum above it
_ETS_ACTIVITIES = frozenset({"electricity_generation", "industry", "aviation"})
_REPORTS = {
    "REMIT": "EU-REMIT", "EMIR": "EU-EMIR", "FERC": "US-FERC", "CFTC": "US-CFTC", "MIFID": "EU-MIFID",
    "EU-ETS": "EU-ETS", "UK-ETS": "UK-ETS", "GY": "GY-PETROLEUM",
}  # fmt: skip
_KEYS = {
    "ancillary": "EU-MIFID", "mifid_limit": "EU-MIFID", "emir": "EU-EMIR", "guyana": "GY-PETROLEUM",
    "local_content": "GY-PETROLEUM", "entitlement": "GY-PETROLEUM", "domestic_call": "GY-PETROLEUM",
    "seller": "US-FERC", "hub": "US-FERC", "nominated": "ME-ADNOC", "osp": "ME-ADNOC", "screen": "SHARIAH",
}  # fmt: skip
"""Facts that only one regime asks for."""
_EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class _Deal:
    """What detection looks at of a trade, an order or a contract."""

    commodity: str
    type: str
    is_derivative: bool
    settlement: str
    country: str
    zone: str
    regas: str
    mic: str
    instrument: str
    reference: str
    grade: str
    origin: str
    is_swap: bool


def detect(facts: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes of all regimes that ``facts`` fall under; GLOBAL always (RG-01 to RG-08)."""
    deal = _read(facts)
    parties = facts.get("parties") or ()
    found = {"GLOBAL"}
    if _is_us_derivative(deal, parties):
        found.add("US-CFTC")
    if deal.settlement == "physical" and deal.commodity in ("power", "gas") and deal.country == "US":
        found.add("US-FERC")
    _add_remit(found, deal, facts)
    _add_allowances(found, deal, facts)
    _add_derivatives(found, deal, parties)
    if deal.grade.lower() in ADNOC_GRADES or deal.mic in areas.UAE_VENUES or deal.country == "AE":
        found.add("ME-ADNOC")
    if "GY" in (deal.origin, deal.country):
        found.add("GY-PETROLEUM")
    if _map(facts, "account").get("shariah") is True:
        found.add("SHARIAH")
    _add_other_kinds(found, facts)
    return frozenset(found)


def is_region_known(facts: Mapping[str, Any]) -> bool:
    """Tell whether a trade names any place, venue, grade, origin or instrument (RG-08)."""
    trade = _map(facts, "trade")
    venue = _map(trade, "venue")
    return bool(
        any(trade.get(key) for key in ("delivery", "zone", "grade", "origin", "instrument"))
        or venue.get("mic")
        or venue.get("type")
        or any(_map(party).get("country") for party in facts.get("parties") or ())
    )


def counted_capacity(facts: Mapping[str, Any]) -> float | None:
    """Return the yearly consumption capacity (GWh) of a final customer that counts; None when there is no customer.

    A plant below 600 GWh counts only together with another plant of the same market (Reg. 1227/2011 Art. 2(5)).
    A plant whose capacity is not known does not count.
    """
    if not isinstance(facts.get("final_customer"), Mapping):
        return None
    plants = [_map(plant) for plant in facts["final_customer"].get("plants") or ()]
    in_market = Counter(plant.get("market") for plant in plants)
    return float(
        sum(
            plant.get("capacity_gwh") or 0.0
            for plant in plants
            if (plant.get("capacity_gwh") or 0.0) >= FINAL_CUSTOMER_GWH or in_market[plant.get("market")] > 1
        )
    )


def _map(node: object, key: str = "") -> Mapping[str, Any]:
    found = node.get(key) if key and isinstance(node, Mapping) else node
    return found if isinstance(found, Mapping) else _EMPTY


def _text(node: Mapping[str, Any], key: str) -> str:
    found = node.get(key)
    return found if isinstance(found, str) else ""


def _read(facts: Mapping[str, Any]) -> _Deal:
    """Read the deal of a case: its trade, else its order, else its contract, else what stands at the top."""
    deal = _map(facts, "trade") or _map(facts, "order") or _map(facts, "contract") or _map(facts, "event")
    product, delivery, venue = _map(deal, "product"), _map(deal, "delivery"), _map(deal, "venue")
    zone = _text(delivery, "zone") or _text(deal, "zone") or _text(facts, "zone")
    country = _text(delivery, "country").upper() or areas.country_of_zone(zone)
    instrument = _text(deal, "instrument")
    underlying = _text(product, "underlying")
    if not instrument and underlying in ("EUA", "EUAA", "UKA"):
        instrument = underlying
    kind = _text(product, "type")
    return _Deal(
        commodity=_text(deal, "commodity") or _text(facts, "commodity"), type=kind,
        is_derivative=product.get("is_derivative") is True, settlement=_text(deal, "settlement"),
        country=country or areas.country_of_zone(underlying), zone=zone,
        regas=_text(deal, "regas_country").upper(), mic=_text(venue, "mic") or _text(facts, "market"),
        instrument=instrument,
        reference=_text(product, "reference_contract") or _text(deal, "contract") or _text(facts, "contract"),
        grade=_text(deal, "grade"), origin=_text(deal, "origin").upper(), is_swap=kind == "swap",
    )  # fmt: skip


def _is_us_derivative(deal: _Deal, parties: Iterable[Any]) -> bool:
    return (
        deal.mic in areas.US_VENUES
        or deal.reference in REFERENCE_CONTRACTS
        or (deal.is_swap and any(_map(party).get("us_person") is True for party in parties))
    )


def _add_remit(found: set[str], deal: _Deal, facts: Mapping[str, Any]) -> None:
    if deal.commodity not in NETWORK_ENERGY:
        return
    if deal.commodity != "lng" and areas.in_great_britain(deal.country, deal.zone):
        found.add("UK-REMIT")
    if not _is_in_union(deal):
        return
    capacity = None if deal.is_derivative else counted_capacity(facts)
    if capacity is None or capacity > FINAL_CUSTOMER_GWH:
        found.add("EU-REMIT")


def _is_in_union(deal: _Deal) -> bool:
    """Tell whether power or gas is delivered in the Union, can be by coupling, or is traded there as a derivative."""
    if deal.country in areas.UNION or deal.regas in areas.UNION:
        return True
    if deal.is_derivative:
        return not deal.country and deal.mic in areas.EU_VENUES
    if deal.commodity != "power":
        return False
    return deal.country in areas.COUPLED_POWER or (
        deal.country in areas.UNITED_KINGDOM and areas.in_northern_ireland(deal.zone)
    )


def _add_allowances(found: set[str], deal: _Deal, facts: Mapping[str, Any]) -> None:
    if deal.instrument in EU_ALLOWANCES:
        found.update(("EU-ETS", "EU-MIFID"))
    elif deal.instrument == "UKA":
        found.add("UK-ETS")
    activity = _text(facts, "activity")
    if facts.get("kind") != "installation" and activity not in _ETS_ACTIVITIES:
        return
    country, region = _text(facts, "country").upper(), _text(facts, "region").upper()
    if country in areas.ETS_STATES:
        found.add("EU-ETS")
    elif country in areas.UNITED_KINGDOM:
        # a power plant of Northern Ireland is in the EU scheme; what it does must be known to say so
        if region != "NI" or (activity and activity != "electricity_generation"):
            found.add("UK-ETS")
        elif activity:
            found.add("EU-ETS")
    elif not country and _text(facts, "scheme") in ("EU", "UK"):
        found.add(f"{_text(facts, 'scheme')}-ETS")


def _add_derivatives(found: set[str], deal: _Deal, parties: Iterable[Any]) -> None:
    if deal.mic in areas.UK_VENUES:
        found.add("UK-MAR")
    if not deal.is_derivative:
        return
    if deal.mic in areas.EU_VENUES:
        found.add("EU-MIFID")
    countries = {_text(_map(party), "country").upper() for party in parties}
    if not countries.isdisjoint(areas.UNION):
        found.add("EU-EMIR")
    if not countries.isdisjoint(areas.UNITED_KINGDOM):
        found.add("UK-EMIR")


def _add_other_kinds(found: set[str], facts: Mapping[str, Any]) -> None:
    """Add the regimes of positions, flows, reports, events and parties, which are no deals."""
    if facts.get("kind") not in ("trade", "order"):
        found.update(regime for key, regime in _KEYS.items() if key in facts)
    report = _text(facts, "report_type")
    if report:
        found.update(regime for start, regime in _REPORTS.items() if report.startswith(start))
    for key in ("fills", "own_fills", "resting_orders"):
        if any(_map(item).get("contract") in REFERENCE_CONTRACTS for item in facts.get(key) or ()):
            found.add("US-CFTC")
    event = _map(facts, "event")
    if event:
        _add_events(found, event)


def _add_events(found: set[str], event: Mapping[str, Any]) -> None:
    country = _text(event, "country").upper() or areas.country_of_zone(_text(event, "zone"))
    if country in areas.UNION:
        found.add("EU-REMIT")
    elif areas.in_great_britain(country, event.get("zone")):
        found.add("UK-REMIT")
    if _text(event, "instrument") in ("UKA", "UK_FUTURE"):
        found.add("UK-MAR")
    kind = _text(event, "type")
    if kind == "eua_inside_information":
        found.update(("EU-ETS", "EU-MIFID"))
    elif kind.startswith("cftc") or kind == "special_call":
        found.add("US-CFTC")
