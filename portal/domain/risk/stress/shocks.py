"""Shocks of a stress scenario: what moves, by how much, for which curves and months, and in which order.

API: ``Shock``, ``Layer``, ``Scenario``, ``combined(...)``, ``scaled(...)``.

Layers apply one after the other, each to what the one before left. Within a layer the order is that of ``Factor``:
prices, slopes, seasons, volatilities, correlations, exchange rates, zero rates.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite

from portal.domain.market.errors import BadParameter

LAST_TENOR = 240
MOST_SHOCKS = 60
ALL = "all"


class Factor(StrEnum):
    """What a shock moves; also the order within a layer."""

    PRICE = "price"
    SLOPE = "slope"
    SEASON = "season"
    VOL = "vol"
    CORRELATION = "correlation"
    FX = "fx"
    RATE = "rate"


class Measure(StrEnum):
    """How the size of a shock is meant."""

    RELATIVE = "relative"  # share of the level, 0.1 is 10 %; of a price below zero, of its amount
    ABSOLUTE = "absolute"  # in the unit of the factor; a volatility in points, a zero rate in decimals a year


class Months(StrEnum):
    """Which delivery months of a curve are meant."""

    ALL = "all"
    WINTER = "winter"  # October to March
    SUMMER = "summer"  # April to September


ORDER = tuple(Factor)
_CURVED = frozenset({Factor.PRICE, Factor.SLOPE, Factor.SEASON, Factor.VOL})
_RELATIVE_ALONE = frozenset({Factor.CORRELATION, Factor.FX})


@dataclass(frozen=True, slots=True)
class Shock:
    """One move of one kind of factor.

    Attributes
    ----------
    factor : Factor
        What moves.
    scope : str
        Codes of curves, zones of power (``DE_LU``: base and peak) or commodities, joined by commas; currencies for
        exchange and zero rates; two scopes joined by a colon for correlations; ``all``.
    size : float
        How far, in terms of ``measure``. A slope moves the first month by half of it and the last by minus half, on a
        straight line; a season moves winter months by half and summer months by minus half. A correlation goes this
        share of the way to ``target``.
    measure : Measure
        Relative or absolute. Correlations and exchange rates are relative, zero rates absolute.
    first, last : int
        Months ahead of the month of the valuation day; 0 is the month in delivery.
    months : Months
        Restriction to winter or summer.
    floor : float or None
        Lowest volatility afterwards, in points.
    target : float
        Of a correlation: 1, 0 or -1.
    nodes : tuple of (int, float)
        Sizes by months ahead, instead of ``size``: straight lines between, held at both ends.
    """

    factor: Factor
    scope: str
    size: float
    measure: Measure = Measure.RELATIVE
    first: int = 0
    last: int = LAST_TENOR
    months: Months = Months.ALL
    floor: float | None = None
    target: float = 1.0
    nodes: tuple[tuple[int, float], ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        BadParameter
            A size is not a number or beyond its bounds, or months, floor or target cannot be.
        """
        _check_size(self)
        _check_span(self)
        _check_extras(self)

    @property
    def name(self) -> str:
        """The shock in two words, for messages."""
        return f"{self.factor.value} {self.scope}"


def _refuse(shock: Shock, sentence: str, name: str, value: object) -> None:
    raise BadParameter(f"The shock '{shock.name}' {sentence}", name=name, value=value)


def _check_size(shock: Shock) -> None:
    sizes = [shock.size, *(size for _, size in shock.nodes)]
    if not all(isfinite(size) for size in sizes):
        _refuse(shock, "has a size that is not a number. State a size, such as +25%.", "size", shock.size)
    if shock.factor in _RELATIVE_ALONE and shock.measure is not Measure.RELATIVE:
        _refuse(shock, "has to be a percentage.", "measure", shock.measure.value)
    if shock.factor is Factor.RATE and shock.measure is not Measure.ABSOLUTE:
        _refuse(shock, "has to be in basis points, such as +100bp.", "measure", shock.measure.value)
    if shock.factor is Factor.RATE and abs(shock.size) > 1.0:
        _refuse(
            shock,
            "moves rates by more than 100 points. State basis points, such as +100bp.",
            "size",
            shock.size,
        )
    bounded = shock.factor in (Factor.VOL, Factor.FX) and shock.measure is Measure.RELATIVE
    if bounded and min(sizes) <= -1.0:
        _refuse(shock, "takes away 100 % or more, which leaves nothing. Choose less.", "size", min(sizes))
    if shock.factor is Factor.CORRELATION and not 0.0 <= shock.size <= 1.0:
        _refuse(shock, "goes a share of the way to its target. State 0 to 100 %.", "size", shock.size)


def _check_span(shock: Shock) -> None:
    if not 0 <= shock.first <= shock.last <= LAST_TENOR:
        sentence = (
            f"is for months {shock.first} to {shock.last}. Choose months from 0 to {LAST_TENOR}, ascending."
        )
        _refuse(shock, sentence, "months", (shock.first, shock.last))
    tenors = [tenor for tenor, _ in shock.nodes]
    if tenors != sorted(set(tenors)) or (tenors and not 0 <= tenors[0] <= tenors[-1] <= LAST_TENOR):
        _refuse(shock, "states sizes by month that do not rise from month to month.", "nodes", tenors)
    if shock.nodes and shock.factor not in (Factor.PRICE, Factor.VOL):
        _refuse(shock, "cannot have sizes by month: only prices and volatilities can.", "nodes", tenors)
    if shock.factor is Factor.SLOPE and shock.first == shock.last:
        _refuse(
            shock,
            "needs two different months to lie between. State months, such as 1-24.",
            "months",
            shock.first,
        )


def _check_extras(shock: Shock) -> None:
    if not shock.scope.strip():
        _refuse(
            shock, "names nothing that it moves. Name a curve, a commodity, or all.", "scope", shock.scope
        )
    if shock.factor is Factor.CORRELATION and shock.scope != ALL and len(shock.scope.split(":")) != 2:
        _refuse(shock, "needs two curves or commodities, such as POWER_DE_LU:TTF.", "scope", shock.scope)
    if shock.factor is Factor.CORRELATION and shock.target not in (-1.0, 0.0, 1.0):
        _refuse(shock, "can go towards 1, 0 or -1.", "target", shock.target)
    if shock.floor is not None and not (
        shock.factor is Factor.VOL and isfinite(shock.floor) and shock.floor > 0.0
    ):
        _refuse(shock, "has a floor, which only a volatility has, above zero.", "floor", shock.floor)
    if shock.months is not Months.ALL and shock.factor not in _CURVED:
        _refuse(shock, "cannot be for winter or summer alone.", "months", shock.months.value)


@dataclass(frozen=True, slots=True)
class Layer:
    """Shocks that happen together, under one title.

    Attributes
    ----------
    title : str
        What they are called.
    shocks : tuple of Shock
        In the order in which they were written.
    lenient : bool
        Whether a shock of a curve or currency that a market does not have is passed over: for layers of the library,
        made without knowing the market. Else it is refused.
    """

    title: str
    shocks: tuple[Shock, ...]
    lenient: bool = False

    def ordered(self) -> tuple[Shock, ...]:
        """The shocks in the order of application; equal kinds keep the order in which they were written.

        Returns
        -------
        tuple of Shock
            Sorted by ``Factor``.
        """
        return tuple(sorted(self.shocks, key=lambda shock: ORDER.index(shock.factor)))


@dataclass(frozen=True, slots=True)
class Scenario:
    """A stress scenario: layers in the order in which they apply.

    Attributes
    ----------
    code, title : str
        Its name.
    kind : str
        ``historical`` or ``hypothetical``.
    narrative : str
        What happens, in a sentence or two.
    layers : tuple of Layer
        At least one.
    source : str
        Where the moves come from.
    """

    code: str
    title: str
    kind: str
    narrative: str
    layers: tuple[Layer, ...]
    source: str = ""

    @property
    def shocks(self) -> tuple[Shock, ...]:
        """All shocks, in the order of application."""
        return tuple(shock for layer in self.layers for shock in layer.ordered())


def combined(code: str, title: str, parts: Iterable[Scenario], *, narrative: str = "") -> Scenario:
    """Lay scenarios over each other, in the order given.

    Parameters
    ----------
    code, title, narrative : str
        Of the new one.
    parts : iterable of Scenario
        Their layers follow each other.

    Returns
    -------
    Scenario
        The only layer of a scenario takes the scenario's title; the sources are listed.

    Raises
    ------
    BadParameter
        There is no layer at all, or too many shocks.
    """
    parts = tuple(parts)
    layers = tuple(
        replace(layer, title=part.title) if len(part.layers) == 1 else layer
        for part in parts
        for layer in part.layers
    )
    if not any(layer.shocks for layer in layers):
        raise BadParameter(
            "The scenario has no shock. Choose layers from the library, or type a shock such as 'price gas +25%'.",
            name="layers",
            value=0,
        )
    count = sum(len(layer.shocks) for layer in layers)
    if count > 10 * MOST_SHOCKS:
        raise BadParameter(
            f"The scenario has {count} shocks; keep to {10 * MOST_SHOCKS}.", name="shocks", value=count
        )
    sources = dict.fromkeys(part.source for part in parts if part.source)
    return Scenario(code, title, "hypothetical", narrative, layers, "; ".join(sources))


def scaled(scenario: Scenario, multiple: float) -> Scenario:
    """The scenario with all sizes times ``multiple``; correlations go at most all the way to their target.

    Parameters
    ----------
    scenario : Scenario
        As it is.
    multiple : float
        At least 0. Floors of volatilities stay.

    Returns
    -------
    Scenario
        With the new sizes.

    Raises
    ------
    BadParameter
        A size leaves its bounds, such as a volatility that would lose all of itself.
    """
    layers = tuple(
        replace(layer, shocks=tuple(_scaled(shock, multiple) for shock in layer.shocks))
        for layer in scenario.layers
    )
    return replace(scenario, layers=layers)


def _scaled(shock: Shock, multiple: float) -> Shock:
    size = shock.size * multiple
    if shock.factor is Factor.CORRELATION:
        size = min(size, 1.0)
    return replace(shock, size=size, nodes=tuple((tenor, each * multiple) for tenor, each in shock.nodes))
