"""Unit checking of spread formulas: what unit does the result have, and which two terms disagree if it has none.

A sum needs terms of one unit. A bare number never changes a unit by itself, except where traders' shorthand is
unmistakable: it equals the exact factor between two units of one dimension (``RBOB * 42``), or a named conversion
(``BRENT * 7.45`` against USD/t), or it is an emission factor of at most 1.5 t a MWh (``0.2 * EUA``). Each such reading
is reported with the result, so that nothing is assumed in silence.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from math import isclose, prod

from portal.core.errors import DomainError
from portal.core.units import (
    NUMBER,
    FxRateMissing,
    Unit,
    UnitMismatch,
    conversion_factor,
    linking_conversions,
    mismatch,
)
from portal.domain.market.errors import FormulaError
from portal.domain.market.spread_syntax import Binary, Instrument, Negative, Node, Number

EXACT_TOLERANCE = 1e-3
NAMED_TOLERANCE = 5e-3
MAX_EMISSION_FACTOR = 1.5
_EMISSION_DIMENSIONS = ((("carbon", 1), ("energy", -1)), (("energy", -1), ("mass", 1)))


@dataclass(frozen=True)
class Typed:
    """A node with its unit.

    Attributes
    ----------
    unit : Unit
        Unit of its value.
    literals : tuple of float
        Bare numbers that multiply the whole node and have not been read as anything else.
    constant : float or None
        Value of a node made of bare numbers only.
    readings : tuple of str
        Sentences about bare numbers that were read as conversions.
    """

    unit: Unit
    literals: tuple[float, ...] = ()
    constant: float | None = None
    readings: tuple[str, ...] = ()


def check_units(node: Node, units: Mapping[str, Unit]) -> Typed:
    """Find the unit of a formula.

    Parameters
    ----------
    node : Node
        Expression tree.
    units : mapping of str to Unit
        Unit of each known instrument.

    Returns
    -------
    Typed
        Unit of the result, and how bare numbers were read.

    Raises
    ------
    FormulaError
        An instrument is unknown.
    UnitMismatch
        Two terms of a sum disagree; the message names both and suggests the factor.
    FxRateMissing
        They differ by currency.
    """
    if isinstance(node, Number):
        return Typed(NUMBER, (node.value,), node.value) if node.unit is None else Typed(node.unit)
    if isinstance(node, Instrument):
        return Typed(_instrument_unit(node, units))
    if isinstance(node, Negative):
        inner = check_units(node.node, units)
        constant = None if inner.constant is None else -inner.constant
        return Typed(
            inner.unit, inner.literals if constant is None else (constant,), constant, inner.readings
        )
    if node.operator in "*/":
        return _product(node, units)
    return _sum(node, units)


def _instrument_unit(node: Instrument, units: Mapping[str, Unit]) -> Unit:
    known = units.get(node.code)
    if known is None:
        near = get_close_matches(node.code, list(units), n=3, cutoff=0.5)
        hint = f" Did you mean {' or '.join(near)}?" if near else " Choose one from the instrument list."
        raise FormulaError(
            f"There is no instrument {node.code}.{hint}", formula=node.text, instrument=node.code
        )
    if node.unit is not None and not node.unit.same_as(known):
        raise UnitMismatch(
            f"{node.code} is quoted in {known}, not in {node.unit}; write {node.code}[{known}] or just {node.code}.",
            source=str(known),
            target=str(node.unit),
            term=node.text,
        )
    return known


def _product(node: Binary, units: Mapping[str, Unit]) -> Typed:
    left, right = check_units(node.left, units), check_units(node.right, units)
    divide = node.operator == "/"
    if divide and right.constant == 0.0:
        raise FormulaError(f"{node.text} divides by zero.", formula=node.text)
    unit = left.unit / right.unit if divide else left.unit * right.unit
    readings = left.readings + right.readings
    if left.constant is not None and right.constant is not None:
        value = left.constant / right.constant if divide else left.constant * right.constant
        return Typed(unit, (value,), value, readings)
    turned = tuple(1.0 / value for value in right.literals if value) if divide else right.literals
    return Typed(unit, left.literals + turned, None, readings)


def _sum(node: Binary, units: Mapping[str, Unit]) -> Typed:
    terms = [(term, check_units(term, units)) for term in _terms(node)]
    readings = tuple(text for _, typed in terms for text in typed.readings)
    if all(typed.constant is not None for _, typed in terms):
        value = constant_value(node)
        return Typed(NUMBER, (value,), value, readings)
    best: tuple[Unit, tuple[str, ...]] | None = None
    for candidate in dict.fromkeys(typed.unit for _, typed in terms if typed.constant is None):
        found = _read_all(terms, candidate)
        if found is not None and (best is None or len(found) < len(best[1])):
            best = (candidate, found)
    if best is None:
        raise _disagreement(terms)
    shared = () if best[1] else _shared_literals([typed for _, typed in terms])
    return Typed(best[0], shared, None, readings + best[1])


def _terms(node: Node) -> list[Node]:
    """The terms of a sum of sums, flat."""
    if isinstance(node, Binary) and node.operator in "+-":
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def constant_value(node: Node) -> float:
    """Value of a tree of bare numbers.

    Parameters
    ----------
    node : Node
        Tree without instruments.

    Returns
    -------
    float
        Its value.
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Negative):
        return -constant_value(node.node)
    if isinstance(node, Binary):
        return OPERATIONS[node.operator](constant_value(node.left), constant_value(node.right))
    raise FormulaError(f"{node.text} is not a number.", formula=node.text)


OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
}


def _shared_literals(terms: list[Typed]) -> tuple[float, ...]:
    """Bare numbers that multiply every term, so that they multiply the sum."""
    first, *others = [list(term.literals) for term in terms]
    shared = []
    for value in first:
        if all(value in other for other in others):
            for other in others:
                other.remove(value)
            shared.append(value)
    return tuple(shared)


def _read_all(terms: list[tuple[Node, Typed]], target: Unit) -> tuple[str, ...] | None:
    """Readings that bring every term to ``target``, or None when one of them cannot be brought there."""
    readings: list[str] = []
    for node, typed in terms:
        if typed.constant is not None and not target.is_number:
            return None
        if not typed.unit.same_as(target):
            reading = _reading(typed, target)
            if reading is None:
                return None
            readings.append(f"{reading} in {node.text}")
    return tuple(readings)


def _reading(typed: Typed, target: Unit) -> str | None:
    """How the term's bare numbers turn its unit into ``target``, in words, or None."""
    gap = target / typed.unit
    groups = [group for size in (1, 2, 3) for group in combinations(typed.literals, size)]
    products = [prod(group) for group in groups]
    if typed.unit.dimension == target.dimension:
        return _match(products, float(conversion_factor(typed.unit, target)), EXACT_TOLERANCE, gap)
    for conversion in linking_conversions(typed.unit, target):
        inverse = gap.dimension != conversion.unit.dimension
        unit = NUMBER / conversion.unit if inverse else conversion.unit
        size = float((1 / conversion.factor) if inverse else conversion.factor)
        found = _match(products, size * float(conversion_factor(unit, gap)), NAMED_TOLERANCE, gap)
        if found is not None:
            return f"{found} ({conversion.name})"
    if gap.dimension in _EMISSION_DIMENSIONS:
        return next(
            (
                f"{_short(v)} is read as an emission factor of {_short(v)} {gap}"
                for v in typed.literals
                if 0.0 < v <= MAX_EMISSION_FACTOR
            ),
            None,
        )
    return None


def _match(products: list[float], wanted: float, tolerance: float, unit: Unit) -> str | None:
    for value in products:
        if isclose(value, wanted, rel_tol=tolerance):
            return f"{_short(value)} is read as {_short(value)} {unit}"
    return None


def _disagreement(terms: list[tuple[Node, Typed]]) -> DomainError:
    """The error for the first two terms that do not go together."""
    anchor = next(item for item in terms if item[1].constant is None)
    others = [item for item in terms if item is not anchor]
    other = next(
        (item for item in others if not _agrees(item[1], anchor[1])),
        others[0],
    )
    first, second = (anchor, other) if terms.index(anchor) < terms.index(other) else (other, anchor)
    subject = {
        "first": first[0].text,
        "second": second[0].text,
        "source": str(second[1].unit),
        "target": str(first[1].unit),
    }
    if other[1].constant is not None:
        return UnitMismatch(
            f"{other[0].text} has no unit, but {anchor[0].text} is in {anchor[1].unit}; "
            f"write {other[0].text} {anchor[1].unit}.",
            **subject,
        )
    return _two_units(first, second, subject)


def _agrees(typed: Typed, anchor: Typed) -> bool:
    if typed.constant is not None:
        return anchor.unit.is_number
    return typed.unit.same_as(anchor.unit) or _reading(typed, anchor.unit) is not None


def _two_units(first: tuple[Node, Typed], second: tuple[Node, Typed], subject: dict[str, str]) -> DomainError:
    a, b = first[1].unit, second[1].unit
    head = f"{first[0].text} is in {a}, but {second[0].text} is in {b}."
    if a.dimension == b.dimension:
        factor = _short(float(conversion_factor(b, a)))
        return UnitMismatch(
            f"{head} Multiply {second[0].text} by {factor} {a / b}: {a} - {b} x {factor}.",
            factor=factor,
            **subject,
        )
    cause = mismatch(b, a)
    if isinstance(cause, FxRateMissing):
        rate = Unit(((a.currency or "", 1),)) / Unit(((b.currency or "", 1),))
        ratio = conversion_factor(b * rate, a)
        also = "" if ratio == 1 else f", and by {_short(float(ratio))} {a / b / rate}"
        return FxRateMissing(
            f"{head} Multiply {second[0].text} by an FX rate in {rate}, an instrument or a number such as "
            f"1.1 {rate}{also}.",
            **subject,
        )
    links = linking_conversions(b, a)
    if links:
        names = ", ".join(f"{float(c.factor):g} {c.unit} ({c.name})" for c in links)
        return UnitMismatch(f"{head} A physical property links them, for instance {names}.", **subject)
    return UnitMismatch(f"{head} The missing factor has the unit {a / b}; write it with its unit.", **subject)


def _short(value: float) -> str:
    return f"{value:.6g}"
