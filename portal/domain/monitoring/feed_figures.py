"""The figures of a feed: how many rows are usual, how old the newest are, what is missing, what came in time.

API: ``usual_rows(rows)``, ``newest_rows(rows)``, ``in_time_share(outcomes)``, ``age_hours(moments, now)``,
``count_missing(outcomes)``, ``count_late(states)``. Outcomes are those of :class:`feeds.Expected`.
"""

from collections.abc import Sequence
from datetime import datetime
from statistics import median

from portal.domain.monitoring.health import State

_HOUR = 3600.0


def usual_rows(rows: Sequence[int | None]) -> float | None:
    """Return how many rows a delivery usually has.

    Parameters
    ----------
    rows : sequence of int or None
        One for each due delivery; None where it did not come.

    Returns
    -------
    float or None
        The median of those that came; None without any.
    """
    known = [one for one in rows if one is not None]
    return float(median(known)) if known else None


def newest_rows(rows: Sequence[int | None]) -> int | None:
    """Return the rows of the newest delivery that came.

    Parameters
    ----------
    rows : sequence of int or None
        One for each due delivery, oldest first; None where it did not come.

    Returns
    -------
    int or None
        None when none came.
    """
    return next((one for one in reversed(rows) if one is not None), None)


def in_time_share(outcomes: Sequence[str]) -> float | None:
    """Return the share of deliveries that came in time.

    Parameters
    ----------
    outcomes : sequence of str
        One for each due delivery; those that may still come in time do not count.

    Returns
    -------
    float or None
        Between 0 and 1; None when none counts.
    """
    counted = [one for one in outcomes if one != "waiting"]
    return counted.count("in time") / len(counted) if counted else None


def age_hours(moments: Sequence[datetime], now: datetime) -> float | None:
    """Return the age of what came last.

    Parameters
    ----------
    moments : sequence of datetime, UTC
        When something came.
    now : datetime, UTC
        The moment of the count.

    Returns
    -------
    float or None
        Hours; None when nothing came.
    """
    return (now - max(moments)).total_seconds() / _HOUR if moments else None


def count_missing(outcomes: Sequence[str]) -> int:
    """Return how many deliveries are past their deadline and have not come.

    Parameters
    ----------
    outcomes : sequence of str
        One for each due delivery.

    Returns
    -------
    int
        Their number.
    """
    return sum(one == "missing" for one in outcomes)


def count_late(states: Sequence[str]) -> int:
    """Return how many feeds are late.

    Parameters
    ----------
    states : sequence of str
        The state of each watched feed.

    Returns
    -------
    int
        Those that are bad.
    """
    return sum(one == State.BAD.value for one in states)
