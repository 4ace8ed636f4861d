"""The delivery month of each node of a curve, from the row or from its place in the calendar of contracts."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data.readers.moments import DAY, is_month_name, read_stamp
from data.readers.numerals import OK, NumberFormat, parse_numbers
from data.readers.rowset import RowSet
from data.readers.series import SeriesBook
from data.readers.source import cell_text

if TYPE_CHECKING:
    from data.readers.contracts import ContractCalendar

_DAY = 86400
LETTERS = "FGHJKMNQUVXZ"
_CODE = re.compile(rf"[A-Z0-9.]*?([{LETTERS}])(\d{{2}})\Z")
_SHORT = re.compile(r"([A-Za-z]{3,9})[\s\-']*(\d{2})\Z")
FARTHEST = 400
"""Months that a curve may reach."""


def read_month(cell: Any) -> int | None:
    """Return the first day (since 1970) of a delivery month such as ``2024-03``, ``Mar-24`` or ``CLH24``, or None.

    A day that is not the first of a month is None: it may be a day of expiry, which lies in another month.
    """
    text = cell_text(cell).strip()
    short = _SHORT.match(text)
    if short is not None and is_month_name(short.group(1)):
        text = f"{short.group(1)} 20{short.group(2)}"
        cell = text
    stamp = read_stamp(cell if not isinstance(cell, str) else text, None)
    if stamp.kind != 0:
        day = stamp.seconds // _DAY
        first = np.datetime64(day, "D").astype("M8[M]").astype("M8[D]").astype(int)
        return int(first) if first == day and (stamp.kind == DAY or stamp.seconds % _DAY == 0) else None
    code = _CODE.match(text.upper())
    if code is None:
        return None
    month = np.datetime64(f"20{code.group(2)}-{LETTERS.index(code.group(1)) + 1:02d}", "D")
    return int(month.astype(int))


def read(
    rows: RowSet,
    book: SeriesBook,
    series: NDArray[np.int32],
    seconds: NDArray[np.int64],
    contracts: "ContractCalendar | None",
) -> dict[str, NDArray[np.int64]]:
    """Return ``delivery`` (first day of the month, days since 1970) and ``tenor`` (0 for none) of each row."""
    plan = rows.plan
    n = len(rows.alive)
    tenor = np.zeros(n, np.int64)
    if "tenor" in plan.roles.of:
        tenor = _tenors(rows)
    place = plan.roles.get("delivery")
    if place is not None:
        cells = rows.batch.columns[place]
        known = {cell: read_month(cell) for cell in set(cells)}
        months = np.array(
            [known[cell] if known[cell] is not None else -1 for cell in cells], np.int64
        ).reshape(-1)
        rows.reject(
            np.flatnonzero(months == -1),
            plan.names[place],
            lambda i: (
                "delivery",
                f"'{cell_text(cells[i])}' is not a delivery month. Write it as YYYY-MM, Mar-24 or H24.",
            ),
        )
        return {"delivery": months, "tenor": tenor}
    months = np.full(n, -1, np.int64)
    if contracts is not None:
        for number in np.unique(series[rows.alive]).tolist():
            mine = np.flatnonzero(rows.alive & (series == number))
            months[mine] = contracts.delivery(book.keys[number][0], seconds[mine] // _DAY, tenor[mine])
    column = rows.batch.columns[plan.roles.of["time"]]
    rows.reject(
        np.flatnonzero(rows.alive & (months < 0)),
        plan.column("tenor"),
        lambda i: (
            "no-contract",
            (
                f"The contract calendar does not say which contract of {book.keys[series[i]][0]} was number "
                f"{tenor[i]} on {cell_text(column[i])}: it does not reach there."
            ),
        ),
    )
    return {"delivery": months, "tenor": tenor}


def _tenors(rows: RowSet) -> NDArray[np.int64]:
    column = rows.plan.column("tenor")
    cells = rows.batch.columns[rows.plan.roles.of["tenor"]]
    numbers, state = parse_numbers([_bare(cell) for cell in cells], NumberFormat())
    fits = (
        (state == OK)
        & (np.nan_to_num(numbers) % 1 == 0)
        & (np.nan_to_num(numbers) >= 1)
        & (np.nan_to_num(numbers) <= FARTHEST)
    )
    rows.reject(
        np.flatnonzero(~fits),
        column,
        lambda i: (
            "tenor",
            f"'{cell_text(cells[i])}' is not a tenor: 1 is the next contract to expire, 2 the one after it.",
        ),
    )
    return np.where(fits, np.nan_to_num(numbers), 0).astype(np.int64)


def _bare(cell: Any) -> Any:
    """Return ``M3`` or ``CL03`` without its letters."""
    return cell.strip().lstrip("MmCcLl+") if isinstance(cell, str) else cell
