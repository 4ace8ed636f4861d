"""Units of prices and quantities: parsing, algebra, and conversion with exact factors.

API: ``parse_unit("USD/bbl") -> Unit``; ``Unit`` multiplies, divides and prints; ``conversion_factor(source, target)``
gives the number to multiply a value with; ``convert(value, source, target, fx=..., via=...)``.

Within one dimension every factor is an exact fraction (1 bbl = 42 gal, 1 MMBtu = 1055.05585262 MJ). Two things are
never assumed: an FX rate between currencies, and a physical property between dimensions (barrels to tonnes, tonnes of
coal to MWh), which must be named from ``NAMED_CONVERSIONS`` or written out. A tonne of CO2e is no tonne of mass.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from portal.core.errors import DomainError
from portal.core.unit_symbols import ALIASES, CURRENCIES, MINOR_CURRENCIES, SYMBOLS, Dimension, resolve_symbol


class UnknownUnit(DomainError):  # noqa: N818 - its branch ends in Error
    """A unit's text cannot be read; ``subject`` holds ``unit``."""

    code: ClassVar[str] = "unknown-unit"


class UnitMismatch(DomainError):  # noqa: N818 - its branch ends in Error
    """Two units measure different things; ``subject`` holds ``source`` and ``target``."""

    code: ClassVar[str] = "unit-mismatch"


class FxRateMissing(DomainError):  # noqa: N818 - its branch ends in Error
    """Two units differ in currency and no rate was given; ``subject`` holds ``source`` and ``target``."""

    code: ClassVar[str] = "fx-rate-missing"


@dataclass(frozen=True)
class Unit:
    """A product of unit symbols with exponents, such as USD^1 bbl^-1.

    Attributes
    ----------
    parts : tuple of (str, int)
        Symbols with their exponents, sorted, none zero. ``Unit(())`` is a plain number.
    """

    parts: tuple[tuple[str, int], ...] = ()

    @property
    def scale(self) -> Fraction:
        """Size in base units (currency, MWh, m3, t, tCO2e, h), exact."""
        size = Fraction(1)
        for symbol, exponent in self.parts:
            size *= SYMBOLS[symbol][0] ** exponent
        return size

    @property
    def dimension(self) -> Dimension:
        """What is measured: base dimensions with exponents, sorted; empty for a plain number."""
        found: dict[str, int] = {}
        for symbol, exponent in self.parts:
            for name, power in SYMBOLS[symbol][1]:
                found[name] = found.get(name, 0) + power * exponent
        return tuple(sorted((name, power) for name, power in found.items() if power))

    @property
    def currency(self) -> str | None:
        """ISO code of the currency in the numerator, or None."""
        return next((name for name, power in self.dimension if power == 1 and name in CURRENCIES), None)

    @property
    def is_number(self) -> bool:
        """Whether this is a plain number, without dimension."""
        return not self.dimension

    def same_as(self, other: "Unit") -> bool:
        """Whether a value means the same in both units (``MWh/MWh`` and ``1``, ``GBX`` and ``GBp``)."""
        return self.dimension == other.dimension and self.scale == other.scale

    def __mul__(self, other: "Unit") -> "Unit":
        return _combine(self, other, 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return _combine(self, other, -1)

    def __str__(self) -> str:
        over = [_powered(symbol, exponent) for symbol, exponent in self._shown() if exponent > 0]
        under = [_powered(symbol, -exponent) for symbol, exponent in self._shown() if exponent < 0]
        return "/".join(["*".join(over) or "1", *under])

    def _shown(self) -> list[tuple[str, int]]:
        """Currencies first, then the rest in order."""
        return sorted(
            self.parts,
            key=lambda part: (part[0] not in CURRENCIES and part[0] not in MINOR_CURRENCIES, part[0]),
        )


NUMBER = Unit()


@dataclass(frozen=True)
class NamedConversion:
    """A physical property that links two dimensions; used only when it is named.

    Attributes
    ----------
    name : str
        Key, such as ``crude_bbl_per_t``.
    factor : Fraction
        Size of the property in ``unit``.
    unit : Unit
        Such as bbl/t.
    meaning : str
        What it is and where the figure comes from.
    """

    name: str
    factor: Fraction
    unit: Unit
    meaning: str


def is_symbol(text: str) -> bool:
    """Whether ``text`` is one unit symbol (or a known spelling of one), such as ``bbl``."""
    return text in SYMBOLS or text in ALIASES


def parse_unit(text: str) -> Unit:
    """Read a unit such as ``USD/bbl``, ``GBp/therm``, ``EUR/MWh``, ``EUR/tCO2e``, ``EUR/MW/h`` or ``index``.

    Parameters
    ----------
    text : str
        Symbols joined by ``/`` and ``*``; case matters only where two symbols differ by case alone. Empty or ``1``
        is a plain number.

    Returns
    -------
    Unit
        The unit; equal spellings give equal units.

    Raises
    ------
    UnknownUnit
        A symbol is not known.

    Examples
    --------
    >>> str(parse_unit("usd / BBL"))
    'USD/bbl'
    """
    cleaned = re.sub(r"\s+per\s+", "/", text.strip())
    if cleaned in {"", "1"}:
        return NUMBER
    unit, sign = NUMBER, 1
    for piece in re.split(r"([/*·])", cleaned):
        if piece in {"/", "*", "·"}:
            sign = -1 if piece == "/" else 1
        elif piece.strip() != "1":
            unit = _combine(unit, _symbol_unit(piece.strip(), text), sign)
    return unit


def conversion_factor(source: Unit | str, target: Unit | str) -> Fraction:
    """Exact number that turns a value in ``source`` into one in ``target``, within one dimension.

    Parameters
    ----------
    source, target : Unit or str
        Units of the same dimension.

    Returns
    -------
    Fraction
        ``value_in_target = factor * value_in_source``.

    Raises
    ------
    UnitMismatch
        The units measure different things.
    FxRateMissing
        They differ in currency only.
    UnknownUnit
        A text is not a unit.

    Examples
    --------
    >>> conversion_factor("USD/gal", "USD/bbl")
    Fraction(42, 1)
    """
    source, target = _as_unit(source), _as_unit(target)
    if source.dimension == target.dimension:
        return source.scale / target.scale
    raise mismatch(source, target)


def convert(
    value: float,
    source: Unit | str,
    target: Unit | str,
    *,
    fx: Mapping[str, float] | None = None,
    via: str | None = None,
) -> float:
    """Turn a value from one unit into another, with an FX rate and a named property where these are needed.

    Parameters
    ----------
    value : float
        Value in ``source``.
    source, target : Unit or str
        Units.
    fx : mapping of str to float, optional
        Rates such as ``{"USD/EUR": 1.08}``: USD for one EUR. Either direction is found.
    via : str, optional
        Name in `NAMED_CONVERSIONS` that links the two dimensions.

    Returns
    -------
    float
        Value in ``target``.

    Raises
    ------
    UnitMismatch
        The units measure different things, also after ``via``; or ``via`` is not known.
    FxRateMissing
        The currencies differ and ``fx`` has no rate for them.

    Examples
    --------
    >>> round(convert(733.0, "USD/t", "USD/bbl", via="crude_bbl_per_t"), 6)
    100.0
    """
    source, target = _as_unit(source), _as_unit(target)
    factor = 1.0
    if source.currency and target.currency and source.currency != target.currency:
        rate, ratio = _fx_rate(source, target, fx or {})
        factor, source = factor * rate, source * ratio
    if via is not None:
        linked, source = _apply_named(source, target, via)
        factor *= linked
    return value * factor * float(conversion_factor(source, target))


def mismatch(source: Unit, target: Unit) -> DomainError:
    """Build the error for two units that do not convert: a missing FX rate, a missing property, or nonsense.

    Parameters
    ----------
    source, target : Unit
        Units of different dimension.

    Returns
    -------
    DomainError
        `FxRateMissing` when only the currency differs, else `UnitMismatch`.
    """
    given, wanted = source.currency, target.currency
    pair = {"source": str(source), "target": str(target)}
    if given and wanted and given != wanted:
        text = f"Converting {source} to {target} needs an FX rate: give {wanted} per {given}."
        if (source * Unit(((wanted, 1),)) / Unit(((given, 1),))).dimension == target.dimension:
            return FxRateMissing(text, **pair)
    names = [f"{c.name} ({float(c.factor):g} {c.unit})" for c in linking_conversions(source, target)]
    hint = f"; name one of the conversions {', '.join(names)}" if names else ""
    return UnitMismatch(f"{source} and {target} measure different things and do not convert{hint}.", **pair)


def linking_conversions(source: Unit, target: Unit) -> tuple[NamedConversion, ...]:
    """Named conversions that lead from one dimension to the other.

    Parameters
    ----------
    source, target : Unit
        Units.

    Returns
    -------
    tuple of NamedConversion
        Those that fit, in alphabetical order.
    """
    gap = (target / source).dimension
    return tuple(
        c
        for _, c in sorted(NAMED_CONVERSIONS.items())
        if gap in {c.unit.dimension, (NUMBER / c.unit).dimension}
    )


def _apply_named(source: Unit, target: Unit, via: str) -> tuple[float, Unit]:
    """Multiply by the named property or by its inverse, whichever leads to the target."""
    conversion = NAMED_CONVERSIONS.get(via)
    if conversion is None:
        known = ", ".join(sorted(NAMED_CONVERSIONS))
        raise UnitMismatch(
            f"There is no conversion named {via!r}; known are {known}.", source=via, target=str(target)
        )
    gap = (target / source).dimension
    if gap == conversion.unit.dimension:
        return float(conversion.factor), source * conversion.unit
    if gap == (NUMBER / conversion.unit).dimension:
        return 1.0 / float(conversion.factor), source / conversion.unit
    raise UnitMismatch(
        f"{via} ({conversion.unit}) does not lead from {source} to {target}.",
        source=str(source),
        target=str(target),
    )


def _fx_rate(source: Unit, target: Unit, fx: Mapping[str, float]) -> tuple[float, Unit]:
    """Rate of the target's currency per source currency, and the unit of that rate."""
    given, wanted = source.currency or "", target.currency or ""
    ratio = Unit(((wanted, 1),)) / Unit(((given, 1),))
    if f"{wanted}/{given}" in fx:
        return fx[f"{wanted}/{given}"], ratio
    if f"{given}/{wanted}" in fx:
        return 1.0 / fx[f"{given}/{wanted}"], ratio
    raise FxRateMissing(
        f"Converting {source} to {target} needs an FX rate: give {wanted} per {given}.",
        source=str(source),
        target=str(target),
    )


def _as_unit(unit: Unit | str) -> Unit:
    return unit if isinstance(unit, Unit) else parse_unit(unit)


def _symbol_unit(symbol: str, text: str) -> Unit:
    """The unit of one symbol; a spelling that differs by case counts when only one symbol is meant."""
    name, _, power = symbol.partition("^")
    meant = resolve_symbol(name)
    if len(meant) != 1 or (power and not power.isdigit()):
        either = f" It could be {' or '.join(meant)}." if meant else ""
        raise UnknownUnit(
            f"{symbol!r} in {text!r} is not a known unit.{either} Write for instance USD/bbl, EUR/MWh or GBp/therm.",
            unit=text,
            symbol=symbol,
        )
    return Unit(((meant[0], int(power or 1)),))


def _combine(left: Unit, right: Unit, sign: int) -> Unit:
    exponents = dict(left.parts)
    for symbol, exponent in right.parts:
        exponents[symbol] = exponents.get(symbol, 0) + sign * exponent
    return Unit(tuple(sorted((symbol, power) for symbol, power in exponents.items() if power)))


def _powered(symbol: str, exponent: int) -> str:
    return symbol if exponent == 1 else f"{symbol}^{exponent}"


def _named(name: str, factor: str, unit: str, meaning: str) -> tuple[str, NamedConversion]:
    return name, NamedConversion(name, Fraction(factor), parse_unit(unit), meaning)


# Conventions of the markets, not physics of a cargo: the contract's own factor goes first.
NAMED_CONVERSIONS: dict[str, NamedConversion] = dict(
    [
        _named(
            "crude_bbl_per_t", "7.33", "bbl/t", "Average crude oil, BP/Energy Institute statistical review"
        ),
        _named("gasoil_bbl_per_t", "7.45", "bbl/t", "ICE low sulphur gasoil futures, density convention"),
        _named("gasoline_bbl_per_t", "8.33", "bbl/t", "Eurobob gasoline swaps, density convention"),
        _named("jet_bbl_per_t", "7.88", "bbl/t", "Jet kerosene swaps, density convention"),
        _named("naphtha_bbl_per_t", "8.9", "bbl/t", "Naphtha swaps, density convention"),
        _named("fuel_oil_bbl_per_t", "6.35", "bbl/t", "Fuel oil swaps, density convention"),
        _named(
            "api2_mwh_per_t", "6.978", "MWh/t", "Steam coal 6,000 kcal/kg NAR (25.12 GJ/t), API2 and API4"
        ),
        _named(
            "boe_mmbtu_per_bbl", "5.8", "MMBtu/bbl", "Barrel of oil equivalent, US IRS and EIA convention"
        ),
        _named("lng_mmbtu_per_t", "52", "MMBtu/t", "Average LNG, higher heating value"),
    ]
)
