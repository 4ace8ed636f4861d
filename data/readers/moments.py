"""Dates and times as people write them: the order of day and month, and the values of a column.

``01/02/2024`` has two readings. :class:`TimeEvidence` looks at the whole column: one row with a number above twelve
settles it, rows that contradict each other refuse the file, and without any such row the user is asked.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from data.readers.options import DateOrder
from data.readers.problems import Refused

BAD, DAY, LOCAL, ZONED = 0, 1, 2, 3
"""What a cell of a time column is: unreadable, a day, a wall-clock time, or a moment (UTC)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTHS = {name: i for i, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: i for name, i in _MONTHS.items()} | {"sept": 9}
_TIME = (
    r"(?:[T ]+(?P<h>\d{1,2})(?::?(?P<n>\d{2})(?::?(?P<s>\d{2})(?:[.,](?P<f>\d+))?)?)?"
    r"\s*(?P<ap>[AaPp][Mm])?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?)?"
)
_ISO = re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})" + _TIME + r"\Z", re.ASCII)
_YEAR_FIRST = re.compile(r"(?P<y>\d{4})[/.](?P<m>\d{1,2})[/.](?P<d>\d{1,2})" + _TIME + r"\Z", re.ASCII)
_COMPACT = re.compile(r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})" + _TIME + r"\Z", re.ASCII)
_THREE = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[/.\-])(?P<b>\d{1,2})(?P=sep)(?P<c>\d{4}|\d{2})" + _TIME + r"\Z", re.ASCII
)
_NAMED = re.compile(
    r"(?P<d>\d{1,2})[\s\-/.]*(?P<mon>[A-Za-z]{3,9})\.?[\s\-/.,]*(?P<y>\d{4})" + _TIME + r"\Z", re.ASCII
)
_US_NAMED = re.compile(
    r"(?P<mon>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})" + _TIME + r"\Z", re.ASCII
)
_MONTH = re.compile(
    r"(?P<y>\d{4})[-/](?P<m>\d{1,2})\Z|(?P<mon>[A-Za-z]{3,9})\.?[\s\-]+(?P<y2>\d{4})\Z", re.ASCII
)
_YEAR_MONTH = re.compile(r"(?P<y>\d{4})M(?P<m>\d{2})\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stamp:
    """One cell as read: ``seconds`` since 1970 on the wall clock, or in UTC when ``kind`` is ZONED.

    ``offset`` is what the text's own zone adds to UTC, in seconds.
    """

    seconds: int
    kind: int
    offset: int = 0


_BAD = Stamp(0, BAD)


@dataclass(slots=True)
class TimeEvidence:
    """What the cells of a time column say about their form, over the whole column."""

    day_first: str | None = None  # a cell that can only be day-month
    month_first: str | None = None
    unclear: str | None = None
    short_year: str | None = None
    dotted: str | None = None
    days: int = 0
    times: int = 0
    zoned: int = 0
    at_midnight_only: bool = True
    unreadable: int = 0
    order: DateOrder | None = None
    _same: bool = True  # both readings of ``unclear`` are the same day, so a better example may come

    def look(self, cells: Iterable[Any]) -> None:
        """Take in the cells of a column."""
        for cell in dict.fromkeys(cells):
            text = cell.strip() if type(cell) is str else ""
            text = text.partition(" - ")[0]
            match = _THREE.match(text) if text else None
            if match is not None:
                self._judge(text, match)
            stamp = read_stamp(cell, self.order or ("mdy" if self.month_first else "dmy"))
            if stamp.kind == BAD and match is not None:
                stamp = read_stamp(cell, "mdy")
            self._count(stamp)

    def _count(self, stamp: Stamp) -> None:
        if stamp.kind == BAD:
            self.unreadable += 1
        elif stamp.kind == DAY:
            self.days += 1
        else:
            self.times += 1
            self.zoned += stamp.kind == ZONED
            if (stamp.seconds + stamp.offset) % 86400:
                self.at_midnight_only = False

    def _judge(self, text: str, match: re.Match[str]) -> None:
        first, second = int(match["a"]), int(match["b"])
        if len(match["c"]) == 2:
            self.short_year = self.short_year or text
        if match["sep"] == ".":  # nobody writes month.day.year with dots
            self.dotted = self.dotted or text
        elif first > 12 >= second:
            self.day_first = self.day_first or text
        elif second > 12 >= first:
            self.month_first = self.month_first or text
        elif first <= 12 and second <= 12 and (self.unclear is None or (first != second and self._same)):
            self.unclear, self._same = text, first == second

    def settle(self, column: str, stated: DateOrder | None) -> DateOrder | None:
        """Return the order of day, month and year (None when no cell needs one), or refuse and name both readings."""
        if stated is not None:
            return stated
        if self.short_year:
            raise Refused(
                "ambiguous-date",
                f"Column '{column}' writes years with two digits, such as '{self.short_year}', which can be "
                f"read in several "
                "ways. Say --date-order dmy, mdy or ymd (years 69-99 are then 19xx, 00-68 are 20xx).",
                column=column,
            )
        day_first = self.day_first or self.dotted
        if day_first and self.month_first:
            raise Refused(
                "mixed-date-order",
                f"Column '{column}' mixes two date orders: '{day_first}' can only be day-month and "
                f"'{self.month_first}' only "
                "month-day, so the rows that fit both cannot be trusted. Make the file uniform, or say "
                "--date-order dmy or mdy "
                "to have the others quarantined.",
                column=column,
            )
        if day_first:
            return "dmy"
        if self.month_first:
            return "mdy"
        if self.unclear:
            match = cast("re.Match[str]", _THREE.match(self.unclear))
            a, b, year = int(match["a"]), int(match["b"]), match["c"]
            raise Refused(
                "ambiguous-date",
                f"Column '{column}' holds dates such as '{self.unclear}', which may be {year}-{b:02d}-{a:02d} "
                f"(day first) or "
                f"{year}-{a:02d}-{b:02d} (month first), and no row in the file settles it. "
                "Say --date-order dmy or --date-order mdy.",
                column=column,
            )
        return None


def read_stamp(cell: Any, order: DateOrder | None) -> Stamp:
    """Return one cell as a day or time; of kind BAD when it is neither. Numbers are never dates here."""
    if type(cell) is str:
        return _read_text(cell.strip(), order)
    if isinstance(cell, datetime):
        near = (cell.microsecond + 500) // 1000 % 1000
        if near:  # a worksheet's times are off by microseconds, but these are real fractions of a second
            return _BAD
        cell = (cell + timedelta(milliseconds=1)).replace(microsecond=0)
        if cell.tzinfo is None:
            return Stamp(int((cell.replace(tzinfo=UTC) - _EPOCH).total_seconds()), LOCAL)
        offset = cell.utcoffset()
        return Stamp(
            int((cell - _EPOCH).total_seconds()), ZONED, int(offset.total_seconds()) if offset else 0
        )
    if isinstance(cell, date):
        return Stamp((cell.toordinal() - 719163) * 86400, DAY)
    return _BAD


def _read_text(text: str, order: DateOrder | None) -> Stamp:
    start, mark, end = text.partition(" - ")
    if mark:  # an interval, of which the start counts, as in "01.01.2024 00:00 - 01.01.2024 01:00"
        first, second = _read_one(start.strip(), order), _read_one(end.strip(), order)
        return first if first.kind == second.kind and first.seconds < second.seconds else _BAD
    return _read_one(text, order)


def _read_one(text: str, order: DateOrder | None) -> Stamp:
    for pattern in (_ISO, _YEAR_FIRST, _COMPACT):
        match = pattern.match(text)
        if match is not None:
            return _build(int(match["y"]), int(match["m"]), int(match["d"]), match)
    match = _THREE.match(text)
    if match is not None:
        return _ordered(match, "dmy" if match["sep"] == "." and order is None else order)
    for pattern in (_NAMED, _US_NAMED):
        match = pattern.match(text)
        if match is not None:
            month = _MONTHS.get(match["mon"].lower())
            return _build(int(match["y"]), month, int(match["d"]), match) if month else _BAD
    return _read_month(text)


def _read_month(text: str) -> Stamp:
    match = _MONTH.match(text)
    if match is not None and match["mon"]:
        month = _MONTHS.get(match["mon"].lower())
        return _build(int(match["y2"]), month, 1, None) if month else _BAD
    match = match or _YEAR_MONTH.match(text)
    return _build(int(match["y"]), int(match["m"]), 1, None) if match is not None else _BAD


def _ordered(match: re.Match[str], order: DateOrder | None) -> Stamp:
    if order is None:
        return _BAD
    a, b, c = int(match["a"]), int(match["b"]), int(match["c"])
    short = len(match["c"]) == 2
    if order == "ymd":
        return _build(_century(a), b, c, match) if short else _BAD
    year = _century(c) if short else c
    return _build(year, b, a, match) if order == "dmy" else _build(year, a, b, match)


def _century(year: int) -> int:
    return year + (1900 if year >= 69 else 2000)


def _build(year: int, month: int, day: int, match: re.Match[str] | None) -> Stamp:
    try:
        ordinal = date(year, month, day).toordinal()
    except ValueError:
        return _BAD
    seconds = (ordinal - 719163) * 86400
    if match is None or match["h"] is None:
        return Stamp(seconds, DAY)
    hour, minute, second = int(match["h"]), int(match["n"] or 0), int(match["s"] or 0)
    half = (match["ap"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return _BAD
        hour = hour % 12 + (12 if half == "pm" else 0)
    if match["n"] is None and not half:  # "2024-01-02 13" is not a time anybody agreed on
        return _BAD
    if (match["f"] or "").strip("0"):
        return _BAD  # finer than a second: it would be cut off
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second)):
        return _BAD
    seconds += hour * 3600 + minute * 60 + second  # 24:00 is the next midnight, as ISO 8601 allowed
    zone = match["z"]
    if not zone:
        return Stamp(seconds, LOCAL)
    offset = _offset(zone)
    return Stamp(seconds - offset, ZONED, offset)


def _offset(zone: str) -> int:
    if zone in ("Z", "UTC", "GMT"):
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    seconds = int(digits[:2]) * 3600 + int(digits[2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def is_month_name(text: str) -> bool:
    """Tell whether ``text`` is the English name of a month, whole or its first three letters."""
    return text.lower() in _MONTHS


class StampReader:
    """Read time columns batch by batch; texts seen before are remembered, and plain ISO text is read as an array.

    With ``as_days`` the column holds days, written with a midnight or not: the clock that the text shows counts then,
    whatever its zone, and the kind is DAY.
    """

    def __init__(self, order: DateOrder | None, *, as_days: bool = False) -> None:
        self.order = order
        self.as_days = as_days
        self._known: dict[Any, tuple[int, int]] = {}

    def read(self, cells: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return seconds since 1970 and the kind of each cell, both of the length of ``cells``."""
        quick = _quick(cells)
        if quick is None:
            return self._slow(cells)
        return (quick[0], np.full(len(quick[0]), DAY, np.uint8)) if self.as_days else quick

    def _slow(self, cells: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        known = self._known
        if len(known) > 200_000:
            known.clear()
        for cell in set(cells).difference(known):
            stamp = read_stamp(cell, self.order)
            if self.as_days and stamp.kind in (LOCAL, ZONED):
                known[cell] = (stamp.seconds + stamp.offset, DAY)
            else:
                known[cell] = (stamp.seconds, stamp.kind)
        pairs = np.array([known[cell] for cell in cells], np.int64).reshape(-1, 2)
        return pairs[:, 0].copy(), pairs[:, 1].astype(np.uint8)


def _quick(cells: Sequence[Any]) -> tuple[NDArray[np.int64], NDArray[np.uint8]] | None:
    """Read a column in which every cell is ``YYYY-MM-DD``, with ``THH:MM[:SS][Z]`` or not, all of one length."""
    n = len(cells)
    first = cells[0] if n else None
    width = len(first) if type(first) is str else 0
    if width not in (10, 16, 17, 19, 20):
        return None
    try:
        joined = "".join(cells)
    except TypeError:
        return None
    if len(joined) != n * width or not joined.isascii():
        return None
    grid = np.frombuffer(joined.encode("ascii"), np.uint8).reshape(n, width)
    digits = grid - np.uint8(48)
    places = (
        [0, 1, 2, 3, 5, 6, 8, 9] + ([11, 12, 14, 15] if width > 10 else []) + ([17, 18] if width > 18 else [])
    )
    if (digits[:, places] > 9).any() or (grid[:, [4, 7]] != 45).any():
        return None
    seconds = _days(digits)
    if seconds is None:
        return None
    kind = DAY
    if width > 10:
        clock = _clock(grid, digits, width)
        if clock is None:
            return None
        seconds = seconds + clock
        kind = ZONED if width in (17, 20) else LOCAL
    return seconds, np.full(n, kind, np.uint8)


def _days(digits: NDArray[np.uint8]) -> NDArray[np.int64] | None:
    """Return the seconds of the days; None when one of them is not in the calendar."""
    d = digits[:, :10].astype(np.int64)
    year = d[:, 0] * 1000 + d[:, 1] * 100 + d[:, 2] * 10 + d[:, 3]
    month, day = d[:, 5] * 10 + d[:, 6], d[:, 8] * 10 + d[:, 9]
    if not ((month >= 1) & (month <= 12) & (day >= 1) & (year >= 1)).all():
        return None
    start = ((year - 1970) * 12 + month - 1).astype("M8[M]")
    length = ((start + 1).astype("M8[D]") - start.astype("M8[D]")).astype(np.int64)
    if (day > length).any():
        return None
    return (start.astype("M8[D]").astype(np.int64) + day - 1) * 86400


def _clock(grid: NDArray[np.uint8], digits: NDArray[np.uint8], width: int) -> NDArray[np.int64] | None:
    """Return the seconds within the day; None when a cell is not a plain time of day."""
    if (grid[:, 13] != 58).any() or not np.isin(grid[:, 10], (84, 32)).all():
        return None
    if width in (17, 20) and (grid[:, -1] != 90).any():
        return None
    d = digits.astype(np.int64)
    hour, minute = d[:, 11] * 10 + d[:, 12], d[:, 14] * 10 + d[:, 15]
    second = np.zeros(len(d), np.int64)
    if width > 18:
        if (grid[:, 16] != 58).any():
            return None
        second = d[:, 17] * 10 + d[:, 18]
    if (hour > 23).any() or (minute > 59).any() or (second > 59).any():
        return None
    return hour * 3600 + minute * 60 + second
