"""Rows of any file brought to the width of the heading; what does not fit is refused."""

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from data.readers.problems import BadRow, printable
from data.readers.source import RawBatch, cell_text, is_blank


def sort_out(records: Iterable[tuple[int, Sequence[Any] | csv.Error, str]], names: Sequence[str]) -> RawBatch:
    """Keep the rows that are as wide as the heading; the others are bad, blank ones are nothing.

    A record is a line number, its cells (or what is wrong with them), and its text as read.
    """
    width = len(names)
    rows: list[Sequence[Any]] = []
    numbers: list[int] = []
    raws: list[str] = []
    bad: list[BadRow] = []
    for line, cells, raw in records:
        text = raw.rstrip("\r\n")
        if isinstance(cells, csv.Error):
            bad.append(_bad(line, "quote", f"Line {line} has quotes that do not match ({cells}).", text, {}))
        elif is_blank(cells):
            continue
        elif any(isinstance(cell, str) and "\x00" in cell for cell in cells):
            column = next((name for name, cell in zip(names, cells, strict=False) if "\x00" in str(cell)), "")
            message = f"Line {line} holds a NUL byte, which no text has: the file was damaged on its way."
            bad.append(_bad(line, "nul-byte", message, text, _fields(names, cells), column))
        elif len(cells) >= width and is_blank(cells[width:]):
            rows.append(cells[:width])
            numbers.append(line)
            raws.append(text)
        else:
            message = f"Line {line} has {len(cells)} cells, but the heading names {width} columns."
            bad.append(_bad(line, "cell-count", message, text, _fields(names, cells)))
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [() for _ in names]
    return RawBatch(columns, numbers, raws.__getitem__, bad)


def joined(cells: Iterable[Any]) -> str:
    """Return the cells of a row that is no line of text as one, for quarantine."""
    return "\t".join(cell_text(cell) for cell in cells).rstrip("\t")


def _fields(names: Sequence[str], cells: Sequence[Any]) -> dict[str, str]:
    return dict(zip(names, map(cell_text, cells), strict=False))


def _bad(line: int, code: str, message: str, raw: str, fields: dict[str, str], column: str = "") -> BadRow:
    shown = {printable(name): printable(value) for name, value in fields.items()}
    return BadRow(line, column, code, message, printable(raw), shown)
