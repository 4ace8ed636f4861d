"""How many decimals a figure is read with; trading screens quote each unit at its own tick."""

_DECIMALS = {"gal": 4, "MMBtu": 3, "therm": 2}
_VOLUME_DECIMALS = {"TWh": 3, "GWh": 1, "MW": 1}
_WHOLE = frozenset({"EUR", "MWh", "boe", "bbl", "gal", "MMBtu", "therm", "t", "t CO₂"})


def price_decimals(unit: str) -> int:
    """Return the decimals of a price in ``unit`` (such as ``USD/gal``): 4 by the gallon, 3 by the MMBtu, else 2."""
    return _DECIMALS.get(unit.rpartition("/")[2], 2) if "/" in unit else volume_decimals(unit)


def volume_decimals(unit: str) -> int:
    """Return the decimals of an amount in ``unit``: none of EUR, barrels, tonnes, MWh, more of large units, else 2."""
    return 0 if unit in _WHOLE else _VOLUME_DECIMALS.get(unit, 2)
