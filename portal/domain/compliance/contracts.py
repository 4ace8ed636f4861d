"""Core referenced contracts of 17 CFR 150: when they stop trading, and what a position in them is in lots.

API: ``last_trading_day(contract, month, days)``, ``days_before(contract, month, day, days)``, ``SPOT_DAYS``.
"""

from collections.abc import Callable
from datetime import date, timedelta

from portal.domain.compliance.working_days import WorkingDays, months_after

SPOT_DAYS = 3
"""Business days before the last trading day at whose close the spot month of crude oil begins (17 CFR 150.1)."""
_CRUDE_DAY = 25
_BEFORE = 3


def back(day: date, count: int, days: WorkingDays) -> date:
    """Return the ``count``-th working day before ``day``."""
    while count > 0:
        day -= timedelta(days=1)
        count -= days.is_working(day)
    return day


def _crude(month: date, days: WorkingDays) -> date:
    """Three business days before the 25th of the month before delivery, or before the business day that precedes it."""
    day = months_after(month, -1).replace(day=_CRUDE_DAY)
    return back(day if days.is_working(day) else back(day, 1, days), _BEFORE, days)


def _gas(month: date, days: WorkingDays) -> date:
    """Three business days before the first day of the delivery month."""
    return back(month, _BEFORE, days)


def _products(month: date, days: WorkingDays) -> date:
    """The last business day of the month before delivery."""
    return back(month, 1, days)


_RULES: dict[str, Callable[[date, WorkingDays], date]] = {
    "CL": _crude,
    "NG": _gas,
    "HO": _products,
    "RB": _products,
}


def last_trading_day(contract: str, month: date, days: WorkingDays) -> date:
    """Return the last trading day of a contract.

    Parameters
    ----------
    contract : str
        CL, NG, HO or RB.
    month : date
        First day of the delivery month.
    days : WorkingDays
        Of the exchange.

    Returns
    -------
    date
        As the rulebooks of NYMEX chapters 200, 220, 150 and 191 say (from memory, to be confirmed).

    Raises
    ------
    KeyError
        It is no core referenced contract of energy.
    """
    return _RULES[contract](month, days)


def days_before(contract: str, month: date, day: date, days: WorkingDays) -> int:
    """Return how many business days the close of ``day`` lies before the last trading day; negative after it."""
    return days.between(day, last_trading_day(contract, month, days))
