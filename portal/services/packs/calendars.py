"""Business calendars of schedules: the days on which a pack is due.

API: ``CALENDARS``, ``check``, ``is_open``.
"""

from datetime import date
from functools import lru_cache

from portal.core.errors import DomainError
from portal.domain.market.business_days import is_business_day
from portal.domain.market.holidays import desk_holidays

EVERY, DESK = "", "TARGET"
CALENDARS = {
    EVERY: "Every day of the cron line",
    DESK: "Working days of the desk (TARGET)",
    "AT": "Working days in Austria",
    "BE": "Working days in Belgium",
    "CH": "Working days in Switzerland",
    "DE": "Working days in Germany",
    "FR": "Working days in France",
    "GB": "Working days in Great Britain",
    "IT": "Working days in Italy",
    "NL": "Working days in the Netherlands",
    "US": "Working days in the United States",
}
"""Calendars in words; those of countries have the holidays that the whole country keeps."""


def check(code: str) -> str:
    """Return ``code``, or raise :class:`DomainError` where there is no such calendar."""
    if code not in CALENDARS:
        raise DomainError(f"There is no calendar '{code[:20]}'. Choose one of the list.", calendar=code[:20])
    return code


def is_open(code: str, day: date) -> bool:
    """Tell whether a pack may be due on a day of a calendar."""
    if check(code) == EVERY:
        return True
    off = desk_holidays(day, day) if code == DESK else _holidays(code, day.year)
    return is_business_day(day, off)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    import holidays  # a library of all countries, which only the monitor needs

    return frozenset(holidays.country_holidays(country, years=year))
