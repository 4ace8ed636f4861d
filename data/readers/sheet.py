"""Worksheets: rows of typed cells, with formulas that have no trustworthy result kept as formulas.

Calamine reads the cells; it holds the sheet in memory, so a large one is streamed by openpyxl instead, which is
slower. Neither
tells a formula from its stored result, so the sheet's XML is looked through for formulas first.
"""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import islice
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from data.readers.cutting import joined, sort_out
from data.readers.probe import Probe
from data.readers.problems import Problem, Refused
from data.readers.source import BATCH_ROWS, HEAD_ROWS, Formula, HeadRow, RawBatch, is_blank

STREAM_ABOVE = 80 << 20
"""Bytes of a sheet's XML above which it is streamed."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE = re.compile(r"([A-Z]+)(\d+)")


class SheetSource:
    """The rows of one sheet of a workbook."""

    delimiter: str | None = None

    def __init__(self, probe: Probe, sheet: str | None) -> None:
        from python_calamine import CalamineError, CalamineWorkbook

        self.probe = probe
        self.notes: list[Problem] = []
        self._read = 0
        try:
            workbook = CalamineWorkbook.from_path(str(probe.path))
            self.sheet = _choose(workbook, sheet, probe.path.name)
            self._xml, trusted = _describe(probe, self.sheet)
            with zipfile.ZipFile(probe.path) as archive:
                self._streamed = archive.getinfo(self._xml).file_size > STREAM_ABOVE
            self._formulas = _formulas(probe, self._xml)
            self._rows = None if self._streamed else workbook.get_sheet_by_name(self.sheet)
        except (CalamineError, zipfile.BadZipFile, KeyError, ET.ParseError, EOFError) as problem:
            raise Refused(
                "damaged-workbook",
                f"{probe.path.name} cannot be read as a workbook ({problem}). Open and save it again.",
            ) from None
        start = self._rows.start if self._rows is not None else None
        self._left = start[1] if start else 0  # calamine leaves out empty columns on the left
        self._untrusted_zero = not trusted
        self._told = False
        self._height = max(1, self._rows.total_height if self._rows is not None else 1_000_000)

    def progress(self) -> float:
        """Return the share of the rows that were read."""
        return min(1.0, self._read / self._height)

    def head(self) -> list[HeadRow]:
        """Return the first rows that are not blank."""
        found = ((line, cells) for line, cells in self._all() if not is_blank(cells))
        return [HeadRow(line, tuple(cells), line) for line, cells in islice(found, HEAD_ROWS)]

    def batches(self, after_line: int, names: Sequence[str]) -> Iterator[RawBatch]:
        """Yield the rows below the heading."""
        rows = ((line, cells) for line, cells in self._all() if line > after_line)
        while part := list(islice(rows, BATCH_ROWS)):
            self._read = part[-1][0]
            yield sort_out(((line, cells, joined(cells)) for line, cells in part), names)

    def _all(self) -> Iterator[tuple[int, list[Any]]]:
        for line, cells in enumerate(
            self._stream() if self._rows is None else self._rows.iter_rows(), start=1
        ):
            row = [None if cell == "" else cell for cell in cells]
            for place, text in self._formulas.get(line, ()):
                if 0 <= place - self._left < len(row):
                    row[place - self._left] = self._judge(row[place - self._left], text, line)
            yield line, row

    def _stream(self) -> Iterator[tuple[Any, ...]]:
        from openpyxl import load_workbook

        workbook = load_workbook(self.probe.path, read_only=True, data_only=True)
        try:
            for row in workbook[self.sheet].iter_rows(values_only=True):
                yield tuple(_day_or_time(cell) for cell in row)
        finally:
            workbook.close()

    def _judge(self, value: Any, text: str, line: int) -> Any:
        """Return the stored result of a formula, or the formula where there is none that can be trusted."""
        if value is None or (self._untrusted_zero and value == 0):
            return Formula(f"={text}" if text else "=...")
        if not self._told:
            self._told = True
            message = "Cells with formulas were read as the results that the workbook stores."
            self.notes.append(Problem(line, "", "formula-result", message))
        return value


def _day_or_time(cell: Any) -> Any:
    """Return a midnight as a day: in a workbook the two are the same number, and calamine reads it so."""
    return cell.date() if isinstance(cell, datetime) and cell.time() == time() else cell


def _choose(workbook: Any, wanted: str | None, name: str) -> str:
    """Return the sheet asked for, or the only one with cells."""
    names = list(workbook.sheet_names)
    if wanted is not None:
        if wanted in names:
            return wanted
        raise Refused(
            "no-such-sheet", f"{name} has no sheet '{wanted}'. It has {', '.join(repr(n) for n in names)}."
        )
    shown = [
        meta.name
        for meta in workbook.sheets_metadata
        if str(meta.visible).endswith("Visible") and str(meta.typ).endswith("WorkSheet")
    ]
    filled = (
        [sheet for sheet in shown if workbook.get_sheet_by_name(sheet).total_height > 1]
        if len(shown) > 1
        else shown
    )
    if len(filled) == 1:
        return str(filled[0])
    if not filled:
        raise Refused("no-rows", f"{name} has no visible sheet with rows.")
    raise Refused(
        "ambiguous-sheet",
        f"{name} has several sheets with rows: {', '.join(repr(n) for n in filled)}. Say which with --sheet NAME.",
    )


def _describe(probe: Probe, sheet: str) -> tuple[str, bool]:
    """Return the path of the sheet's XML, and whether stored results of formulas are final.

    A workbook written by a program often holds zeros for results and asks to be calculated when it is opened.
    """
    with zipfile.ZipFile(probe.path) as archive:
        book = ET.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314  (expat limits expansion)
        links = ET.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
        targets = {link.get("Id"): link.get("Target", "") for link in links}
        link = next(item.get(_LINK) for item in book.iter(f"{_MAIN}sheet") if item.get("name") == sheet)
        target = targets[link]
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
        calculate = book.find(f"{_MAIN}calcPr")
    later = calculate is not None and calculate.get("fullCalcOnLoad") in ("1", "true")
    return path, not later


def _formulas(probe: Probe, path: str) -> dict[int, list[tuple[int, str]]]:
    """Return row -> (column counted from 0, formula) of the cells with formulas."""
    with zipfile.ZipFile(probe.path) as archive:
        with archive.open(path) as stream:
            if not _mentions_formula(stream):
                return {}
        found: dict[int, list[tuple[int, str]]] = {}
        with archive.open(path) as stream:
            for _, element in ET.iterparse(stream):  # noqa: S314
                if element.tag == f"{_MAIN}c":
                    formula = element.find(f"{_MAIN}f")
                    match = _PLACE.match(element.get("r", ""))
                    if formula is not None and match is not None:
                        found.setdefault(int(match.group(2)), []).append(
                            (_number(match.group(1)), formula.text or "")
                        )
                elif element.tag == f"{_MAIN}row":
                    element.clear()
    return found


def _mentions_formula(stream: Any) -> bool:
    before = b""
    while block := stream.read(1 << 20):
        if b"<f>" in before + block or b"<f " in before + block:
            return True
        before = block[-3:]
    return False


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
