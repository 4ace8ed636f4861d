"""Who the demo desk deals with, and who deals: names that nobody could take for real ones."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PartySpec:
    """A row of ``counterparties``; none has an LEI, since none exists."""

    code: str
    name: str
    kind: str
    country: str
    rating: str | None


PARTIES = (
    PartySpec("FABLE_X", "Fable Exchange and Clearing (fictitious)", "exchange", "NL", "AA"),
    PartySpec("MIRAGE_X", "Mirage Futures Clearing House (fictitious)", "exchange", "GB", "AA-"),
    PartySpec("NIMBUS_X", "Nimbus Power Clearing (fictitious)", "exchange", "DE", "AA"),
    PartySpec("MUSTERSTADT", "Stadtwerke Musterstadt (fictitious)", "utility", "DE", "A-"),
    PartySpec("EXEMPLE", "Exemple Électricité (fictitious)", "utility", "FR", "A"),
    PartySpec("ANYBANK", "Anybank Commodities (fictitious)", "bank", "GB", "A+"),
    PartySpec("JANE_DOE", "Jane Doe and Sons Bank (fictitious)", "bank", "US", "A"),
    PartySpec("NOWHERE", "Nowhere Trading House (fictitious)", "trader", "CH", "BBB-"),
    PartySpec("MAKEBELIEVE", "Make-Believe Merchants (fictitious)", "trader", "SG", None),
    PartySpec("ATLANTIS", "Atlantis Upstream (fictitious)", "producer", "NO", "BBB+"),
    PartySpec("UNICORN", "Unicorn Steel Works (fictitious)", "industrial", "DE", "BB+"),
    PartySpec("DRAGON", "Dragon Glass and Chemicals (fictitious)", "industrial", "FR", "BBB"),
)

# Who takes the other side, by kind of trade: kind of counterparty and its share.
PARTNERS = {
    "future": {"exchange": 1.0},
    "forward_physical": {"utility": 0.36, "producer": 0.18, "industrial": 0.26, "trader": 0.20},
    "forward_financial": {"bank": 0.40, "trader": 0.32, "utility": 0.20, "exchange": 0.08},
    "swap": {"bank": 0.60, "trader": 0.25, "industrial": 0.15},
    "option": {"exchange": 0.55, "bank": 0.30, "trader": 0.15},
    "asian": {"bank": 0.60, "trader": 0.15, "industrial": 0.25},
    "spread_option": {"bank": 0.55, "trader": 0.30, "utility": 0.15},
    "storage": {"producer": 0.5, "utility": 0.5},
    "swing": {"producer": 0.5, "utility": 0.3, "industrial": 0.2},
}
# Clearing houses by the first word of the curve; the others clear at FABLE_X.
CLEARED_BY = {
    "POWER": "NIMBUS_X",
    "EUA": "NIMBUS_X",
    "BRENT": "MIRAGE_X",
    "GASOIL": "MIRAGE_X",
    "API2": "MIRAGE_X",
}

TRADERS = {
    "OIL_CRUDE": ("Henrik Aalto", "Farah Nasser"),
    "OIL_PRODUCTS": ("Farah Nasser", "Luca Moretti"),
    "GAS_EU": ("Tomas Berg", "Ingrid Solheim"),
    "GAS_LNG": ("Tomas Berg", "Wei Lin Tan"),
    "POWER_DE": ("Tomas Berg", "Katrin Vogel"),
    "POWER_FR": ("Margaux Petit", "Katrin Vogel"),
    "POWER_SPREADS": ("Katrin Vogel", "Margaux Petit"),
    "CARBON_EUA": ("Piotr Zielinski",),
    "CARBON_COAL": ("Piotr Zielinski", "Henrik Aalto"),
}
"""Traders by book; Tomas Berg is the demo account ``trader``."""

ENTERED_BY, APPROVED_BY, MATURED_BY = "operations", "risk", "system"
"""Accounts that record, approve and close trades in the demo."""
LIMITS_BY = "Demo desk"
"""Who set the position limits of the demo; limits of anybody else stay when it is removed."""
