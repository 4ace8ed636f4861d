"""Numbers as people write them: which mark is the decimal one, and the values of a column.

A number such as ``1,234`` has two readings. :class:`NumberEvidence` collects what the column shows; it answers only
when something settles it, and refuses otherwise.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.readers.problems import Refused

MISSING = frozenset({
    "", ".", "..", "-", "--", "–", "—", ":", "na", "n/a", "n.a.", "n.a", "#n/a", "nan", "null", "none", "nil", "nd",
    "n/d", "missing", "not available",
})  # fmt: skip
"""Texts (in lower case) that mean "not published"; they are counted, not refused."""

OK, EMPTY, BAD = 0, 1, 2

_SPACES = "\u00a0\u202f\u2009 '’"
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
_BODY = re.compile(r"[+-]?([0-9][0-9.,]*|[.,][0-9]+)(?:[eE][+-]?\d+)?\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How numbers are written: ``decimal`` and ``thousands`` are one character; spaces and apostrophes always group."""

    decimal: str = "."
    thousands: str = ","


@dataclass(slots=True)
class NumberEvidence:
    """What the numbers seen so far say about the decimal mark."""

    decimal: dict[str, str] = field(default_factory=dict)  # mark -> a number that proves it
    unclear: dict[str, str] = field(default_factory=dict)  # mark -> a number with two readings

    def look(self, cells: Iterable[Any]) -> None:
        """Take in the text cells of a column; cells of other types say nothing."""
        for cell in dict.fromkeys(cells):
            if type(cell) is str and ("," in cell or "." in cell):
                self._judge(cell.strip().translate(_MINUS))

    def _judge(self, text: str) -> None:
        for space in " '":
            text = text.replace(space, "")
        match = _BODY.match(text)
        if match is None:
            return
        body = match.group(1)
        dots, commas = body.count("."), body.count(",")
        if dots and commas:
            mark = max(".,", key=body.rfind)
            if body.count(mark) == 1:
                self.decimal.setdefault(mark, text)
            return
        mark = "." if dots else ","
        whole, _, rest = body.partition(mark)
        if dots + commas > 1:
            if all(len(group) == 3 for group in body.split(mark)[1:]):
                self.decimal.setdefault("," if mark == "." else ".", text)
            return
        if not dots + commas or (len(rest) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")):
            if dots + commas:
                self.unclear.setdefault(mark, text)
            return
        self.decimal.setdefault(mark, text)

    def settle(self, column: str, *, delimiter: str | None) -> NumberFormat:
        """Return the one reading, or refuse and say which two there are.

        A point followed by three digits counts as a decimal point in a file whose cells are separated by commas, and in
        JSON, workbooks and Parquet (``delimiter`` None), because those cannot write a decimal comma unquoted.
        """
        if len(self.decimal) == 2:
            raise Refused(
                "mixed-decimal",
                f"Column '{column}' writes decimals in two ways: '{self.decimal['.']}' has a decimal point and "
                f"'{self.decimal[',']}' a decimal comma. Make the file uniform, or say --decimal . or --decimal , "
                "to have the other rows quarantined.",
                column=column,
            )
        if self.decimal:
            mark = next(iter(self.decimal))
            return NumberFormat(mark, "," if mark == "." else ".")
        if "," in self.unclear or ("." in self.unclear and delimiter not in (None, ",")):
            mark = "," if "," in self.unclear else "."
            text = self.unclear[mark]
            whole, _, rest = text.partition(mark)
            raise Refused(
                "ambiguous-decimal",
                f"Column '{column}' holds numbers such as '{text}', which may be {whole}{rest} ('{mark}' groups "
                f"thousands) "
                f"or {whole}.{rest} ('{mark}' is the decimal mark), and no number in the column settles it. "
                f"Say --decimal {'.' if mark == ',' else ','} for {whole}{rest}, or --decimal {mark} for "
                f"{whole}.{rest}.",
                column=column,
            )
        return NumberFormat()


def stated_format(decimal: str | None, thousands: str | None) -> NumberFormat | None:
    """Return the format that the options state, or None when they state nothing."""
    if decimal is None and thousands is None:
        return None
    if decimal is None:
        return NumberFormat("," if thousands == "." else ".", thousands or ",")
    return NumberFormat(decimal, thousands or ("," if decimal == "." else "."))


def parse_numbers(cells: Sequence[Any], form: NumberFormat) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """Return the values of a column and, for each cell, OK, EMPTY or BAD; both of the length of ``cells``.

    Values that are not OK are NaN. Infinite values are BAD. Text is read in ``form``; cells that are numbers already
    (worksheets, Parquet, JSON) are taken as they are, and a NaN among them is EMPTY.
    """
    if form.decimal == ".":
        quick = _quick(cells)
        if quick is not None:
            return quick
    values = np.full(len(cells), np.nan)
    state = np.zeros(len(cells), np.uint8)
    for i, cell in enumerate(cells):
        number = read_number(cell, form)
        if number is None:
            state[i] = EMPTY
        elif math.isfinite(number):
            values[i] = number
        else:
            state[i] = BAD
    return values, state


def _from_floats(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    state = np.where(np.isnan(values), EMPTY, np.where(np.isinf(values), BAD, OK)).astype(np.uint8)
    return np.where(state == OK, values, np.nan), state


def _quick(cells: Sequence[Any]) -> tuple[NDArray[np.float64], NDArray[np.uint8]] | None:
    """Read a column of plain ``12.5`` texts and empty cells at once; None when there is anything else."""
    try:
        joined = "".join(cells)
        if "_" in joined or not joined.isascii():
            return None
        values = np.fromiter(map(float, cells), np.float64, len(cells))
    except TypeError:
        return None
    except ValueError:
        filled = ["nan" if cell in MISSING else cell for cell in cells]
        try:
            values = np.fromiter(map(float, filled), np.float64, len(cells))
        except ValueError:
            return None
    return None if np.isinf(values).any() else _from_floats(values)


def read_number(cell: Any, form: NumberFormat) -> float | None:
    """Return one cell as a number: None when it is missing, NaN when it is no finite number in ``form``."""
    if cell is None:
        return None
    if isinstance(cell, str):
        return _read_text(cell, form)
    if isinstance(cell, bool) or not isinstance(cell, (int, float, Decimal, np.integer, np.floating)):
        return math.nan
    try:
        value = float(cell)
    except OverflowError:
        return math.nan
    return None if math.isnan(value) else value if math.isfinite(value) else math.nan


def _read_text(cell: str, form: NumberFormat) -> float | None:
    text = cell.strip()
    if text.lower() in MISSING:
        return None
    text = text.translate(_MINUS)
    if text.startswith("(") and text.endswith(")"):  # accounts write negative numbers in brackets
        text = "-" + text[1:-1].strip()
    plain = _ungrouped(text, form)
    if plain is None or not _PLAIN.match(plain):
        return math.nan
    value = float(plain)
    return value if math.isfinite(value) else math.nan


def _ungrouped(text: str, form: NumberFormat) -> str | None:
    """Return ``text`` without its grouping marks and with a decimal point; None when the groups are not of three."""
    whole, mark, rest = text.partition(form.decimal)
    marks = {form.thousands, " ", "'"} - {form.decimal}
    used = {character for character in whole if character in marks}
    if any(character in rest for character in (*marks, form.decimal)) or len(used) > 1:
        return None
    if used:
        head, *groups = whole.lstrip("+-").split(used.pop())
        if not head or len(head) > 3 or any(len(group) != 3 for group in groups):
            return None
        whole = ("-" if whole.startswith("-") else "") + head + "".join(groups)
    return whole + ("." + rest if mark else "")
