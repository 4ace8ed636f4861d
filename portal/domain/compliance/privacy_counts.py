"""Counts of requests of persons about their data, and of the rows that hold such data.

API: ``open_count``, ``waiting_count``, ``late_count``, ``days_left``, ``in_force_count``, ``row_count``,
``oldest_age``.
"""

from collections.abc import Sequence
from datetime import date, datetime

RECEIVED, PROPOSED, DONE = "received", "proposed", "done"


def open_count(states: Sequence[str]) -> int:
    """Count the requests that are not answered.

    Parameters
    ----------
    states : sequence of str
        ``received``, ``proposed`` or ``done``, one a request.

    Returns
    -------
    int
        Those that are not done.
    """
    return sum(state != DONE for state in states)


def waiting_count(states: Sequence[str]) -> int:
    """Count the erasures that wait for a second person.

    Parameters
    ----------
    states : sequence of str
        One a request.

    Returns
    -------
    int
        Those that are proposed.
    """
    return sum(state == PROPOSED for state in states)


def late_count(states: Sequence[str], due: Sequence[datetime], moment: datetime) -> int:
    """Count the requests that should have been answered by a moment and are not.

    Parameters
    ----------
    states : sequence of str
        One a request.
    due : sequence of datetime
        When each is to be answered.
    moment : datetime
        Of the count.

    Returns
    -------
    int
        Unanswered requests with an earlier deadline.
    """
    return sum(state != DONE and at < moment for state, at in zip(states, due, strict=True))


def days_left(due: datetime, done: datetime | None, moment: datetime) -> float:
    """Count the days until a request must be answered.

    Parameters
    ----------
    due : datetime
        When it is to be answered.
    done : datetime or None
        When it was; None while it is not.
    moment : datetime
        Of the count.

    Returns
    -------
    float
        Days that are left, or were left when it was answered; negative when it is late.
    """
    return (due - (done or moment)).total_seconds() / 86_400


def in_force_count(released: Sequence[datetime | None], moment: datetime) -> int:
    """Count the legal holds in force.

    Parameters
    ----------
    released : sequence of datetime or None
        When each was released; None while it is not.
    moment : datetime
        Of the count.

    Returns
    -------
    int
        Those that were not released by then.
    """
    return sum(at is None or at > moment for at in released)


def row_count(counts: Sequence[int]) -> int:
    """Add up rows.

    Parameters
    ----------
    counts : sequence of int
        Rows of each table or day.

    Returns
    -------
    int
        Their sum.
    """
    return sum(counts)


def oldest_age(oldest: Sequence[date], day: date) -> int | None:
    """Tell how old the oldest row is.

    Parameters
    ----------
    oldest : sequence of date
        Days of rows.
    day : date
        Of the count.

    Returns
    -------
    int or None
        Days since the earliest of them; None without any.
    """
    return (day - min(oldest)).days if oldest else None
