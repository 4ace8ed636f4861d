"""The standard spreads: crack, spark, clean spark, dark, clean dark, location and calendar.

API: ``STANDARD_SPREADS[code]`` is a `StandardSpread`; ``build(legs, units, fx=..., **parameters)`` writes the formula
for given instruments, with every conversion visible in it, and checks it like a formula of a user.

Efficiencies are higher heating value, MWh of power per MWh of fuel; emission factors are per MWh of fuel, and the clean
spreads divide them by the efficiency.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.core.units import Unit, conversion_factor, parse_unit
from portal.domain.market.errors import BadParameter, FormulaError
from portal.domain.market.spreads import SpreadFormula, parse_formula


@dataclass(frozen=True)
class Parameter:
    """A number of a standard spread that the user may set.

    Attributes
    ----------
    name, unit, meaning : str
        Key, unit of the number, and what it is.
    default : float
        Value used unless told.
    low, high : float
        Range accepted, ends included.
    """

    name: str
    default: float
    unit: str
    meaning: str
    low: float
    high: float


@dataclass(frozen=True)
class StandardSpread:
    """A spread of the market by its name.

    Attributes
    ----------
    code, title : str
        Key and heading.
    words, symbols : str
        The formula in words and in symbols, for the number's passport.
    legs : tuple of str
        Roles to fill with instruments, such as ``product`` and ``crude``.
    parameters : tuple of Parameter
        Numbers that may be set.
    template : str
        Formula with ``{role}`` for an instrument as quoted, ``{role:first}`` for one converted to the unit of the first
        leg (``{role:first~property}`` through a parameter that links the dimensions, where these differ),
        ``{role:tCO2e}`` for an allowance, and ``{parameter}`` for a number with its unit.
    """

    code: str
    title: str
    words: str
    symbols: str
    legs: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    template: str

    def build(
        self,
        legs: Mapping[str, str],
        units: Mapping[str, str | Unit],
        *,
        fx: Mapping[str, str] | None = None,
        **parameters: float,
    ) -> SpreadFormula:
        """Write the formula for given instruments, conversions included, and check it.

        Parameters
        ----------
        legs : mapping of str to str
            Instrument code of each role in ``legs``.
        units : mapping of str to (str or Unit)
            Unit of each instrument.
        fx : mapping of str to str, optional
            Instrument that quotes a rate, by its unit: ``{"USD/EUR": "EURUSD"}``.
        **parameters : float
            Values for `parameters`, defaults for those left out.

        Returns
        -------
        SpreadFormula
            Checked formula in the unit of the first leg.

        Raises
        ------
        BadParameter
            A role is not filled, or a parameter is unknown or out of its range.
        UnitMismatch
            The instruments do not go together in this spread.
        FxRateMissing
            They differ in currency and ``fx`` names no rate.
        """
        missing = [role for role in self.legs if role not in legs]
        if missing:
            raise BadParameter(
                f"{self.title} needs an instrument for {', '.join(missing)}.", name="legs", value=missing
            )
        known = {code: parse_unit(unit) if isinstance(unit, str) else unit for code, unit in units.items()}
        values = self._parameter_texts(parameters)
        anchor = _unit_of(legs[self.legs[0]], known)
        texts = {
            role: _Leg(legs[role], _unit_of(legs[role], known), anchor, fx or {}, values)
            for role in self.legs
        }
        return parse_formula(self.template.format(**texts, **values), known)

    def _parameter_texts(self, given: Mapping[str, float]) -> dict[str, str]:
        unknown = set(given) - {parameter.name for parameter in self.parameters}
        if unknown:
            known = ", ".join(parameter.name for parameter in self.parameters) or "none"
            raise BadParameter(
                f"{self.title} has no parameter {', '.join(sorted(unknown))}; it has {known}.",
                name="parameters",
                value=sorted(unknown),
            )
        texts = {}
        for parameter in self.parameters:
            value = given.get(parameter.name, parameter.default)
            if not parameter.low <= value <= parameter.high:
                raise BadParameter(
                    f"{parameter.meaning} must lie between {parameter.low:g} and {parameter.high:g} {parameter.unit}, "
                    f"not {value:g}.",
                    name=parameter.name,
                    value=value,
                )
            texts[parameter.name] = f"{value!r}[{parameter.unit}]"
        return texts


def _unit_of(code: str, units: Mapping[str, Unit]) -> Unit:
    if code not in units:
        raise FormulaError(
            f"There is no instrument {code}. Choose one from the instrument list.", instrument=code
        )
    return units[code]


def _quoted(code: str) -> str:
    return code if code.isidentifier() else f'"{code}"'


@dataclass(frozen=True)
class _Leg:
    """An instrument in a template; its format specification says what it is converted to."""

    code: str
    unit: Unit
    first: Unit
    fx: Mapping[str, str]
    parameters: Mapping[str, str]

    def __format__(self, wanted: str) -> str:
        text, unit = _quoted(self.code), self.unit
        if not wanted:
            return text
        goal, _, link = wanted.partition("~")
        target = self.first if goal == "first" else parse_unit(f"{self.first.currency}/{goal}")
        text, unit = self._in_currency(text, unit, target)
        if unit.currency and target.currency and unit.currency != target.currency:
            # no rate is known: convert the rest, so that the refusal asks for the rate alone
            target = target * Unit(((unit.currency, 1),)) / Unit(((target.currency, 1),))
        text, unit = self._linked(text, unit, target, link)
        if unit.dimension == target.dimension and not unit.same_as(target):
            text = f"{text} * {float(conversion_factor(unit, target))!r}[{target / unit}]"
        return text

    def _in_currency(self, text: str, unit: Unit, target: Unit) -> tuple[str, Unit]:
        """Apply the instrument that quotes the FX rate, in either direction."""
        given, needed = unit.currency, target.currency
        if not given or not needed or given == needed:
            return text, unit
        ratio = Unit(((needed, 1),)) / Unit(((given, 1),))
        for pair, sign in ((f"{needed}/{given}", "*"), (f"{given}/{needed}", "/")):
            if pair in self.fx:
                return f"{text} {sign} {_quoted(self.fx[pair])}", unit * ratio
        return text, unit

    def _linked(self, text: str, unit: Unit, target: Unit, link: str) -> tuple[str, Unit]:
        """Apply the physical property that leads to the target's dimension, if the dimensions differ."""
        if target.dimension == (unit * parse_unit("t/tCO2e")).dimension:
            return f"{text} * 1[t/tCO2e]", unit * parse_unit(
                "t/tCO2e"
            )  # an allowance is a tonne of CO2e by definition
        if not link or unit.dimension == target.dimension:
            return text, unit
        value = self.parameters[link]
        quality = parse_unit(value[value.index("[") + 1 : -1])
        if (unit * quality).dimension == target.dimension:
            return f"{text} * {value}", unit * quality
        if (unit / quality).dimension == target.dimension:
            return f"{text} / {value}", unit / quality
        return text, unit


_DENSITY = Parameter(
    "density", 7.45, "bbl/t", "Barrels in a tonne of product (used when it is quoted per tonne)", 5.0, 13.0
)
_GAS_EFFICIENCY = Parameter("efficiency", 0.50, "MWh/MWh", "Efficiency of the gas-fired plant", 0.2, 0.7)
_COAL_EFFICIENCY = Parameter("efficiency", 0.38, "MWh/MWh", "Efficiency of the coal-fired plant", 0.2, 0.6)
_GAS_CARBON = Parameter(
    "emission_factor", 0.202, "tCO2e/MWh", "CO2 from burning a MWh of natural gas", 0.0, 1.5
)
_COAL_CARBON = Parameter(
    "emission_factor", 0.341, "tCO2e/MWh", "CO2 from burning a MWh of hard coal", 0.0, 1.5
)
_HEAT = Parameter("heat_content", 6.978, "MWh/t", "Heat in a tonne of coal, 6,000 kcal/kg NAR", 3.0, 9.0)
_GAS = "{gas:first} / {efficiency}"
_COAL = "{coal:first~heat_content} / {efficiency}"
_CARBON = "{emission_factor} / {efficiency} * {carbon:tCO2e}"

# Emission factors: IPCC (2006) Guidelines, volume 2, table 2.2: natural gas 56.1 and other bituminous coal 94.6 kg/GJ.
STANDARD_SPREADS: dict[str, StandardSpread] = {
    spread.code: spread
    for spread in (
        StandardSpread(
            "crack",
            "Crack spread",
            "Price of the product less price of the crude, both in the crude's unit.",
            "C = P k - F",
            ("crude", "product"),
            (_DENSITY,),
            "{product:first~density} - {crude}",
        ),
        StandardSpread(
            "crack_321",
            "3-2-1 crack spread",
            "Two barrels of gasoline and one of distillate less three of crude, a barrel of crude.",
            "C = (2 G k + D k - 3 F) / 3",
            ("crude", "gasoline", "distillate"),
            (_DENSITY,),
            "(2 * {gasoline:first~density} + {distillate:first~density} - 3 * {crude}) / 3",
        ),
        StandardSpread(
            "spark",
            "Spark spread",
            "Power price less the cost of the gas burnt for it.",
            "S = P - G / eta",
            ("power", "gas"),
            (_GAS_EFFICIENCY,),
            "{power} - " + _GAS,
        ),
        StandardSpread(
            "clean_spark",
            "Clean spark spread",
            "Spark spread less the cost of the emission allowances.",
            "S = P - G / eta - e A / eta",
            ("power", "gas", "carbon"),
            (_GAS_EFFICIENCY, _GAS_CARBON),
            "{power} - " + _GAS + " - " + _CARBON,
        ),
        StandardSpread(
            "dark",
            "Dark spread",
            "Power price less the cost of the coal burnt for it.",
            "D = P - K / (h eta)",
            ("power", "coal"),
            (_COAL_EFFICIENCY, _HEAT),
            "{power} - " + _COAL,
        ),
        StandardSpread(
            "clean_dark",
            "Clean dark spread",
            "Dark spread less the cost of the emission allowances.",
            "D = P - K / (h eta) - e A / eta",
            ("power", "coal", "carbon"),
            (_COAL_EFFICIENCY, _HEAT, _COAL_CARBON),
            "{power} - " + _COAL + " - " + _CARBON,
        ),
        StandardSpread(
            "location",
            "Location spread",
            "Price at one place less the price at another, in the unit of the first.",
            "L = A - B",
            ("here", "there"),
            (),
            "{here} - {there:first}",
        ),
        StandardSpread(
            "calendar",
            "Calendar spread",
            "Price of the near delivery less that of the far one.",
            "T = F1 - F2",
            ("near", "far"),
            (),
            "{near} - {far:first}",
        ),
    )
}
