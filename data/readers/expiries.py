"""Last trading days of the exchange contracts whose curves are most often given by tenor, from the exchanges' rules.

The rules (NYMEX: crude, gas, heating oil and gasoline futures; ICE Futures Europe: Brent) give every last trading
day of
2003 to 2024 that an independent calendar lists; where an exchange closed on a day that no rule names, ``_CLOSED``
has it.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 2003, 2045
_DAY = timedelta(days=1)
_CLOSED: dict[str, frozenset[date]] = {
    "CL": frozenset({date(2007, 12, 24)}),
    "NG": frozenset({date(2004, 12, 31), date(2010, 12, 31)}),
    "HO": frozenset({date(2003, 11, 28), date(2004, 12, 31)}),
    "RB": frozenset(),
    "LCO": frozenset(),
}
_THANKSGIVING_FRIDAY = {"CL": range(2003, 2013), "NG": range(2004, 2013)}
"""Years in which the Friday after Thanksgiving was no business day for a contract's last trading day."""

ROOTS = {
    "CL": "CL", "WTI": "CL", "NG": "NG", "HENRY_HUB": "NG", "HO": "HO", "ULSD": "HO", "RB": "RB", "RBOB": "RB",
    "BRN": "LCO", "BRENT": "LCO", "LCO": "LCO",
}  # fmt: skip
"""Curves and the contract root that they follow."""


def built_in_contracts() -> dict[str, list[tuple[int, int]]]:
    """Return last trading day and first day of the delivery month (days since 1970) of all contracts, by root."""
    start = date(1970, 1, 1)
    months = [date(year, month, 1) for year in range(FIRST_YEAR, LAST_YEAR + 1) for month in range(1, 13)]
    return {
        root: [((rule(root, month) - start).days, (month - start).days) for month in months]
        for root, rule in _RULES.items()
    }


def _easter(year: int) -> date:
    """Return Easter Sunday (anonymous Gregorian algorithm; Meeus, Astronomical Algorithms, 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    shift = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * shift) // 451
    month, day = divmod(h + shift - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _weekday(year: int, month: int, weekday: int, number: int) -> date:
    """Return the ``number``-th weekday of a month (Monday 0), or the last one for -1."""
    if number > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))
    last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - _DAY
    return last - timedelta(days=(last.weekday() - weekday) % 7)


def _observed(day: date) -> date:
    return day - _DAY if day.weekday() == 5 else day + _DAY if day.weekday() == 6 else day


@lru_cache(maxsize=256)
def _new_york(year: int) -> frozenset[date]:
    """Return the holidays of NYMEX. A New Year's Day on a Saturday is not moved back into the old year."""
    new_year = date(year, 1, 1)
    days = {
        new_year + _DAY if new_year.weekday() == 6 else new_year, _weekday(year, 1, 0, 3), _weekday(year, 2, 0, 3),
        _easter(year) - 2 * _DAY, _weekday(year, 5, 0, -1), _observed(date(year, 7, 4)), _weekday(year, 9, 0, 1),
        _weekday(year, 11, 3, 4), _observed(date(year, 12, 25)),
    }  # fmt: skip
    return frozenset(days | ({_observed(date(year, 6, 19))} if year >= 2022 else set()))


@lru_cache(maxsize=256)
def _london(year: int) -> frozenset[date]:
    """Return the bank holidays of London, with their substitute days."""
    new_year, christmas = date(year, 1, 1), date(year, 12, 25)
    moved = {4: (0, 3), 5: (2, 3), 6: (2, 1)}.get(christmas.weekday(), (0, 1))
    return frozenset({
        new_year + timedelta(days={5: 2, 6: 1}.get(new_year.weekday(), 0)),
        _easter(year) - 2 * _DAY, _easter(year) + _DAY,
        _weekday(year, 5, 0, 1), _weekday(year, 5, 0, -1), _weekday(year, 8, 0, -1),
        christmas + timedelta(days=moved[0]), christmas + timedelta(days=moved[1]),
    })  # fmt: skip


def _is_business_day(day: date, root: str) -> bool:
    if day.weekday() > 4 or day in _CLOSED[root]:
        return False
    if root == "LCO":
        return day not in _london(day.year)
    friday = day.year in _THANKSGIVING_FRIDAY.get(root, ()) and day == _weekday(day.year, 11, 3, 4) + _DAY
    return day not in _new_york(day.year) and not friday


def _before(day: date, root: str, count: int) -> date:
    """Return the ``count``-th business day before ``day``."""
    while count:
        day -= _DAY
        count -= _is_business_day(day, root)
    return day


def _on_or_before(day: date, root: str) -> date:
    return day if _is_business_day(day, root) else _before(day, root, 1)


def _crude(root: str, month: date) -> date:
    """Three business days before the 25th of the month before delivery, or before the business day before it."""
    return _before(_on_or_before((month - _DAY).replace(day=25), root), root, 3)


def _gas(root: str, month: date) -> date:
    """Three business days before the first day of delivery."""
    return _before(month, root, 3)


def _products(root: str, month: date) -> date:
    """The last business day of the month before delivery."""
    return _before(month, root, 1)


def _brent(root: str, month: date) -> date:
    """Until February 2016 the business day before the 15th day before delivery; then the end of the second month
    before.

    The last business day of the year does not count.
    """
    if month < date(2016, 3, 1):
        return _before(_on_or_before(month - 15 * _DAY, root), root, 1)
    last = _before((month - _DAY).replace(day=1), root, 1)
    return _before(last, root, 1) if last.month == 12 else last


_RULES: dict[str, Callable[[str, date], date]] = {
    "CL": _crude,
    "NG": _gas,
    "HO": _products,
    "RB": _products,
    "LCO": _brent,
}
