"""Whole arrays into PostgreSQL by binary COPY: no Python object per row.

A block is one structured array whose bytes are already the COPY format: for each field its length, then its value in
network order. Text is the same for all rows of a block, and a field that is null in some rows is put in its own block.
"""

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

SIGNATURE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH_DAY = np.datetime64("2000-01-01", "D")
EPOCH_MOMENT = np.datetime64("2000-01-01T00:00:00", "us")
BLOCK_ROWS = 200_000

Values = NDArray[Any]


def _encode(values: Values) -> tuple[str, Values]:
    """Return the big-endian type and the numbers of a column: dates, moments, integers of their size, or doubles."""
    if values.dtype.kind == "M":
        if np.datetime_data(values.dtype)[0] == "D":
            return ">i4", (values - EPOCH_DAY).astype(np.int64)
        return ">i8", (values.astype("datetime64[us]") - EPOCH_MOMENT).astype(np.int64)
    if values.dtype.kind in "iu":
        return f">i{2 if values.dtype.itemsize <= 2 else 8}", values
    return ">f8", values.astype(np.float64)


def _block(columns: Mapping[str, Values | str | int | None], rows: Values) -> bytes:
    """Return the COPY bytes of ``rows``; scalars repeat, None is null in every row."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    filled: dict[str, Any] = {"fields": len(columns)}
    content: Any
    for position, value in enumerate(columns.values()):
        length, name = f"length{position}", f"value{position}"
        layout.append((length, ">i4"))
        if value is None:
            filled[length] = -1
            continue
        if isinstance(value, str):
            kind, content = f"S{len(value.encode())}", value.encode()
        elif isinstance(value, int):
            kind, content = ">i8", value
        else:
            kind, content = _encode(value[rows])
        layout.append((name, kind))
        filled[length], filled[name] = np.dtype(kind).itemsize, content
    block = np.empty(len(rows), dtype=layout)
    for name, content in filled.items():
        block[name] = content
    return block.tobytes()


def _patterns(
    columns: Mapping[str, Values | str | int | None], count: int
) -> Iterator[tuple[dict[str, Any], Values]]:
    """Yield the columns and row numbers of each combination of missing values; NaN counts as missing."""
    loose = [
        name for name, value in columns.items() if isinstance(value, np.ndarray) and value.dtype.kind == "f"
    ]
    code = np.zeros(count, dtype=np.int64)
    for bit, name in enumerate(loose):
        code |= np.isnan(columns[name]).astype(np.int64) << bit  # type: ignore[arg-type]  # chosen to be arrays
    for pattern in np.unique(code):
        missing = {name for bit, name in enumerate(loose) if pattern >> bit & 1}
        yield (
            {name: None if name in missing else value for name, value in columns.items()},
            np.flatnonzero(code == pattern),
        )


class Copy:
    """One COPY into ``table`` over ``connection``, within its transaction; a context manager.

    ``add`` takes arrays of equal length (datetime64[D] for dates, datetime64 for moments, int16 for smallint, other
    integers for bigint, floats where NaN means null) and scalars for what all rows share.
    """

    def __init__(self, connection: Connection, table: str, columns: tuple[str, ...]) -> None:
        self._columns = columns
        self._sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)"
        self._cursor = connection.connection.cursor()  # the psycopg cursor under SQLAlchemy, same transaction
        self.rows = 0

    def __enter__(self) -> Self:
        self._context = self._cursor.copy(self._sql)
        self._copy = self._context.__enter__()
        self._copy.write(SIGNATURE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._copy.write(TRAILER)
        self._context.__exit__(kind, problem, trace)
        self._cursor.close()

    def add(self, **values: Values | str | int | None) -> None:
        """Append rows; the keywords are the columns given to the constructor."""
        ordered = {name: values[name] for name in self._columns}
        count = next(len(value) for value in ordered.values() if isinstance(value, np.ndarray))
        for columns, rows in _patterns(ordered, count):
            for start in range(0, len(rows), BLOCK_ROWS):
                self._copy.write(_block(columns, rows[start : start + BLOCK_ROWS]))
        self.rows += count
