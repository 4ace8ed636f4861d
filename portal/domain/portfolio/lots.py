"""Contract sizes: what one lot of a curve's future is, and quantities brought into the unit in which a trade is kept.

API: ``LOTS``, ``quantity_in(quantity, unit, curve) -> (quantity, unit)``.
"""

from collections.abc import Mapping

from portal.core.errors import DomainError
from portal.core.units import UnitMismatch, UnknownUnit, conversion_factor, parse_unit
from portal.domain.portfolio.curve_facts import CurveFacts
from portal.domain.portfolio.terms import CAPACITY_UNIT

# ICE, NYMEX and EEX contract specifications. UK gas is left out: its lot is 1,000 therms for each day of the month.
LOTS: Mapping[str, tuple[float, str]] = {
    "BRENT": (1_000.0, "bbl"),
    "WTI": (1_000.0, "bbl"),
    "RBOB": (42_000.0, "gal"),
    "ULSD": (42_000.0, "gal"),
    "GASOIL": (100.0, "t"),
    "HENRY_HUB": (10_000.0, "MMBtu"),
    "JKM": (10_000.0, "MMBtu"),
    "TTF": (1.0, CAPACITY_UNIT),
    "THE": (1.0, CAPACITY_UNIT),
    "API2": (1_000.0, "t"),
    "EUA": (1_000.0, "t"),
}
"""Size and unit of one lot by curve; MW is held through the hours of each month."""

_LOT_WORDS = frozenset({"lot", "lots", "contract", "contracts"})


class UnknownQuantity(DomainError):  # noqa: N818 - its branch ends in Error
    """A quantity's unit is not known, or does not fit the curve; the message says which do."""

    code = "quantity-unit"


def lot_of(curve: CurveFacts) -> tuple[float, str] | None:
    """The contract size of a curve.

    Parameters
    ----------
    curve : CurveFacts
        Curve.

    Returns
    -------
    tuple of (float, str) or None
        Size and unit of one lot; None where it is not known. A lot of power is one MW.
    """
    return (1.0, CAPACITY_UNIT) if curve.commodity == "power" else LOTS.get(curve.code)


def quantity_in(quantity: float, unit: str, curve: CurveFacts) -> tuple[float, str]:
    """Bring a quantity into MW or the volume unit of its curve.

    Parameters
    ----------
    quantity : float
        As written.
    unit : str
        ``lots``, a unit of power, or one of the dimension of the curve's volume.
    curve : CurveFacts
        Curve.

    Returns
    -------
    tuple of (float, str)
        Quantity and ``MW`` or the volume unit of the curve, by exact factors.

    Raises
    ------
    UnknownQuantity
        The unit is not known, is no lot of this curve, or measures something else.

    Examples
    --------
    >>> quantity_in(3.0, "lots", CurveFacts("BRENT", "crude", "USD/bbl", "USD"))
    (3000.0, 'bbl')
    """
    if unit.strip().lower() in _LOT_WORDS:
        return _from_lots(quantity, curve)
    try:
        given = parse_unit(unit)
    except UnknownUnit as problem:
        raise UnknownQuantity(f"The unit {unit!r} is not known. {_advice(curve)}", unit=unit) from problem
    if given.dimension == parse_unit(CAPACITY_UNIT).dimension:
        return quantity * float(conversion_factor(given, CAPACITY_UNIT)), CAPACITY_UNIT
    if curve.commodity == "carbon" and given.dimension == parse_unit("tCO2e").dimension:
        given = given / parse_unit("tCO2e") * parse_unit(curve.volume_unit)
    try:
        factor = conversion_factor(given, curve.volume_unit)
    except (UnitMismatch, UnknownUnit) as problem:
        words = f"{unit} does not fit {curve.code}, which is priced in {curve.unit}. {_advice(curve)}"
        raise UnknownQuantity(words, unit=unit) from problem
    return quantity * float(factor), curve.volume_unit


def _from_lots(quantity: float, curve: CurveFacts) -> tuple[float, str]:
    lot = lot_of(curve)
    if lot is None:
        raise UnknownQuantity(
            f"The contract size of {curve.code} is not known, so lots mean nothing. {_advice(curve)}",
            unit="lots",
        )
    size, unit = lot
    if unit != CAPACITY_UNIT:
        size, unit = size * float(conversion_factor(unit, curve.volume_unit)), curve.volume_unit
    return quantity * size, unit


def _advice(curve: CurveFacts) -> str:
    choices = [curve.volume_unit]
    if curve.commodity in ("power", "gas"):
        choices.append(CAPACITY_UNIT)
    if lot_of(curve) is not None:
        choices.append("lots")
    return f"Write the quantity in {' or '.join(choices)}."
