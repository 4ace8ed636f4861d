"""What detectors must know of a contract: its tick, the size of a lot, and the zone that its delivery is in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ContractSpec:
    """``tick`` in the unit of the price; ``lot`` in units of volume a lot; ``zone`` as inside information names it."""

    tick: float = 0.01
    lot: float = 1.0
    zone: str = ""


_SPECS = {
    "BRENT": ContractSpec(0.01, 1000.0, "SULLOM_VOE"),
    "WTI": ContractSpec(0.01, 1000.0, "CUSHING"),
    "RBOB": ContractSpec(0.0001, 42_000.0, "NEW_YORK_HARBOR"),
    "ULSD": ContractSpec(0.0001, 42_000.0, "NEW_YORK_HARBOR"),
    "GASOIL": ContractSpec(0.25, 100.0, "ARA"),
    "HENRY_HUB": ContractSpec(0.001, 10_000.0, "HENRY_HUB"),
    "JKM": ContractSpec(0.005, 10_000.0, "JKM"),
    "TTF": ContractSpec(0.005, 730.0, "TTF"),
    "THE": ContractSpec(0.005, 730.0, "THE"),
    "NBP": ContractSpec(0.01, 30_000.0, "NBP"),
    "POWER_DE_LU": ContractSpec(0.01, 730.0, "DE-LU"),
    "POWER_FR": ContractSpec(0.01, 730.0, "FR"),
    "POWER_ES": ContractSpec(0.01, 730.0, "ES"),
    "EUA": ContractSpec(0.01, 1000.0),
    "API2": ContractSpec(0.05, 1000.0, "ARA"),
}
"""By code of the curve; a lot of a month of power or gas is 1 MW for about 730 hours."""


def spec_of(contract: str) -> ContractSpec:
    """Return what is known of a contract; a cent and single lots for one that is not."""
    return _SPECS.get(contract) or _SPECS.get(contract.removesuffix("_PEAK"), ContractSpec())
