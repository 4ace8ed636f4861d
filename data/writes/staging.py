"""A file on its way into the database: its observations in a temporary table, judged and compared there as sets.

Rows travel by binary COPY straight from arrays, so nothing is held in memory but the batch under way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text
from sqlalchemy.orm import Session

_EPOCH_DAYS = 10957  # days from 1970-01-01 to 2000-01-01, where PostgreSQL counts from
_SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + b"\x00" * 8
_WIDTH = {
    "bigint": (8, ">i8"),
    "integer": (4, ">i4"),
    "date": (4, ">i4"),
    "timestamptz": (8, ">i8"),
    "double precision": (8, ">f8"),
}
FILE_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Doubles:
    """What was found where several rows share a key: ``lines`` that contradict each other, ``collapsed`` equal ones."""

    lines: dict[int, int]  # line -> another line with the same key and another value
    collapsed: int


class Staging:
    """The temporary table ``staged`` of the transaction under way.

    ``columns`` maps each value or extra column to its type; ``key`` names those that make a row's key, besides series.
    """

    def __init__(self, session: Session, columns: Mapping[str, str], key: Sequence[str]) -> None:
        self.session = session
        self.columns = {"line": "bigint", "series": "integer", **columns}
        self.key = ("series", *key)
        self.values = [name for name in columns if name not in key and name != "day"]
        self.rows = 0
        self._seen: set[int] = set()
        self._removed = False
        self._ordered = True
        self._last: dict[int, int] = {}
        definition = ", ".join(f"{name} {kind}" for name, kind in self.columns.items())
        session.execute(text("DROP TABLE IF EXISTS staged"))
        session.execute(text(f"CREATE TEMPORARY TABLE staged ({definition}) ON COMMIT DROP"))
        cursor = cast("Any", session.connection().connection.driver_connection).cursor()
        self._copying = cursor.copy(f"COPY staged ({', '.join(self.columns)}) FROM STDIN (FORMAT BINARY)")
        self._copy = self._copying.__enter__()
        self._copy.write(_SIGNATURE)

    def add(self, arrays: Mapping[str, NDArray[Any]], rank: NDArray[np.int64]) -> None:
        """Append rows. Dates are days and moments seconds since 1970; ``rank`` orders the keys of one series."""
        count = len(arrays["line"])
        if not count:
            return
        self._seen.update(np.unique(arrays["series"]).tolist())
        self._watch_order(arrays["series"], rank)
        fields: list[tuple[str, str]] = [("count", ">i2")]
        for name, kind in self.columns.items():
            fields += [(f"{name}_width", ">i4"), (name, _WIDTH[kind][1])]
        table = np.empty(count, np.dtype(fields))
        table["count"] = len(self.columns)
        for name, kind in self.columns.items():
            table[f"{name}_width"] = _WIDTH[kind][0]
            table[name] = _since_2000(arrays[name], kind)
        self._copy.write(table.tobytes())
        self.rows += count

    def _watch_order(self, series: NDArray[np.int32], rank: NDArray[np.int64]) -> None:
        """Notice whether the keys of every series only ever rise: then no key stands twice."""
        if not self._ordered:
            return
        order = np.argsort(series, kind="stable")
        ordered, ranks = series[order], rank[order]
        same = ordered[1:] == ordered[:-1]
        if (ranks[1:][same] <= ranks[:-1][same]).any():
            self._ordered = False
            return
        starts = np.concatenate([[0], np.flatnonzero(~same) + 1])
        ends = np.concatenate([starts[1:] - 1, [len(ordered) - 1]])
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            key = int(ordered[start])
            if key in self._last and ranks[start] <= self._last[key]:
                self._ordered = False
                return
            self._last[key] = int(ranks[end])

    def close(self) -> None:
        """End the copying; the rows can be judged from here on."""
        self._copy.write(b"\xff\xff")
        self._copying.__exit__(None, None, None)
        self.session.execute(text("ANALYZE staged"))

    def abandon(self) -> None:
        """End the copying after an error, so that the transaction can be rolled back."""
        problem = RuntimeError("import abandoned")
        try:
            self._copying.__exit__(RuntimeError, problem, None)
        except Exception as echo:
            if echo is not problem and "abandoned" not in str(echo):
                raise

    def remove_series(self, series: Sequence[int]) -> list[int]:
        """Take out every row of ``series`` and what else stands on its lines; return the lines."""
        if not series:
            return []
        lines = self.session.scalars(
            text("SELECT DISTINCT line FROM staged WHERE series = ANY(:series) ORDER BY 1"),
            {"series": list(series)},
        ).all()
        self.remove_lines("SELECT line FROM staged WHERE series = ANY(:series)", {"series": list(series)})
        return list(lines)

    def remove_lines(self, query: str, values: Mapping[str, Any]) -> None:
        """Take out every row on the lines that ``query`` selects."""
        self._removed = True
        self.session.execute(text(f"DELETE FROM staged WHERE line IN ({query})"), dict(values))

    def series(self) -> set[int]:
        """Return the series that have rows left."""
        if not self._removed:
            return self._seen
        return set(self.session.scalars(text("SELECT DISTINCT series FROM staged")))

    def settle_doubles(self) -> Doubles:
        """Settle keys that stand twice: equal rows collapse into the first, contradicting ones go with their lines."""
        if self._ordered:
            return Doubles({}, 0)
        key = ", ".join(self.key)
        value = ", ".join(self.values)
        self.session.execute(
            text(
                f"CREATE TEMPORARY TABLE doubled ON COMMIT DROP AS SELECT {key}, count(DISTINCT ({value})) > 1 "
                f"AS differs, "
                f"array_agg(line ORDER BY line) AS lines FROM staged GROUP BY {key} HAVING count(*) > 1"
            )
        )
        lines: dict[int, int] = {}
        for members in self.session.scalars(text("SELECT lines FROM doubled WHERE differs")):
            for line in members:
                lines.setdefault(line, next((other for other in members if other != line), line))
        if lines:
            self.remove_lines("SELECT unnest(lines) FROM doubled WHERE differs", {})
        return Doubles(lines, self._collapse())

    def _collapse(self) -> int:
        """Keep the first of equal rows; return the number of lines of which nothing is left."""
        join = " AND ".join(f"s.{name} = d.{name}" for name in self.key)
        gone = self.session.execute(
            text(
                "WITH again AS (SELECT s.ctid AS place, row_number() OVER (PARTITION BY "
                + ", ".join(f"s.{name}" for name in self.key)
                + f" ORDER BY s.line) AS n FROM staged s JOIN doubled d ON {join} WHERE NOT d.differs), "
                "gone AS (DELETE FROM staged USING again WHERE staged.ctid = again.place AND again.n > 1 "
                "RETURNING line) "
                "SELECT DISTINCT line FROM gone"
            )
        )
        lines = [row[0] for row in gone]
        left = self.session.scalar(
            text("SELECT count(DISTINCT line) FROM staged WHERE line = ANY(:lines)"), {"lines": lines}
        )
        self.session.execute(text("DROP TABLE doubled"))
        return len(lines) - int(left or 0)

    def count_lines(self) -> int:
        """Count the lines that are left."""
        return int(self.session.scalar(text("SELECT count(DISTINCT line) FROM staged")) or 0)


def _since_2000(array: NDArray[Any], kind: str) -> NDArray[Any]:
    if kind == "date":
        return array - _EPOCH_DAYS
    if kind == "timestamptz":
        return (array - _EPOCH_DAYS * 86400) * 1_000_000
    return array
