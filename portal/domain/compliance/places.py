"""Where a curve is traded and delivered, and what the kinds of trades are called in compliance.

API: ``Place``, ``place_of(curve)``, ``product_of(...)``, ``PLACES``, ``DCM``, ``OTC_MIC``, ``BILATERAL_MIC``.

Market identifier codes are unverified (the ISO 10383 list was not read); those of :data:`MIC_GROUPS` are the
ones that the rules know.
"""

from dataclasses import dataclass

from portal.domain.portfolio.trade import Kind

MIC_GROUPS = {
    "US": frozenset({"XNYM", "XCME", "IFUS", "NODX"}),
    "EU": frozenset({"NDEX", "XEEE"}),
    "UK": frozenset({"IFEU"}),
    "UAE": frozenset({"IFAD"}),
}
"""Venues by region, unverified."""
DCM = MIC_GROUPS["US"]
"""US futures exchanges (designated contract markets)."""
OFF_VENUE_MIC, OTC_MIC, BILATERAL_MIC = "XOFF", "XXXX", "XBIL"
"""Admitted but dealt off venue; not admitted; a bilateral contract as REMIT writes it."""
COMMODITIES = {
    "crude": "crude",
    "products": "product",
    "gas": "gas",
    "lng": "lng",
    "power": "power",
    "carbon": "emission",
    "coal": "coal",
}
"""Commodity of a curve to that of a case; coal has no code in the rules and is named as it is."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a curve means to the rules.

    Attributes
    ----------
    country, zone : str
        Delivery country (ISO 3166 alpha-2) and zone or hub; "" where nothing is delivered at a place.
    mic : str
        Venue where its listed contracts trade.
    reference_contract : str
        Core referenced contract of 17 CFR 150 that it is linked to, or "".
    instrument : str
        EUA, EUAA or UKA, or "".
    contract, lot : str and float
        Code of the listed contract, and its size in the curve's unit of volume; 0 where it is a power over time.
    delivery_point : str
        EIC of the delivery point or zone, "" where none is known; to be confirmed, only their check characters were
        checked.
    grade, cn : str
        Grade of crude, and heading of the combined nomenclature of oil.
    """

    country: str = ""
    zone: str = ""
    mic: str = ""
    reference_contract: str = ""
    instrument: str = ""
    contract: str = ""
    lot: float = 0.0
    delivery_point: str = ""
    grade: str = ""
    cn: str = ""


PLACES: dict[str, Place] = {
    "BRENT": Place("GB", "SULLOM_VOE", "IFEU", contract="B", lot=1000.0, grade="Brent", cn="2709"),
    "WTI": Place("US", "CUSHING", "XNYM", "CL", contract="CL", lot=1000.0, grade="WTI", cn="2709"),
    "MURBAN": Place("AE", "FUJAIRAH", "IFAD", contract="ADM", lot=1000.0, grade="Murban", cn="2709"),
    "RBOB": Place("US", "NEW_YORK_HARBOR", "XNYM", "RB", contract="RB", lot=42_000.0, cn="2710"),
    "ULSD": Place("US", "NEW_YORK_HARBOR", "XNYM", "HO", contract="HO", lot=42_000.0, cn="2710"),
    "GASOIL": Place("NL", "ARA", "IFEU", contract="G", lot=100.0, cn="2710"),
    "HENRY_HUB": Place("US", "HENRY_HUB", "XNYM", "NG", contract="NG", lot=10_000.0),
    "JKM": Place("JP", "JKM", "IFEU", contract="JKM", lot=10_000.0),
    "TTF": Place("NL", "TTF", "NDEX", contract="TTF", lot=0.0, delivery_point="21YNL----TTF---1"),
    "THE": Place("DE", "THE", "XEEE", contract="THE", delivery_point="37Y005053MH0000R"),
    "NBP": Place("GB", "NBP", "IFEU", contract="NBP", delivery_point="21YGB-UKGASGRIDW"),
    "POWER_DE_LU": Place("DE", "DE-LU", "XEEE", contract="DEB", delivery_point="10Y1001A1001A82H"),
    "POWER_FR": Place("FR", "FR", "XEEE", contract="F7B", delivery_point="10YFR-RTE------C"),
    "POWER_ES": Place("ES", "ES", "XEEE", contract="FEB", delivery_point="10YES-REE------0"),
    "EUA": Place("", "", "XEEE", instrument="EUA", contract="FEUA", lot=1000.0),
    "UKA": Place("", "", "IFEU", instrument="UKA", contract="UKA", lot=1000.0),
    "API2": Place("NL", "ARA", "IFEU", contract="ATW", lot=1000.0, cn="2701"),
}
"""By code of the curve; a peak-load curve has the place of its base-load curve."""


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of trade in the words of the rules."""

    type: str
    is_derivative: bool
    settlement: str
    volume_known: bool = True


_PRODUCTS = {
    Kind.FUTURE: Product("future", True, "cash"),
    Kind.FORWARD_PHYSICAL: Product("forward", False, "physical"),
    Kind.FORWARD_FINANCIAL: Product("forward", True, "cash"),
    Kind.SWAP: Product("swap", True, "cash"),
    Kind.OPTION: Product("option", True, "cash"),
    Kind.ASIAN: Product("option", True, "cash"),
    Kind.SPREAD_OPTION: Product("option", True, "cash"),
    Kind.STORAGE: Product("storage", False, "physical", volume_known=False),
    Kind.SWING: Product("forward", False, "physical", volume_known=False),
}


def place_of(curve: str) -> Place | None:
    """Return the place of a curve by its code; None when the product does not know it."""
    return PLACES.get(curve) or PLACES.get(curve.removesuffix("_PEAK"))


def product_of(kind: Kind, commodity: str, party_kind: str) -> Product:
    """Return what a trade is to the rules.

    Parameters
    ----------
    kind : Kind
        Kind of the trade.
    commodity : str
        In the words of the rules, such as ``emission``.
    party_kind : str
        Kind of the counterparty: an industrial one that takes power or gas is a final customer, so it is supply.

    Returns
    -------
    Product
        Type, whether it is a derivative, settlement.
    """
    found = _PRODUCTS[kind]
    if kind is Kind.FORWARD_PHYSICAL and commodity == "emission":
        return Product("allowance", False, "physical")
    if kind is Kind.FORWARD_PHYSICAL and commodity in ("power", "gas") and party_kind == "industrial":
        return Product("supply", False, "physical")
    if found.is_derivative and party_kind == "exchange" and found.type == "forward":
        return Product("future", True, "cash")
    return found
