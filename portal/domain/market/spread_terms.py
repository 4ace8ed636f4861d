"""A spread formula taken apart by leg: each price, its factor and its contribution, so that it can be redone by hand.

API: ``contributions(formula, prices, rates)``. A formula is expanded into a sum of terms; each term is one quoted price
times a factor made of the formula's numbers and of exchange rates. The contributions add up to the spread.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from math import isfinite

from portal.domain.market.errors import FormulaError
from portal.domain.market.spread_syntax import Binary, Instrument, Negative, Node, Number
from portal.domain.market.spreads import SpreadFormula


@dataclass(frozen=True)
class Term:
    """One term of an expanded formula.

    Attributes
    ----------
    number : float
        Product of its numbers, signed.
    over, under : tuple of str
        Codes that multiply and that divide.
    steps : tuple of str
        The factors as written, such as ``× 42 gal/bbl`` and ``÷ EURUSD``.
    """

    number: float
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contribution:
    """What one leg adds to the spread on one day.

    Attributes
    ----------
    leg : str
        Code of the quoted price; empty for a constant.
    price : float
        Its price, in the leg's own unit; 1 for a constant.
    factor : float
        Number that the price is multiplied with, signed; its unit is that of the result by that of the leg.
    value : float
        ``price * factor``, in the unit of the result.
    steps : tuple of str
        How the factor is made.
    """

    leg: str
    price: float
    factor: float
    value: float
    steps: tuple[str, ...]


def contributions(
    formula: SpreadFormula, prices: Mapping[str, float], rates: Collection[str] = ()
) -> tuple[Contribution, ...]:
    """Split the value of a formula on one day by leg.

    Parameters
    ----------
    formula : SpreadFormula
        The formula.
    prices : mapping of str to float
        Price of each instrument of the formula, in its own unit.
    rates : collection of str
        Codes that are exchange rates: they belong into factors, not to legs.

    Returns
    -------
    tuple of Contribution
        One for each term, in reading order; their values add up to the spread.

    Raises
    ------
    FormulaError
        The formula divides by a sum, so that it is no sum of legs.
    """
    terms = expand(formula.tree)
    return tuple(_contribution(term, prices, rates) for term in terms)


def expand(node: Node) -> tuple[Term, ...]:
    """Write an expression as a sum of terms.

    Parameters
    ----------
    node : Node
        Expression tree.

    Returns
    -------
    tuple of Term
        Terms in reading order.

    Raises
    ------
    FormulaError
        It divides by a sum.
    """
    if isinstance(node, Number):
        return (Term(node.value, steps=(f"× {node.text}",)),)
    if isinstance(node, Instrument):
        return (Term(1.0, (node.code,)),)
    if isinstance(node, Negative):
        return tuple(_negated(term) for term in expand(node.node))
    return _joined(node)


def _joined(node: Binary) -> tuple[Term, ...]:
    left, right = expand(node.left), expand(node.right)
    if node.operator == "+":
        return left + right
    if node.operator == "-":
        return left + tuple(_negated(term) for term in right)
    if node.operator == "*":
        return tuple(_times(a, b) for a in left for b in right)
    if len(right) != 1 or right[0].number == 0.0:
        raise FormulaError(
            f"{node.text} divides by a sum, so the spread is no sum of legs and cannot be split by leg.",
            formula=node.text,
        )
    return tuple(_over(term, right[0]) for term in left)


def _negated(term: Term) -> Term:
    return replace(term, number=-term.number)


def _times(left: Term, right: Term) -> Term:
    return Term(
        left.number * right.number, left.over + right.over, left.under + right.under, left.steps + right.steps
    )


def _over(left: Term, right: Term) -> Term:
    turned = tuple(("÷" if step[0] == "×" else "×") + step[1:] for step in right.steps)
    return Term(
        left.number / right.number, left.over + right.under, left.under + right.over, left.steps + turned
    )


def _contribution(term: Term, prices: Mapping[str, float], rates: Collection[str]) -> Contribution:
    """The first quoted price of the term is its leg; everything else is in the factor."""
    leg = next((code for code in term.over if code not in rates), "")
    rest = list(term.over)
    if leg:
        rest.remove(leg)
    factor, steps = term.number, list(term.steps)
    for code in rest:
        factor *= prices[code]
        steps.append(f"× {code} {prices[code]:.6g}")
    for code in term.under:
        factor = factor / prices[code] if prices[code] else float("nan")
        steps.append(f"÷ {code} {prices[code]:.6g}")
    price = prices[leg] if leg else 1.0
    value = price * factor
    return Contribution(leg, price, factor, value if isfinite(value) else float("nan"), tuple(steps))
