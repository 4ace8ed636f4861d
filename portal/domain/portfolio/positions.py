"""Positions as a table of any two dimensions: long and short volumes that add up whichever way they are grouped.

API: ``axis_of_codes``, ``axis_of_tree``, ``axis_of_one``, ``axis_of_labels`` make the two sides of a table (and
``position_periods.axis_of_periods``), ``pivot(rows, columns, volume, is_short) -> Pivot`` adds up.

A line of an axis may hold several base codes (a quarter its months, a node of a tree its books), and a base code may
lie in several lines (a book in its node and in all nodes above). Totals are sums of base codes: nothing counts twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from portal.core.arrays import (
    BoolArray1D,
    BoolArray2D,
    FloatArray,
    FloatArray1D,
    FloatArray2D,
    IntArray1D,
)
from portal.domain.market.errors import BadParameter, LengthMismatch

MMBTU_PER_BOE = 5.8  # US IRS and EIA convention, as in portal.core.units
MWH_PER_BOE = MMBTU_PER_BOE * 1055.05585262 / 3600.0
ENERGY_UNITS: Mapping[str, float] = {"MWh": 1.0, "GWh": 1e3, "TWh": 1e6, "boe": MWH_PER_BOE}
"""Units of energy that positions are shown in, each with its size in MWh; boe is the barrel of oil equivalent."""


class Measure(StrEnum):
    """What a cell shows of its long and short volumes."""

    NET = "net"
    LONG = "long"
    SHORT = "short"
    GROSS = "gross"


@dataclass(frozen=True)
class Axis:
    """One side of a pivot.

    Attributes
    ----------
    keys, labels : tuple of str
        Of the k lines: as in addresses, and as people read them.
    depth : tuple of int
        Indentation of each line; 0 but for trees.
    code : ndarray of shape (n,), int64
        Base code of each entry, 0 to b - 1.
    roll : ndarray of shape (k, b)
        1 where a line holds a base code, else 0.
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    depth: tuple[int, ...]
    code: IntArray1D
    roll: FloatArray2D

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True)
class Pivot:
    """A pivot: matrices of shape (r + 1, c + 1) whose last row and column are the totals.

    Attributes
    ----------
    rows, columns : Axis
        Its sides.
    long, short : ndarray of float64
        Volumes bought (0 or more) and sold (0 or less).
    filled : ndarray of bool
        Whether any entry lies in the cell; a cell without one is empty, not 0.
    """

    rows: Axis
    columns: Axis
    long: FloatArray2D
    short: FloatArray2D
    filled: BoolArray2D

    def measure(self, name: Measure | str) -> FloatArray2D:
        """The figures of one measure.

        Parameters
        ----------
        name : Measure
            Net is long plus short, gross is long less short.

        Returns
        -------
        ndarray of shape (r + 1, c + 1)
            In the unit of the volumes; NaN where a cell is empty.
        """
        return np.where(self.filled, measured(self.long, self.short, name), np.nan)


def measured(long: FloatArray, short: FloatArray, name: Measure | str) -> FloatArray:
    """One measure of long and short volumes.

    Parameters
    ----------
    long, short : ndarray
        Volumes bought (0 or more) and sold (0 or less), of one shape.
    name : Measure
        Net, long, short or gross.

    Returns
    -------
    ndarray
        Of that shape.

    Raises
    ------
    BadParameter
        There is no such measure.
    """
    if name == Measure.NET:
        return long + short
    if name == Measure.GROSS:
        return long - short
    if name in (Measure.LONG, Measure.SHORT):
        return long if name == Measure.LONG else short
    raise BadParameter(
        f"There is no measure '{name}'. Choose net, long, short or gross.", name="measure", value=str(name)
    )


def axis_of_codes(values: IntArray1D, names: Mapping[int, tuple[str, str]]) -> Axis:
    """An axis with one line for each value that occurs.

    Parameters
    ----------
    values : ndarray of shape (n,), int64
        Identity of each entry, such as a curve id.
    names : mapping of int to (key, label)
        Of every value, in the order of the lines.

    Returns
    -------
    Axis
        Lines in the order of ``names``; several values with one key are one line.

    Raises
    ------
    BadParameter
        A value has no name.
    """
    found = set(np.unique(values).tolist())
    if found - set(names):
        raise BadParameter(
            f"Positions name something unknown ({min(found - set(names))}). Reload the page.",
            name="values",
            value=min(found - set(names)),
        )
    lines = dict.fromkeys(names[value] for value in names if value in found)
    place = {line: at for at, line in enumerate(lines)}
    known = np.array(sorted(found), dtype=np.int64)
    to_line = np.array([place[names[value]] for value in known.tolist()], dtype=np.int64)
    code = to_line[np.searchsorted(known, values)] if len(known) else np.zeros(0, np.int64)
    return _plain([key for key, _ in lines], [label for _, label in lines], code)


def axis_of_tree(values: IntArray1D, nodes: Sequence[tuple[int, int | None, str, str]]) -> Axis:
    """An axis with one line for each node of a tree that holds an entry, itself or below it.

    Parameters
    ----------
    values : ndarray of shape (n,), int64
        Node (book) of each entry.
    nodes : sequence of (id, parent id or None, key, label)
        The tree, each node after the one above it, in the order of the lines. A parent that is not among them is none.

    Returns
    -------
    Axis
        Lines in the order of ``nodes`` with their depth; each sums its own entries and those of all nodes below.

    Raises
    ------
    BadParameter
        A value is no node.
    """
    place = {node[0]: at for at, node in enumerate(nodes)}
    above: list[list[int]] = []
    for at, (_, parent, _, _) in enumerate(nodes):
        over = place.get(parent, at) if parent is not None else at
        above.append([*(above[over] if over < at else []), at])
    books = np.unique(values)
    lost = [book for book in books.tolist() if book not in place]
    if lost:
        raise BadParameter(
            f"Positions name the portfolio {lost[0]}, which is not in the tree. Reload the page.",
            name="values",
            value=lost[0],
        )
    roll = np.zeros((len(nodes), len(books)))
    for column, book in enumerate(books.tolist()):
        roll[above[place[book]], column] = 1.0
    used: list[int] = np.flatnonzero(roll.any(axis=1)).tolist()
    top = min((len(above[at]) for at in used), default=1)
    return Axis(
        tuple(nodes[at][2] for at in used),
        tuple(nodes[at][3] for at in used),
        tuple(len(above[at]) - top for at in used),
        np.searchsorted(books, values).astype(np.int64),
        roll[used],
    )


def axis_of_one(count: int, key: str = "all", label: str = "All") -> Axis:
    """An axis with a single line that holds every entry.

    Parameters
    ----------
    count : int
        Number of entries.
    key, label : str
        Of the line.

    Returns
    -------
    Axis
        One line.
    """
    return _plain([key], [label], np.zeros(count, dtype=np.int64))


def axis_of_labels(code: IntArray1D, keys: Sequence[str], labels: Sequence[str]) -> Axis:
    """An axis whose lines are given, such as hours; lines without entries stay.

    Parameters
    ----------
    code : ndarray of shape (n,), int64
        Line of each entry.
    keys, labels : sequence of str
        Of the lines.

    Returns
    -------
    Axis
        The lines in the order given.
    """
    return _plain(keys, labels, code)


def _plain(keys: Sequence[str], labels: Sequence[str], code: IntArray1D) -> Axis:
    return Axis(tuple(keys), tuple(labels), (0,) * len(keys), code, np.eye(len(keys)))


def pivot(rows: Axis, columns: Axis, volume: FloatArray1D, is_short: BoolArray1D) -> Pivot:
    """Add up entries by two axes.

    Parameters
    ----------
    rows, columns : Axis
        Sides of the table, over the same n entries.
    volume : ndarray of shape (n,)
        Signed volumes in one unit. A version of a trade that takes back an earlier one has the opposite sign.
    is_short : ndarray of bool, shape (n,)
        Which side an entry belongs to, whatever its sign.

    Returns
    -------
    Pivot
        Sums with totals.

    Raises
    ------
    LengthMismatch
        The arrays are of different lengths.
    """
    lengths = {len(rows.code), len(columns.code), len(volume), len(is_short)}
    if len(lengths) > 1:
        raise LengthMismatch(
            "Axes and volumes must be over the same entries; make both axes from the same arrays.",
            lengths=sorted(lengths),
        )
    shape = (rows.roll.shape[1], columns.roll.shape[1])
    cell = rows.code * shape[1] + columns.code

    def base(chosen: BoolArray1D, weights: FloatArray1D | None) -> FloatArray2D:
        picked = None if weights is None else weights[chosen]
        found = np.bincount(cell[chosen], weights=picked, minlength=shape[0] * shape[1])
        return found.reshape(shape).astype(np.float64)

    short = is_short.astype(np.bool_)
    counts = base(np.ones(len(cell), dtype=np.bool_), None)
    return rolled(rows, columns, base(~short, volume), base(short, volume), counts > 0.0)


def rolled(rows: Axis, columns: Axis, long: FloatArray2D, short: FloatArray2D, filled: BoolArray2D) -> Pivot:
    """Roll sums by base code up to the lines of two axes, with totals.

    Parameters
    ----------
    rows, columns : Axis
        Sides of the table.
    long, short, filled : ndarray of shape (row codes, column codes)
        Volumes bought and sold, and where there is any entry.

    Returns
    -------
    Pivot
        Sums with totals.
    """
    over = np.vstack([rows.roll, np.ones((1, rows.roll.shape[1]))])
    along = np.vstack([columns.roll, np.ones((1, columns.roll.shape[1]))]).T
    held: BoolArray2D = over @ filled.astype(np.float64) @ along > 0.0
    return Pivot(rows, columns, over @ long @ along, over @ short @ along, held)
