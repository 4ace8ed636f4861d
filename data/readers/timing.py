"""The moment of each row: days stay days, times become UTC, and what has no moment is refused."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import available_timezones

import numpy as np
from numpy.typing import NDArray

from data.readers.clocks import Local, to_utc
from data.readers.layout import Plan
from data.readers.moments import DAY, LOCAL
from data.readers.rowset import RowSet
from data.readers.source import cell_text
from data.readers.zones import NEVER, TWICE

_DAY = 86400


@dataclass(frozen=True, slots=True)
class Placed:
    """UTC seconds of each row; for the rows in ``twice``, wall-clock time and the other moment it may be."""

    seconds: NDArray[np.int64]
    twice: NDArray[np.bool_]
    local: NDArray[np.int64]
    second: NDArray[np.int64]
    any_local: bool = False


def place_in_time(rows: RowSet, seconds: NDArray[np.int64], kinds: NDArray[np.uint8]) -> Placed:
    """Return the moment of each row that is still good, and refuse those that have none."""
    plan = rows.plan
    nobody = np.zeros(len(seconds), bool)
    column = plan.column("time")
    if plan.as_days:
        odd = rows.alive & (seconds % _DAY != 0)
        rows.reject(
            np.flatnonzero(odd),
            column,
            lambda i: (
                "unexpected-time",
                f"'{_shown(rows, i)}' has a time of day, but the rows before it are whole days.",
            ),
        )
        return Placed(seconds, nobody, seconds, seconds)
    kinds = _typed_midnights(rows, kinds)
    rows.reject(
        np.flatnonzero(rows.alive & (kinds == DAY)),
        column,
        lambda i: ("no-time", f"'{_shown(rows, i)}' has no time of day, but the file holds times."),
    )
    local = rows.alive & (kinds == LOCAL)
    if not local.any() or plan.heading.names[plan.roles.of["time"]].utc:
        return Placed(seconds, nobody, seconds, seconds)
    return _from_local(rows, seconds, local)


def _typed_midnights(rows: RowSet, kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take a day among the times of a worksheet for its midnight: the two are stored as the same number."""
    days = np.flatnonzero(kinds == DAY)
    cells = rows.batch.columns[rows.plan.roles.of["time"]]
    typed = [i for i in days.tolist() if not isinstance(cells[i], str)]
    if typed:
        kinds = kinds.copy()
        kinds[typed] = LOCAL
    return kinds


def _from_local(rows: RowSet, seconds: NDArray[np.int64], local: NDArray[np.bool_]) -> Placed:
    plan = rows.plan
    zones = _zones(rows, local)
    local &= rows.alive
    found = np.flatnonzero(local)
    result, second = seconds.copy(), seconds.copy()
    twice = np.zeros(len(seconds), bool)
    if len(found):
        utc: Local = to_utc(
            seconds[found], zones if isinstance(zones, str) else [zones[i] for i in found.tolist()]
        )
        result[found], second[found] = utc.first, utc.second
        twice[found] = utc.times == TWICE
        skipped = found[utc.times == NEVER]
        rows.reject(
            skipped,
            plan.column("time"),
            lambda i: (
                "skipped-time",
                (
                    f"No clock in {zones if isinstance(zones, str) else zones[i]} showed {_shown(rows, i)}: that hour "
                    "is skipped when summer time begins. A source with 24 hours on every day has invented it; "
                    "ask for UTC times."
                ),
            ),
        )
    return Placed(result, twice & rows.alive, seconds, second, any_local=True)


def _zones(rows: RowSet, local: NDArray[np.bool_]) -> str | list[str]:
    """Return the zone of all rows, or of each; rows whose zone is missing or unknown are refused."""
    plan = rows.plan
    place = plan.roles.get("tz")
    if place is None:
        if plan.zone is None:
            rows.reject(
                np.flatnonzero(local),
                plan.column("time"),
                lambda i: ("no-timezone", f"'{_shown(rows, i)}' has no offset, and no --timezone was given."),
            )
            return "UTC"
        return plan.zone
    names = [cell_text(cell).strip() or (plan.zone or "") for cell in rows.batch.columns[place]]
    known = {name for name in set(names) if name in available_timezones()}
    odd = [i for i in np.flatnonzero(local).tolist() if names[i] not in known]
    rows.reject(odd, plan.column("tz"), lambda i: ("no-timezone", f"'{names[i]}' is not a time zone."))
    only = set(names)
    return (
        only.pop()
        if len(only) == 1 and only <= known
        else [name if name in known else "UTC" for name in names]
    )


def check_range(rows: RowSet, seconds: NDArray[np.int64], earliest: int, latest: int) -> None:
    """Refuse rows before ``earliest`` and after ``latest`` (seconds since 1970)."""
    column = rows.plan.column("time")
    rows.reject(
        np.flatnonzero(rows.alive & (seconds > latest)),
        column,
        lambda i: (
            "future-date",
            f"{_day(seconds[i])} lies in the future; the newest day that can be known is {_day(latest)}.",
        ),
    )
    rows.reject(
        np.flatnonzero(rows.alive & (seconds < earliest)),
        column,
        lambda i: (
            "too-old",
            f"{_day(seconds[i])} is before {_day(earliest)}, the first day that is taken in.",
        ),
    )


def _day(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d}"
    except (ValueError, OverflowError, OSError):
        return "The date"


def _shown(rows: RowSet, row: int) -> str:
    return cell_text(rows.batch.columns[rows.plan.roles.of["time"]][row]).strip()


__all__ = ["Placed", "Plan", "check_range", "place_in_time"]
