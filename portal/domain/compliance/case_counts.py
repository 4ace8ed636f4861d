"""Counts of cases as they stand at a moment, and how much time a case has left.

API: ``open_count``, ``waiting_count``, ``late_count``, ``decided_count``, ``in_time_share``, ``hours_left``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW_DAYS = 30
OPEN, PROPOSED, CLOSED = "open", "proposed", "closed"


def open_count(states: Sequence[str]) -> int:
    """Count the cases that are not decided.

    Parameters
    ----------
    states : sequence of str
        ``open``, ``proposed`` or ``closed``, one a case.

    Returns
    -------
    int
        Those that are not closed.
    """
    return sum(state != CLOSED for state in states)


def waiting_count(states: Sequence[str]) -> int:
    """Count the cases whose proposed decision waits for a second person.

    Parameters
    ----------
    states : sequence of str
        One a case.

    Returns
    -------
    int
        Those that are proposed.
    """
    return sum(state == PROPOSED for state in states)


def late_count(states: Sequence[str], due: Sequence[datetime], moment: datetime) -> int:
    """Count the cases that should have been decided by a moment and are not.

    Parameters
    ----------
    states : sequence of str
        One a case.
    due : sequence of datetime
        When each is to be decided.
    moment : datetime
        Of the count.

    Returns
    -------
    int
        Undecided cases with an earlier deadline.
    """
    return sum(state != CLOSED and at < moment for state, at in zip(states, due, strict=True))


def decided_count(closed: Sequence[datetime | None], moment: datetime) -> int:
    """Count the cases decided lately.

    Parameters
    ----------
    closed : sequence of datetime or None
        When each was decided; None while it is not.
    moment : datetime
        Of the count.

    Returns
    -------
    int
        Those decided within :data:`WINDOW_DAYS` days before it.
    """
    return sum(_lately(at, moment) for at in closed)


def in_time_share(
    due: Sequence[datetime], closed: Sequence[datetime | None], moment: datetime
) -> float | None:
    """Work out which share of the cases decided lately was decided in time.

    Parameters
    ----------
    due : sequence of datetime
        When each was to be decided.
    closed : sequence of datetime or None
        When each was decided.
    moment : datetime
        Of the count.

    Returns
    -------
    float or None
        Between 0 and 1; None when none was decided lately.
    """
    found = [
        at <= until for until, at in zip(due, closed, strict=True) if at is not None and _lately(at, moment)
    ]
    return sum(found) / len(found) if found else None


def hours_left(due: datetime, closed: datetime | None, moment: datetime) -> float:
    """Work out how much time a case has left, or had left when it was decided.

    Parameters
    ----------
    due : datetime
        When it is to be decided.
    closed : datetime or None
        When it was.
    moment : datetime
        Now.

    Returns
    -------
    float
        Hours by the clock on the wall; negative when it is late.

    Examples
    --------
    >>> from datetime import UTC
    >>> hours_left(datetime(2026, 5, 8, 18, tzinfo=UTC), None, datetime(2026, 5, 8, 12, tzinfo=UTC))
    6.0
    """
    return (due - (closed or moment)).total_seconds() / 3600


def _lately(at: datetime | None, moment: datetime) -> bool:
    return at is not None and moment - timedelta(days=WINDOW_DAYS) < at <= moment
