"""Counts and durations of jobs, at a moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median

UNSUCCESSFUL = ("failed", "lost")
WINDOW_HOURS = 24


def under_way(asked: Sequence[datetime], ended: Sequence[datetime | None], moment: datetime) -> int:
    """Count the jobs that waited or ran at a moment.

    Parameters
    ----------
    asked, ended : sequence of datetime, UTC
        When each was asked for, and when it ended; None while it has not.
    moment : datetime, UTC
        The moment of the count.

    Returns
    -------
    int
        Jobs asked for at or before ``moment`` that had not ended by then.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 3, 4, 12, tzinfo=UTC)
    >>> under_way([noon, noon], [None, noon], noon)
    1
    """
    pairs = zip(asked, ended, strict=True)
    return sum(1 for begin, end in pairs if begin <= moment and (end is None or end > moment))


def unsuccessful(states: Sequence[str], ended: Sequence[datetime | None], moment: datetime) -> int:
    """Count the jobs that failed or were lost within the 24 hours before a moment.

    Parameters
    ----------
    states : sequence of str
        The final state of each job.
    ended : sequence of datetime, UTC
        When each ended; None while it has not.
    moment : datetime, UTC
        The end of the window, which belongs to it.

    Returns
    -------
    int
        Jobs that ended unsuccessfully in the window.
    """
    begin = moment - timedelta(hours=WINDOW_HOURS)
    return sum(
        1
        for state, end in zip(states, ended, strict=True)
        if state in UNSUCCESSFUL and end is not None and begin < end <= moment
    )


def run_seconds(started: datetime | None, ended: datetime | None) -> float | None:
    """Return how long the last attempt of a job ran.

    Parameters
    ----------
    started, ended : datetime, UTC
        When its last attempt began and ended; None where it did not.

    Returns
    -------
    float or None
        Seconds; None for a job that never began or has not ended.
    """
    return None if started is None or ended is None else (ended - started).total_seconds()


def typical_seconds(durations: Sequence[float]) -> float | None:
    """Return how long runs usually take: the median, which one slow run does not move.

    Parameters
    ----------
    durations : sequence of float, seconds
        Durations of past runs.

    Returns
    -------
    float or None
        Their median in seconds; None without runs.
    """
    return median(durations) if durations else None
