"""Spread formulas: which instruments they need, whether their units agree, and their value on aligned prices.

API: ``formula_instruments(text)`` tells which instruments a formula needs; ``parse_formula(text, units)`` checks units
and returns a `SpreadFormula` whose ``evaluate({code: prices})`` works on aligned arrays. The standard spreads of the
energy markets are in ``spread_registry`` (``STANDARD_SPREADS[code].build(legs, units)``).

Grammar in ``spread_syntax``, unit rules in ``spread_units``. A formula with bare numbers that act as conversions lists
them in ``readings``: show them beside the result.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.core.units import Unit, parse_unit
from portal.domain.market.errors import FormulaError, LengthMismatch
from portal.domain.market.series import as_vector
from portal.domain.market.spread_syntax import (
    Binary,
    Instrument,
    Negative,
    Node,
    Number,
    instruments_in,
    parse_tree,
)
from portal.domain.market.spread_units import check_units


@dataclass(frozen=True)
class SpreadFormula:
    """A formula whose units agree.

    Attributes
    ----------
    text : str
        As written.
    tree : Node
        Expression tree.
    instruments : tuple of str
        Codes used, each once, in reading order.
    unit : Unit
        Unit of the result; prints as ``USD/bbl``.
    readings : tuple of str
        How bare numbers were read, one sentence part each.
    """

    text: str
    tree: Node
    instruments: tuple[str, ...]
    unit: Unit
    readings: tuple[str, ...]

    def evaluate(self, prices: Mapping[str, FloatLike1D]) -> FloatArray1D:
        """Compute the spread on aligned prices.

        Parameters
        ----------
        prices : mapping of str to array_like of shape (n,)
            Prices of each instrument on the same dates, in the unit it was declared with; NaN where missing.

        Returns
        -------
        ndarray of shape (n,)
            Spread in ``unit``; NaN where a price is missing or a divisor is zero.

        Raises
        ------
        FormulaError
            Prices of an instrument are not given.
        LengthMismatch
            The arrays differ in length.
        """
        missing = [code for code in self.instruments if code not in prices]
        if missing:
            raise FormulaError(
                f"The formula needs prices of {', '.join(missing)}.", formula=self.text, missing=missing
            )
        columns = {code: as_vector(prices[code], f"prices of {code}") for code in self.instruments}
        lengths = {code: len(column) for code, column in columns.items()}
        if len(set(lengths.values())) > 1:
            raise LengthMismatch(f"The prices are not on the same dates: lengths are {lengths}.", **lengths)
        n = next(iter(lengths.values()), 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.broadcast_to(_value(self.tree, columns), (n,)).astype(np.float64)
        value[~np.isfinite(value)] = np.nan
        return value


def formula_instruments(text: str) -> tuple[str, ...]:
    """Codes of the instruments in a formula, without checking that they exist.

    Parameters
    ----------
    text : str
        Formula.

    Returns
    -------
    tuple of str
        Codes, each once, in reading order.

    Raises
    ------
    FormulaError
        The text is not a formula.

    Examples
    --------
    >>> formula_instruments("RBOB * 42 - WTI")
    ('RBOB', 'WTI')
    """
    return instruments_in(parse_tree(text))


def parse_formula(text: str, units: Mapping[str, str | Unit]) -> SpreadFormula:
    """Read a formula and check its units.

    Parameters
    ----------
    text : str
        Formula such as ``POWER_DE - TTF/0.5 - 0.2*EUA`` or ``42 gal/bbl * RBOB - WTI``.
    units : mapping of str to (str or Unit)
        Unit of each instrument that may be used.

    Returns
    -------
    SpreadFormula
        The checked formula.

    Raises
    ------
    FormulaError
        The text is not a formula, uses no instrument, or uses an unknown one.
    UnitMismatch
        Two terms disagree; the message names both and the factor between them.
    FxRateMissing
        Two terms differ by currency.
    UnknownUnit
        A unit cannot be read.

    Examples
    --------
    >>> str(parse_formula("ULSD*42 - WTI", {"ULSD": "USD/gal", "WTI": "USD/bbl"}).unit)
    'USD/bbl'
    """
    tree = parse_tree(text)
    used = instruments_in(tree)
    if not used:
        raise FormulaError("The formula uses no instrument; write for instance BRENT - WTI.", formula=text)
    known = {code: parse_unit(unit) if isinstance(unit, str) else unit for code, unit in units.items()}
    typed = check_units(tree, known)
    return SpreadFormula(text, tree, used, typed.unit, typed.readings)


def _value(node: Node, columns: Mapping[str, FloatArray1D]) -> FloatArray1D | np.float64:
    """Evaluate one node; numpy scalars keep division by zero an inf instead of an exception."""
    if isinstance(node, Number):
        return np.float64(node.value)
    if isinstance(node, Instrument):
        return columns[node.code]
    if isinstance(node, Negative):
        return -_value(node.node, columns)
    return _joined(node, columns)


def _joined(node: Binary, columns: Mapping[str, FloatArray1D]) -> FloatArray1D | np.float64:
    left, right = _value(node.left, columns), _value(node.right, columns)
    if node.operator == "+":
        return left + right
    if node.operator == "-":
        return left - right
    return left * right if node.operator == "*" else left / right
