"""One shape for every kind of file: a few rows to look at first, then columns batch by batch."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from data.readers.options import ReadOptions
from data.readers.probe import Probe, probe_file
from data.readers.problems import BadRow, Problem

BATCH_ROWS = 50_000
HEAD_ROWS = 400


@dataclass(frozen=True, slots=True)
class HeadRow:
    """One of the first rows: the line it starts on, its cells as read, and the line it ends on."""

    line: int
    cells: tuple[Any, ...]
    end: int


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Rows as columns: ``columns[c][i]`` is a cell, ``lines[i]`` its line, ``raw(i)`` the text of the row as read.

    ``bad`` are rows that are no rows of this table: too many cells, or quotes that do not close.
    """

    columns: list[Sequence[Any]]
    lines: Sequence[int]
    raw: Callable[[int], str]
    bad: list[BadRow] = field(default_factory=list)


class TableSource(Protocol):
    """A file of rows."""

    probe: Probe
    delimiter: str | None
    notes: list[Problem]

    def head(self) -> list[HeadRow]:
        """Return up to HEAD_ROWS of the first rows that are not blank, titles and all."""
        ...

    def batches(self, after_line: int, names: Sequence[str]) -> Iterator[RawBatch]:
        """Yield the rows below ``after_line`` (the heading), as many columns as there are ``names``."""
        ...

    def progress(self) -> float:
        """Return how much of the file was read in the pass under way, 0 to 1."""
        ...


class Formula(str):
    """A worksheet cell whose formula has no stored result; the text is the formula."""

    __slots__ = ()


def cell_text(cell: Any) -> str:
    """Return a cell as text, the way it is shown and can be read again."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def is_blank(cells: Sequence[Any]) -> bool:
    """Tell whether no cell of a row holds anything."""
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def open_source(probe: Probe, options: ReadOptions) -> TableSource:
    """Return the rows of the probed file.

    Raises
    ------
    Refused
        The file has no rows, or no clear delimiter, sheet or list of records.
    """
    if probe.format == "xlsx":
        from data.readers.sheet import SheetSource

        return SheetSource(probe, options.sheet)
    if probe.format == "parquet":
        from data.readers.columnar import ParquetSource

        return ParquetSource(probe)
    if probe.format == "json":
        from data.readers.documents import open_document

        return open_document(probe)
    from data.readers.text import TextSource

    return TextSource(probe, options.delimiter)


__all__ = [
    "BATCH_ROWS",
    "HEAD_ROWS",
    "Formula",
    "HeadRow",
    "RawBatch",
    "TableSource",
    "cell_text",
    "is_blank",
    "open_source",
    "probe_file",
]
