"""How the columns of a table go onto paper: type size, widths, a page turned on its side, or bands below each other.

All of it is decided here from the widths of the letters, so that no cell is cut off and no number breaks in two.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from portal.core.format import row_text
from portal.core.table import Column, Table
from portal.services.packs import typeface

PORTRAIT, LANDSCAPE = 504.0, 750.0  # points between the margins of A4
INSET = 3.5  # points left and right of a cell
SIZES = (8.0, 7.5, 7.0, 6.5)  # of type, in points, in the order tried
FOLDED = 7.0  # size of type in bands
SHORT, BANDS = 14, 3  # rows, bands up to which a wide table is folded rather than turned
_CAP, _SPARK = (
    11.5,
    6.5,
)  # times the type size: a text that wraps keeps at least so much, a small line is so wide
NUMERIC = frozenset({"number", "integer", "percent"})
_SOLID = NUMERIC | {"date", "moment"}


@dataclass(frozen=True, slots=True)
class Need:
    """Room of one column in multiples of the type size: the least that reads well, that which keeps each cell on one
    line, and that which keeps its head on one, too.
    """

    least: float
    whole: float
    head: float
    is_text: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Columns side by side: positions among the shown ones, and the width of each in points."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """A table laid out."""

    size: float
    bands: tuple[Band, ...]


@cache
def _ems(text: str, *, bold: bool = False) -> float:
    return typeface.width(text, 1.0, bold=bold)


def written(table: Table) -> list[list[str]]:
    """Return the shown cells as read, row by row, in letters that can be printed; a small line is left out."""
    shown = table.shown()
    return [
        [
            "" if table.columns[at].kind == "spark" else typeface.printable(row_text(table, row, at))
            for at in shown
        ]
        for row in table.rows
    ]


def needs(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[Need]:
    """Return the room that each shown column asks for."""
    return [_need(column, [row[at] for row in cells]) for at, column in enumerate(columns)]


def _need(column: Column, texts: Sequence[str]) -> Need:
    head = max((_ems(word, bold=True) for word in column.title.split()), default=0.0) * 0.95
    head = max(head, _ems(typeface.printable(column.unit)) * 0.9)
    title = _ems(column.title, bold=True) * 0.95
    if column.kind == "spark":
        return Need(max(head, _SPARK), 0.0, title, is_text=False)
    whole = max((_ems(each) for each in texts), default=0.0)
    if column.kind in _SOLID:
        return Need(max(whole, head), whole, title, is_text=False)
    word = max((_ems(each) for text in texts for each in text.split()), default=0.0)
    least = min(whole, max(_CAP, min(word, 2 * _CAP)))
    return Need(max(least, min(head, 2 * _CAP)), whole, title, is_text=True)


def fit(asked: Sequence[Need], room: float) -> Fit:
    """Return the layout of a table in ``room`` points: in one piece, else folded into bands."""
    every = tuple(range(len(asked)))
    for size in SIZES[:-1]:  # a little smaller is better than cells on two lines
        if sum(max(each.whole, each.least) * size + 2 * INSET + 0.5 for each in asked) <= room:
            return Fit(size, (_band(asked, every, size, room),))
    for size in SIZES:
        if _total(asked, every, size) <= room:
            return Fit(size, (_band(asked, every, size, room),))
    return Fit(FOLDED, _folded(asked, FOLDED, room))


def is_wide(asked: Sequence[Need], rows: int) -> bool:
    """Tell whether a table asks for a turned page; a short one is folded on an upright page instead."""
    bands = len(fit(asked, PORTRAIT).bands)
    return bands > (BANDS if rows <= SHORT else 1)


def _least(need: Need, size: float) -> float:
    return need.least * size + 2 * INSET + 0.5  # half a point: widths of letters are rounded on paper


def _total(asked: Sequence[Need], chosen: Sequence[int], size: float) -> float:
    return sum(_least(asked[at], size) for at in chosen)


def _folded(asked: Sequence[Need], size: float, room: float) -> tuple[Band, ...]:
    """Return bands that repeat the first column, which says what a row is."""
    bands, chosen = [], [0]
    for at in range(1, len(asked)):
        if len(chosen) > 1 and _total(asked, [*chosen, at], size) > room:
            bands.append(chosen)
            chosen = [0]
        chosen.append(at)
    return tuple(_band(asked, tuple(columns), size, room) for columns in [*bands, chosen])


def _band(asked: Sequence[Need], chosen: tuple[int, ...], size: float, room: float) -> Band:
    """Share the room out: the least of each, then what keeps cells on one line, then heads, then more for texts."""
    widths = [_least(asked[at], size) for at in chosen]
    if sum(widths) > room:  # a single word wider than the page: it is broken
        return Band(chosen, tuple(each * room / sum(widths) for each in widths))
    for of_cells in (True, False):
        wishes = [
            max(0.0, (asked[at].whole if of_cells else asked[at].head) * size + 2 * INSET + 0.5 - have)
            for at, have in zip(chosen, widths, strict=True)
        ]
        given = _filled(wishes, room - sum(widths))
        widths = [have + more for have, more in zip(widths, given, strict=True)]
    weights = [3.0 if asked[at].is_text else 1.0 for at in chosen]
    rest = (room - sum(widths)) / sum(weights)
    return Band(chosen, tuple(have + rest * weight for have, weight in zip(widths, weights, strict=True)))


def _filled(wishes: Sequence[float], spare: float) -> list[float]:
    """Share ``spare`` so that small wishes are met whole and the large ones get alike."""
    given = [0.0] * len(wishes)
    waiting = sorted((at for at, wish in enumerate(wishes) if wish > 0), key=lambda at: wishes[at])
    for turn, at in enumerate(waiting):
        given[at] = min(wishes[at], spare / (len(waiting) - turn))
        spare -= given[at]
    return given
