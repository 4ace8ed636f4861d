"""How many decimals a price is read with; trading screens quote each unit at its own tick."""

_DECIMALS = {"gal": 4, "MMBtu": 3, "therm": 2}


def price_decimals(unit: str) -> int:
    """Return the decimals of a price in ``unit`` (such as ``USD/gal``): 4 by the gallon, 3 by the MMBtu, else 2."""
    return _DECIMALS.get(unit.rpartition("/")[2], 2)
