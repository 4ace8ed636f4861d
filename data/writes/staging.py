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
    """What was found where several rows share a key: ``count`` lines contradict others, ``collapsed`` equal them.

    ``lines`` names the first contradicting lines, each with another one of its key.
    """

    lines: dict[int, int]
    count: int
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

    def remove_series(self, series: int, limit: int) -> tuple[int, list[int]]:
        """Take out every row of a series and what else stands on its lines; return their number and the first lines."""
        chosen = {"series": series, "limit": limit}
        count = self.session.scalar(
            text("SELECT count(DISTINCT line) FROM staged WHERE series = :series"), chosen
        )
        first = "SELECT DISTINCT line FROM staged WHERE series = :series ORDER BY line LIMIT :limit"
        lines = list(self.session.scalars(text(first), chosen))
        self.remove_lines("SELECT line FROM staged WHERE series = :series", {"series": series})
        return int(count or 0), lines

    def remove_lines(self, query: str, values: Mapping[str, Any]) -> None:
        """Take out every row on the lines that ``query`` selects."""
        self._removed = True
        self.session.execute(text(f"DELETE FROM staged WHERE line IN ({query})"), dict(values))

    def series(self) -> set[int]:
        """Return the series that have rows left."""
        if not self._removed:
            return self._seen
        return set(self.session.scalars(text("SELECT DISTINCT series FROM staged")))

    def settle_doubles(self, limit: int) -> Doubles:
        """Settle keys that stand twice: equal rows collapse into the first, contradicting ones go with their lines.

        At most ``limit`` of the contradicting lines are named; all are counted.
        """
        if self._ordered:
            return Doubles({}, 0, 0)
        key = ", ".join(self.key)
        differs = " OR ".join(f"min({name}) <> max({name})" for name in self.values)
        self.session.execute(
            text(
                f"CREATE TEMPORARY TABLE doubled ON COMMIT DROP AS SELECT {key}, {differs} AS differs, "
                f"min(line) AS first, max(line) AS last FROM staged GROUP BY {key} HAVING count(*) > 1"
            )
        )
        self.session.execute(text("ANALYZE doubled"))
        join = " AND ".join(f"s.{name} = d.{name}" for name in self.key)
        wrong = f"FROM staged s JOIN doubled d ON {join} WHERE d.differs"
        count = int(self.session.scalar(text(f"SELECT count(DISTINCT s.line) {wrong}")) or 0)
        found = self.session.execute(
            text(
                "SELECT s.line, min(CASE WHEN d.first = s.line THEN d.last ELSE d.first END) "
                f"{wrong} GROUP BY s.line ORDER BY s.line LIMIT :limit"
            ),
            {"limit": limit},
        )
        lines = {int(line): int(other) for line, other in found}
        if count:
            self.remove_lines(f"SELECT s.line {wrong}", {})
        return Doubles(lines, count, self._collapse(join))

    def _collapse(self, join: str) -> int:
        """Keep the first of equal rows; return the number of lines of which nothing is left."""
        again = ", ".join(f"s.{name}" for name in self.key)
        self.session.execute(
            text(
                "CREATE TEMPORARY TABLE collapsed ON COMMIT DROP AS SELECT place, line FROM ("
                f"SELECT s.ctid AS place, s.line, row_number() OVER (PARTITION BY {again} ORDER BY s.line) AS n "
                f"FROM staged s JOIN doubled d ON {join} WHERE NOT d.differs) ranked WHERE n > 1"
            )
        )
        self.session.execute(text("DELETE FROM staged USING collapsed c WHERE staged.ctid = c.place"))
        gone = self.session.scalar(
            text(
                "SELECT count(DISTINCT line) FROM collapsed c "
                "WHERE NOT EXISTS (SELECT FROM staged s WHERE s.line = c.line)"
            )
        )
        self.session.execute(text("DROP TABLE doubled, collapsed"))
        return int(gone or 0)

    def count_lines(self) -> int:
        """Count the lines that are left."""
        return int(self.session.scalar(text("SELECT count(DISTINCT line) FROM staged")) or 0)


def _since_2000(array: NDArray[Any], kind: str) -> NDArray[Any]:
    if kind == "date":
        return array - _EPOCH_DAYS
    if kind == "timestamptz":
        return (array - _EPOCH_DAYS * 86400) * 1_000_000
    return array
