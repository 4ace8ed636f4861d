"""Amounts in sentences of the overview: in one unit, with the largest parts named, so that what is written adds up.

API: ``short_money``, ``profit``, ``by_part``, ``Named``.

Amounts of one sentence are rounded in one unit, and the rest is what the rounded parts leave of the rounded total, so
that a reader who adds up what is written gets what is written.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from portal.core.format import number

UNITS = ((1e9, "bn", 1), (1e6, "M", 1), (1e3, "k", 1), (1.0, "", 0))  # EUR, name, decimals
TWO_DIGITS = 10  # steps of the last digit from which a total shows two digits
MOST_NAMED = 3  # parts that a sentence names at most
SMALL = 0.05  # a part below this share of the largest is not named
_PERIODS = {"dtd": "on the day", "mtd": "this month", "ytd": "this year"}


@dataclass(frozen=True, slots=True)
class Named:
    """A part of a figure: its name and its amount."""

    name: str
    amount: float


def known(value: float | None) -> bool:
    """Tell whether there is a number."""
    return value is not None and isfinite(value)


def _unit(*values: float) -> tuple[float, str, int]:
    """Return the unit that the largest amount is read in, its name and its decimals."""
    largest = max((abs(value) for value in values if isfinite(value)), default=0.0)
    return next((unit for unit in UNITS if largest >= 0.9995 * unit[0]), UNITS[-1])


def _unit_of_sum(total: float, parts: Sequence[float]) -> tuple[float, str, int]:
    """Return the unit that a sum and its parts are read in: that of the largest, or a smaller one.

    Of a total that parts leave which offset each other, little is to be seen in their unit: it goes on to the one that
    shows two digits of the total, or whole EUR.
    """
    largest = _unit(total, *parts)
    if not round(total):
        return largest
    smaller = UNITS[UNITS.index(largest) :]
    return next((unit for unit in smaller if abs(round(total / _step(unit))) >= TWO_DIGITS), UNITS[-1])


def _step(unit: tuple[float, str, int]) -> float:
    """Return what the last digit that is written stands for, EUR."""
    size, _, decimals = unit
    return size * 10.0**-decimals


def _written(value: float, unit: tuple[float, str, int], *, signed: bool) -> str:
    size, name, decimals = unit
    text = number(value / size, decimals, signed=signed)
    return f"{text} {name} EUR" if name else f"{text} EUR"


def short_money(value: float | None, *, signed: bool = False) -> str:
    """Return an amount in EUR as people say it.

    Parameters
    ----------
    value : float or None
        EUR.
    signed : bool, default False
        Whether a gain has a plus.

    Returns
    -------
    str
        Such as ``8.9 M EUR``; ``no value`` for None and NaN.

    Examples
    --------
    >>> short_money(-8_909_686.3), short_money(950.4, signed=True), short_money(None)
    ('−8.9 M EUR', '+950 EUR', 'no value')
    """
    if value is None or not isfinite(value):
        return "no value"
    return _written(value, _unit(value), signed=signed)


def profit(period: str, total: float | None, parts: Sequence[Named], *, rest: str = "all else") -> str:
    """Return what a P&L is and what makes most of it.

    Parameters
    ----------
    period : str
        ``dtd``, ``mtd`` or ``ytd``.
    total : float or None
        EUR.
    parts : sequence of Named
        What sums to the total.
    rest : str
        What the unnamed parts are called.

    Returns
    -------
    str
        One sentence; the amounts in it add up.

    Examples
    --------
    >>> profit("dtd", -1_200_000.0, [Named("TTF", -900_000.0), Named("EUA", -300_000.0)])
    'P&L on the day −1.2 M EUR, of which TTF −0.9 M and EUA −0.3 M.'
    """
    when = _PERIODS.get(period, period)
    if total is None or not isfinite(total):
        return f"P&L {when}: no value."
    made = [part for part in parts if isfinite(part.amount)]
    unit = _unit_of_sum(total, [part.amount for part in made])
    digits = _step(unit)
    steps = round(total / digits)
    if not any(round(part.amount / digits) for part in made):
        tail = "" if steps else ": nothing moved"
        return f"P&L {when} {_written(total, unit, signed=True)}{tail}."
    named, left = _largest(made, digits, steps)
    words = [f"{name} {_bare(count, unit)}" for name, count in named]
    if left:
        words.append(f"{rest} {_bare(left, unit)}")
    return f"P&L {when} {_written(steps * digits, unit, signed=True)}, of which {listed(words)}."


def by_part(title: str, parts: Sequence[Named]) -> str:
    """Return the largest parts of a figure by themselves.

    Examples
    --------
    >>> by_part("By portfolio", [Named("Gas", -4e6), Named("Oil", 1e6)])
    'By portfolio: Gas −4.0 M and Oil +1.0 M.'
    """
    made = [part for part in parts if isfinite(part.amount) and part.amount]
    if not made:
        return ""
    unit = _unit(*(part.amount for part in made))
    digits = _step(unit)
    named, left = _largest(made, digits, sum(round(part.amount / digits) for part in made))
    words = [f"{name} {_bare(count, unit)}" for name, count in named]
    words += [f"all else {_bare(left, unit)}"] if left else []
    return f"{title}: {listed(words)}." if words else ""


def _largest(parts: Sequence[Named], digits: float, total: int) -> tuple[list[tuple[str, int]], int]:
    """Return the parts worth naming in rounded steps, and the steps that they leave of the total."""
    ranked = sorted(parts, key=lambda part: -abs(part.amount))
    least = SMALL * abs(ranked[0].amount)
    named = [
        (part.name, steps)
        for part in ranked[:MOST_NAMED]
        if abs(part.amount) >= least and (steps := round(part.amount / digits))
    ]
    return named, total - sum(steps for _, steps in named)


def _bare(steps: int, unit: tuple[float, str, int]) -> str:
    """Return an amount without its currency, which the sentence has said."""
    _, name, decimals = unit
    return f"{number(steps * 10.0**-decimals, decimals, signed=True)} {name}".strip()


def listed(words: Sequence[str]) -> str:
    """Return words with commas and a last "and"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
