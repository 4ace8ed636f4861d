"""Days as US rules count them: a moment belongs to the day that New York has at that moment."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.domain.compliance.inputs import to_day, to_moment

_NEW_YORK = ZoneInfo("America/New_York")


def new_york_day(value: Any) -> date:
    """Return the day in New York of a moment; a plain day is itself.

    Parameters
    ----------
    value : date, datetime or str
        ISO text or the thing itself.

    Raises
    ------
    BadCaseError
        It is no day and no moment.
    """
    if isinstance(value, datetime) or (isinstance(value, str) and len(value) > len("2026-06-08")):
        return to_moment(value).astimezone(_NEW_YORK).date()
    return to_day(value)
