"""Parquet, streamed by DuckDB: the smallest maintained library that reads it (69 MB; pyarrow 165, polars 182)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from data.readers.cutting import joined
from data.readers.probe import Probe
from data.readers.problems import Problem, Refused
from data.readers.source import BATCH_ROWS, HEAD_ROWS, HeadRow, RawBatch

MEMORY = "160MB"
"""What DuckDB may hold; a row group larger than that is read in parts."""


class ParquetSource:
    """The records of a Parquet file. Line 1 stands for the names of the columns, so record n is line n + 1."""

    delimiter: str | None = None

    def __init__(self, probe: Probe) -> None:
        import duckdb

        self.probe = probe
        self.notes: list[Problem] = []
        self._done = 0
        settings: dict[str, Any] = {
            "threads": 1,
            "memory_limit": MEMORY,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._engine = duckdb.connect(":memory:", config=settings)
        self._file = str(probe.path).replace("[", "[[]") if "[" in str(probe.path) else str(probe.path)
        try:
            described = self._engine.execute(
                "DESCRIBE SELECT * FROM read_parquet($1)", [self._file]
            ).fetchall()
            count = self._engine.execute("SELECT count(*) FROM read_parquet($1)", [self._file]).fetchone()
        except duckdb.Error as problem:
            words = str(problem).splitlines()[0]
            raise Refused(
                "damaged-parquet",
                f"{probe.path.name} cannot be read as Parquet ({words}). It may be cut off; fetch it again.",
            ) from None
        self._names = [str(row[0]) for row in described]
        self._select = ", ".join(_as_read(str(row[0]), str(row[1])) for row in described)
        self._count = int(count[0]) if count else 0

    def progress(self) -> float:
        """Return the share of the records that were read."""
        return min(1.0, self._done / max(1, self._count))

    def head(self) -> list[HeadRow]:
        """Return the names and the first records."""
        rows = [HeadRow(1, tuple(self._names), 1)]
        for records in self._records(HEAD_ROWS - 1):
            rows += [HeadRow(number, record, number) for number, record in enumerate(records, start=2)]
        return rows

    def _records(self, limit: int | None = None) -> Iterator[list[tuple[Any, ...]]]:
        """Yield the records in batches; damage that shows only now refuses the file."""
        import duckdb

        bound = f" LIMIT {limit}" if limit is not None else ""
        try:
            cursor = self._engine.execute(f"SELECT {self._select} FROM read_parquet($1){bound}", [self._file])
            while records := cursor.fetchmany(BATCH_ROWS):
                yield records
        except duckdb.Error as problem:
            words = str(problem).splitlines()[0]
            raise Refused(
                "damaged-parquet", f"{self.probe.path.name} is damaged ({words}). Fetch it again."
            ) from None

    def batches(self, after_line: int, names: Sequence[str]) -> Iterator[RawBatch]:
        """Yield the records after line ``after_line``."""
        line = 2
        for records in self._records():
            skipped = max(0, after_line + 1 - line)
            cut: list[Sequence[Any]] = list(zip(*records[skipped:], strict=True))
            lines = range(line + skipped, line + len(records))
            line += len(records)
            self._done = line - 2
            yield RawBatch(cut[: len(names)] or [() for _ in names], lines, _texts(records, skipped))


def _texts(records: list[tuple[Any, ...]], skipped: int) -> Callable[[int], str]:
    return lambda i: joined(records[i + skipped])


def _moment(value: str, zone: str) -> str:
    """Return the expression that writes a timestamp, with its fraction of a second where it has one."""
    whole, fine = (
        f"strftime({value}, '%Y-%m-%dT%H:%M:%S{zone}')",
        f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%f{zone}')",
    )
    return f"CASE WHEN epoch_us({value}) % 1000000 = 0 THEN {whole} ELSE {fine} END"


def _as_read(name: str, kind: str) -> str:
    """Return the expression that reads a column: times as ISO text (UTC if they have a zone), decimals as doubles."""
    quoted = '"' + name.replace('"', '""') + '"'
    if kind == "DATE":
        return f"strftime({quoted}, '%Y-%m-%d') AS {quoted}"
    if kind.startswith("TIMESTAMP WITH TIME ZONE"):
        return f"{_moment(f'make_timestamp(epoch_us({quoted}))', 'Z')} AS {quoted}"
    if kind.startswith("TIMESTAMP") or kind == "DATETIME":
        return f"{_moment(f'CAST({quoted} AS TIMESTAMP)', '')} AS {quoted}"
    if kind.startswith("DECIMAL"):
        return f"CAST({quoted} AS DOUBLE) AS {quoted}"
    if kind in ("VARCHAR", "DOUBLE", "FLOAT", "BOOLEAN") or "INT" in kind:
        return quoted
    return f"CAST({quoted} AS VARCHAR) AS {quoted}"
