"""JSON: lists of records, columns by name, one record a line, and the envelopes in which providers send them."""

import codecs
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import IO, Any, cast

import ijson

from data.readers.cutting import sort_out
from data.readers.probe import Probe
from data.readers.problems import Problem, Refused
from data.readers.source import BATCH_ROWS, HEAD_ROWS, HeadRow, RawBatch, TableSource

ENVELOPES = (
    "",
    "records",
    "data",
    "observations",
    "response.data",
    "results",
    "rows",
    "items",
    "values",
    "prices",
    "series",
)
"""Where the list of records may be, by path; empty means that the document is the list."""
COLUMNS_LIMIT = 64 << 20
"""Bytes of a document whose values come column by column: it has to be held in memory."""
LINE_LIMIT = 1 << 20
"""Characters of a first line that is longer than any record: then the document is one line."""
_SAMPLE = 200


def open_document(probe: Probe) -> TableSource:
    """Return the records of a JSON file.

    Raises
    ------
    Refused
        It is not JSON, an error answer, or no table.
    """
    with _text(probe) as text:
        lines = [text.readline(LINE_LIMIT) for _ in range(3)]
    if _is_lines(lines):
        return RecordSource(probe, None)
    try:
        return _from_document(probe)
    except (ijson.JSONError, UnicodeDecodeError) as problem:
        raise _broken(probe, problem) from None


def _utf8(stream: IO[bytes], probe: Probe) -> Any:
    """Return the bytes of a document in UTF-8, which is what the JSON parser takes."""
    return (
        stream
        if probe.encoding in ("utf-8", "ascii")
        else codecs.EncodedFile(stream, "utf-8", probe.encoding)
    )


def _text(probe: Probe) -> io.TextIOWrapper:
    return io.TextIOWrapper(cast("Any", probe.open_binary()), encoding=probe.encoding)


def _is_lines(lines: list[str]) -> bool:
    """Tell whether each of the first lines is a whole record."""
    filled = [line for line in lines if line.strip()]
    try:
        return (
            bool(filled)
            and all(isinstance(json.loads(line), dict) for line in filled)
            and not _is_envelope(filled)
        )
    except ValueError:
        return False


def _is_envelope(lines: list[str]) -> bool:
    """Tell whether a document on one line holds its records inside."""
    return len(lines) == 1 and any(isinstance(value, (list, dict)) for value in json.loads(lines[0]).values())


def _broken(probe: Probe, problem: Exception) -> Refused:
    words = str(problem).splitlines()[0][:120]
    return Refused(
        "broken-json", f"{probe.path.name} is not whole JSON ({words}). It may be cut off; fetch it again."
    )


def _from_document(probe: Probe) -> TableSource:
    kinds: dict[str, str] = {}
    with probe.open_binary() as stream:
        for prefix, event, value in islice(ijson.parse(_utf8(stream, probe)), 20_000):
            kinds.setdefault(prefix, event)
            if (
                prefix in ("error", "error.message", "error.code", "reason")
                and event == "string"
                and "error" in kinds
            ):
                raise Refused(
                    "error-answer", f"{probe.path.name} is an error answer, not data: {value}", line=1
                )
    for path in ENVELOPES:
        inside = kinds.get(f"{path}.item" if path else "item")
        if kinds.get(path) == "start_array" and inside == "start_map":
            return RecordSource(probe, path)
        if kinds.get(path) == "start_array" and inside == "start_array" and path == "series":
            return _pairs(probe)
    if kinds.get("") == "start_array" and kinds.get("item") == "start_array":
        return _loaded(probe, lambda document: document)
    if kinds.get("hourly.time") == "start_array" or kinds.get("daily.time") == "start_array":
        return _loaded(probe, _weather)
    if kinds.get("columns") == "start_array" and kinds.get("data") == "start_array":
        return _loaded(probe, lambda document: [document["columns"], *document["data"]])
    if (
        kinds.get("") == "start_map"
        and sum("." not in name and event == "start_array" for name, event in kinds.items()) > 1
    ):
        return _loaded(probe, _columns)
    raise Refused(
        "no-records",
        f'{probe.path.name} holds no list of records. Give it as [{{"date": ..., "price": ...}}, ...].',
    )


class RecordSource:
    """Records streamed from a list in the document (``path``), or one a line (None). Record n is line n."""

    delimiter: str | None = None

    def __init__(self, probe: Probe, path: str | None) -> None:
        self.probe = probe
        self.notes: list[Problem] = []
        self._path = path
        self._done = 0
        self._strange: set[str] = set()
        self._names: list[str] = []
        for record in islice(self._records(), _SAMPLE):
            self._names += [name for name in record if name not in self._names]
        if not self._names:
            raise Refused("no-rows", f"{probe.path.name} holds no records.")

    def progress(self) -> float:
        """Return a rough share: records times their usual size."""
        return min(1.0, self._done * 60.0 / max(1, self.probe.size))

    def _records(self) -> Iterator[dict[str, Any]]:
        try:
            yield from self._from_lines() if self._path is None else self._from_list(self._path)
        except (ijson.JSONError, ValueError) as problem:
            raise _broken(self.probe, problem) from None

    def _from_lines(self) -> Iterator[dict[str, Any]]:
        with _text(self.probe) as text:
            for line in text:
                if line.strip():
                    yield self._checked(json.loads(line))

    def _from_list(self, path: str) -> Iterator[dict[str, Any]]:
        with self.probe.open_binary() as stream:
            prefix = f"{path}.item" if path else "item"
            for record in ijson.items(_utf8(stream, self.probe), prefix, use_float=True):
                yield self._checked(record)

    def _checked(self, record: Any) -> dict[str, Any]:
        if not isinstance(record, dict):
            raise Refused(
                "no-records",
                f"{self.probe.path.name} mixes records with other values. Give one record for each row.",
            )
        return record

    def head(self) -> list[HeadRow]:
        """Return the names (line 0) and the first records."""
        rows = [HeadRow(0, tuple(self._names), 0)]
        for number, record in enumerate(islice(self._records(), HEAD_ROWS - 1), start=1):
            rows.append(HeadRow(number, self._cells(record, number), number))
        return rows

    def _cells(self, record: dict[str, Any], number: int) -> tuple[Any, ...]:
        if len(record) > len(self._names) or not record.keys() <= set(self._names):
            for name in record.keys() - set(self._names) - self._strange:
                self._strange.add(name)
                message = f"'{name}' appears in record {number} for the first time and is not imported."
                self.notes.append(Problem(number, name, "unused-column", message))
        return tuple(_plain(record.get(name)) for name in self._names)

    def batches(self, after_line: int, names: Sequence[str]) -> Iterator[RawBatch]:
        """Yield the records after number ``after_line``."""
        numbered = ((n, record) for n, record in enumerate(self._records(), start=1) if n > after_line)
        while part := list(islice(numbered, BATCH_ROWS)):
            self._done = part[-1][0]
            yield sort_out(
                ((n, self._cells(record, n), json.dumps(record, default=str)) for n, record in part), names
            )


class LoadedSource:
    """A small document turned into rows; the first one names the columns (line 0), row n is line n."""

    delimiter: str | None = None

    def __init__(self, probe: Probe, rows: list[Sequence[Any]]) -> None:
        self.probe = probe
        self.notes: list[Problem] = []
        self._rows = rows

    def progress(self) -> float:
        """Return 1: everything is in memory."""
        return 1.0

    def head(self) -> list[HeadRow]:
        """Return the first rows."""
        return [
            HeadRow(n, tuple(_plain(cell) for cell in row), n) for n, row in enumerate(self._rows[:HEAD_ROWS])
        ]

    def batches(self, after_line: int, names: Sequence[str]) -> Iterator[RawBatch]:
        """Yield the rows after number ``after_line``."""
        numbered = ((n, [_plain(cell) for cell in row]) for n, row in enumerate(self._rows) if n > after_line)
        while part := list(islice(numbered, BATCH_ROWS)):
            yield sort_out(((n, cells, json.dumps(cells, default=str)) for n, cells in part), names)


def _plain(cell: Any) -> Any:
    return json.dumps(cell) if isinstance(cell, (dict, list)) else cell


def _loaded(probe: Probe, shape: Any) -> LoadedSource:
    if probe.size > COLUMNS_LIMIT:
        raise Refused(
            "large-document",
            f"{probe.path.name} gives its values column by column and is larger than {COLUMNS_LIMIT >> 20} MB. "
            f"Give it as records or CSV.",
        )
    with _text(probe) as text:
        try:
            rows = shape(json.load(text))
        except ValueError as problem:
            raise _broken(probe, problem) from None
    if not rows or not all(isinstance(row, (list, tuple)) for row in rows):
        raise Refused(
            "no-records",
            f'{probe.path.name} holds no list of records. Give it as [{{"date": ..., "price": ...}}, ...].',
        )
    return LoadedSource(probe, rows)


def _columns(document: dict[str, Any]) -> list[Sequence[Any]]:
    """Return ``{"date": [...], "price": [...]}`` as rows, or the same with rows by key as pandas writes them."""
    lists = {name: value for name, value in document.items() if isinstance(value, list)}
    _even(lists)
    return [tuple(lists), *zip(*lists.values(), strict=True)]


def _even(lists: dict[str, list[Any]]) -> None:
    if len({len(value) for value in lists.values()}) != 1:
        named = ", ".join(f"{name}: {len(value)}" for name, value in lists.items())
        raise Refused(
            "uneven-columns",
            f"The columns of the document have different lengths ({named}), so it is not "
            f"known which values belong "
            "together. Ask the source for a whole answer.",
        )


def _pairs(probe: Probe) -> LoadedSource:
    """Return ``series: [[milliseconds, value], ...]`` (SMARD) as rows in UTC."""

    def shape(document: dict[str, Any]) -> list[Sequence[Any]]:
        rows = [
            (f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}", value)
            for ms, value in document["series"]
        ]
        return [("ts_utc", "value"), *rows]

    return _loaded(probe, shape)


def _weather(document: dict[str, Any]) -> list[Sequence[Any]]:
    """Return an answer of Open-Meteo as rows; units stand beside the values, and times are in its offset."""
    part = "hourly" if "hourly" in document else "daily"
    block, units = document[part], document.get(f"{part}_units", {})
    offset = int(document.get("utc_offset_seconds", 0))
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    suffix = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if part == "hourly" else ""
    names = [name if name == "time" else f"{name} ({units.get(name, '')})" for name in block]
    _even(block)
    times = [f"{moment}{suffix}" for moment in block["time"]]
    return [names, *zip(*(times if name == "time" else block[name] for name in block), strict=True)]


__all__ = ["LoadedSource", "RecordSource", "open_document"]
