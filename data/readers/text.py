"""CSV and its relatives: cells between delimiters, with or without quotes, line numbers kept."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any, cast

from data.readers.cutting import sort_out
from data.readers.heading import known_names
from data.readers.probe import Probe
from data.readers.problems import Problem, Refused
from data.readers.source import BATCH_ROWS, HEAD_ROWS, HeadRow, RawBatch, is_blank

DELIMITERS = (",", ";", "\t", "|")
RECORD_LINES = 100
"""A quoted cell that runs over more lines than this was opened by mistake."""
LINE_LIMIT = 1 << 20

csv.field_size_limit(LINE_LIMIT * 4)


class TextSource:
    """The rows of a delimited text file."""

    def __init__(self, probe: Probe, delimiter: str | None) -> None:
        self.probe = probe
        self.notes: list[Problem] = []
        self._stream: IO[bytes] | None = None
        self._read_lines = 0
        with self._open() as text:
            self._first = list(islice(_limited(text), HEAD_ROWS))
        if len(self._first) == 1 and len(self._first[0]) >= LINE_LIMIT:
            raise Refused(
                "no-lines",
                f"{probe.path.name} has no line breaks in its first megabyte, so it holds no rows.",
            )
        self.delimiter: str | None = delimiter or sniff_delimiter(self._first, probe.path.name)
        if probe.guessed_encoding:
            self.notes.append(
                Problem(
                    None,
                    "",
                    "encoding",
                    f"The file is not UTF-8; it was read as {probe.encoding}. "
                    "Say --encoding if its letters look wrong.",
                )
            )

    def _open(self) -> io.TextIOWrapper:
        stream = self.probe.open_binary()
        return io.TextIOWrapper(cast("Any", stream), encoding=self.probe.encoding, newline="")

    def progress(self) -> float:
        """Return the share of the lines that were read."""
        return min(1.0, self._read_lines / max(1, self.probe.lines))

    def head(self) -> list[HeadRow]:
        """Return the first rows that are not blank; rows whose quotes do not close are left out."""
        rows: list[HeadRow] = []
        for line, cells, length in self._records(self._first, 0):
            if isinstance(cells, list) and not is_blank(cells):
                rows.append(HeadRow(line, tuple(cells), line + length - 1))
        return rows

    def _records(self, lines: list[str], offset: int) -> Iterator[tuple[int, list[str] | csv.Error, int]]:
        """Yield line number, cells (or what is wrong with them) and number of lines of each record."""
        reader = csv.reader(lines, delimiter=self.delimiter or ",", strict=True)
        before = 0
        while True:
            try:
                cells: list[str] | csv.Error = next(reader)
            except StopIteration:
                return
            except csv.Error as problem:
                cells = problem
            yield offset + before + 1, cells, reader.line_num - before
            before = reader.line_num

    def batches(self, after_line: int, names: Sequence[str]) -> Iterator[RawBatch]:
        """Yield the rows below the heading; blank lines are passed over."""
        offset = self._read_lines = after_line
        with self._open() as text:
            for _ in islice(text, after_line):
                pass
            while lines := list(islice(text, BATCH_ROWS)):
                body = self._complete(lines, text)
                yield (
                    self._careful(lines, offset, names)
                    if '"' in body
                    else self._quick(lines, body, offset, names)
                )
                offset += len(lines)
                self._read_lines = offset

    def _complete(self, lines: list[str], text: io.TextIOWrapper) -> str:
        """Add the lines that a quoted cell runs on to; return the whole text."""
        body = "".join(lines)
        open_quote = body.count('"') % 2 == 1
        added: list[str] = []
        while open_quote and len(added) < RECORD_LINES:
            line = text.readline()
            if not line:
                break
            added.append(line)
            open_quote ^= line.count('"') % 2 == 1
        lines += added
        return body + "".join(added)

    def _quick(self, lines: list[str], body: str, offset: int, names: Sequence[str]) -> RawBatch:
        """Cut lines without quotes: a line is a row, so one split gives all cells."""
        width, mark = len(names), self.delimiter or ","
        numbers = range(offset + 1, offset + 1 + len(lines))
        if width > 1 and "\x00" not in body and {line.count(mark) for line in lines} == {width - 1}:
            body = body.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
            cells = body.replace("\n", mark).split(mark)
            columns: list[Sequence[Any]] = [cells[place::width] for place in range(width)]
            if "" not in columns[0]:
                return RawBatch(columns, numbers, lambda i: lines[i].rstrip("\r\n"))
        rows = csv.reader(lines, delimiter=mark, quoting=csv.QUOTE_NONE)
        return sort_out(zip(numbers, rows, lines, strict=True), names)

    def _careful(self, lines: list[str], offset: int, names: Sequence[str]) -> RawBatch:
        records = []
        at = 0
        for line, cells, length in self._records(lines, offset):
            raw = "".join(lines[at : at + length])
            at += length
            if length > RECORD_LINES:
                raise Refused(
                    "unclosed-quote",
                    f"The quote opened on line {line} does not close within {RECORD_LINES} lines, so the rows after it "
                    "cannot be told apart. Close it, or remove it.",
                    line=line,
                )
            records.append((line, cells, raw))
        return sort_out(iter(records), names)


def _limited(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LINE_LIMIT):
        yield line


def sniff_delimiter(lines: list[str], name: str) -> str:
    """Return the one delimiter that cuts ``lines`` into a table.

    A delimiter counts when one of the first rows, cut by it, names known columns; else when most rows have the same
    number of cells.

    Raises
    ------
    Refused
        No delimiter does, or two do equally well.
    """
    scores = {mark: score for mark in DELIMITERS if (score := _score(lines, mark)) > (0, 0.0, 0)}
    if not scores:
        raise Refused(
            "no-table",
            f"{name} is no table: no comma, semicolon, tab or bar cuts its lines into the same number of cells. "
            "Name the delimiter with --delimiter if it is another one.",
        )
    ranked = sorted(scores, key=lambda mark: scores[mark], reverse=True)
    if len(ranked) > 1 and scores[ranked[0]] == scores[ranked[1]]:
        first, second = (repr(mark).strip("'") for mark in ranked[:2])
        raise Refused(
            "ambiguous-delimiter",
            f"{name} can be cut by '{first}' and by '{second}', and both give a table. "
            "Say --delimiter with the right one.",
        )
    return ranked[0]


def _score(lines: list[str], mark: str) -> tuple[int, float, int]:
    """Return known column names in the best row, share of rows as wide as most are, and that width."""
    try:
        rows = [row for row in csv.reader(lines, delimiter=mark) if not is_blank(row)]
    except csv.Error:
        return (0, 0.0, 0)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return (0, 0.0, 0)
    width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
    named = max((known_names(row) for row in rows[:60] if len(row) > 1), default=0)
    share = count / len(rows)
    if named == 0 and share < 0.5:
        return (0, 0.0, 0)
    return (named, round(share, 3), width)
