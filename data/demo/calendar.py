"""When the simulated markets trade and when their contracts expire; all as whole arrays of days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.datetime64]

HORIZON_YEARS = range(1980, 2101)


def easter_sunday(year: int) -> date:
    """Return Easter Sunday of ``year`` in the Gregorian calendar (Butcher's rule)."""
    century, rest = divmod(year, 100)
    leap, part = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    moon = (19 * (year % 19) + century - leap - correction + 15) % 30
    quarter, left = divmod(rest, 4)
    weekday = (32 + 2 * part + 2 * quarter - moon - left) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=1)
def holidays() -> tuple[date, ...]:
    """Return the days on which no simulated market trades: New Year, Good Friday and Christmas Day."""
    days: list[date] = []
    for year in HORIZON_YEARS:
        days += [date(year, 1, 1), easter_sunday(year) - timedelta(days=2), date(year, 12, 25)]
    return tuple(days)


def business_days(first: date, last: date) -> Days:
    """Return all trading days from ``first`` to ``last``, both included."""
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return days[np.is_busday(days, holidays=holidays())]


def last_business_day(day: date) -> date:
    """Return ``day`` if markets trade on it, else the trading day before it."""
    rolled: date = np.busday_offset(np.datetime64(day, "D"), 0, roll="backward", holidays=holidays()).astype(
        object
    )
    return rolled


def offset_days(days: Any, count: int, *, roll: str = "backward") -> Days:
    """Return ``days`` moved by ``count`` trading days, after rolling them onto a trading day."""
    moved: Days = np.busday_offset(
        np.asarray(days, dtype="datetime64[D]"),
        count,
        roll=roll,
        holidays=holidays(),  # type: ignore[call-overload]  # numpy types `roll` as literals
    )
    return moved


def day_after(day: date, count: int) -> date:
    """Return the day ``count`` trading days after ``day``, or before it when ``count`` is negative."""
    return date.fromisoformat(str(offset_days(np.datetime64(day, "D"), count)))


def _end_of_previous_month(months: Days) -> Days:
    return months.astype("datetime64[D]") - 1


def expiry(rule: str, months: Days) -> Days:
    """Return the last trading day of the contracts that deliver in ``months``.

    Parameters
    ----------
    rule : str
        ``brent``: last trading day of the second month before delivery. ``wti``: three trading days before the 25th of
        the month before. ``month-end``: last trading day of the month before. ``gas-us``: three trading days before the
        delivery month. ``gas-eu``: two trading days before it. ``lng``: the 15th of the month before. ``gasoil``: two
        trading days before the 14th of the delivery month. ``in-month``: last trading day of the delivery month.
    months : datetime64[M] of shape (n,)
        Delivery months.

    Raises
    ------
    KeyError
        There is no such rule.
    """
    first = months.astype("datetime64[D]")
    before = (months - 1).astype("datetime64[D]")
    rules = {
        "brent": lambda: offset_days(before - 1, 0),
        "wti": lambda: offset_days(before + 24, -3),
        "month-end": lambda: offset_days(_end_of_previous_month(months), 0),
        "gas-us": lambda: offset_days(first, -3, roll="forward"),
        "gas-eu": lambda: offset_days(first, -2, roll="forward"),
        "lng": lambda: offset_days(before + 14, 0),
        "gasoil": lambda: offset_days(first + 13, -2, roll="forward"),
        "in-month": lambda: offset_days((months + 1).astype("datetime64[D]") - 1, 0),
    }
    return rules[rule]()


@dataclass(frozen=True, slots=True)
class Contracts:
    """The listed months of one curve: ``delivery`` and ``years`` (to expiry) have shape (days, tenors)."""

    delivery: NDArray[np.datetime64]
    years: NDArray[np.float64]


def listed(rule: str, days: Days, tenors: int) -> Contracts:
    """Return the next ``tenors`` contracts on each of ``days``; a contract is still the first on its last day."""
    begin = days[0].astype("datetime64[M]") - 1
    months = np.arange(begin, days[-1].astype("datetime64[M]") + tenors + 4)
    last = expiry(rule, months)
    front = np.searchsorted(last, days, side="left")
    position = front[:, None] + np.arange(tenors)[None, :]
    years = (last[position] - days[:, None]).astype(np.float64) / 365.25
    return Contracts(months[position], years)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours in UTC with their local reading, shape (n,): delivery ``day``, ``hour`` 0-23, ``weekday`` 0 = Monday."""

    ts: NDArray[np.datetime64]
    day: Days
    hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    month: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ts)


def _offset_hours(zone: ZoneInfo, moment: np.datetime64) -> int:
    aware = datetime.fromisoformat(f"{moment}+00:00").astimezone(zone)
    return int(aware.utcoffset().total_seconds() // 3600)  # type: ignore[union-attr]  # an aware time has an offset


def local_hours(zone: str, first: date, last: date) -> Hours:
    """Return every hour of the local delivery days ``first`` to ``last`` of ``zone``: 23 or 25 on clock-change days."""
    info = ZoneInfo(zone)
    ts = np.arange(np.datetime64(first, "h") - 15, np.datetime64(last, "h") + 40)
    at_midnight = np.array([_offset_hours(info, m) for m in ts[::24].astype("datetime64[s]")])
    offset = np.repeat(at_midnight, 24)[: len(ts)]
    for block in np.flatnonzero(
        np.diff(at_midnight)
    ):  # the two days a year on which clocks change, hour by hour
        hours = slice(block * 24, (block + 1) * 24)
        offset[hours] = [_offset_hours(info, m) for m in ts[hours].astype("datetime64[s]")]
    local = ts + offset
    day = local.astype("datetime64[D]")
    keep = (day >= np.datetime64(first)) & (day <= np.datetime64(last))
    ts, local, day = ts[keep], local[keep], day[keep]
    return Hours(
        ts.astype("datetime64[us]"),
        day,
        (local - day.astype("datetime64[h]")).astype(np.int64),
        weekdays(day),
        day.astype("datetime64[M]").astype(np.int64) % 12 + 1,
    )


def weekdays(days: Days) -> NDArray[np.int64]:
    """Return the weekday of ``days``, 0 = Monday."""
    numbers: NDArray[np.int64] = (days.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return numbers


def year_fraction(days: NDArray[np.datetime64]) -> NDArray[np.float64]:
    """Return the day of the year of ``days``, from 0."""
    whole = days.astype("datetime64[D]")
    passed: NDArray[np.float64] = (whole - whole.astype("datetime64[Y]")).astype(np.float64)
    return passed
