"""Counts of messages to people, and how long they take."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

WINDOW_HOURS = 24
UNDER_WAY = ("waiting", "sending")


def under_way(states: Sequence[str]) -> int:
    """Count the messages that are still to arrive.

    Parameters
    ----------
    states : sequence of str
        How each stands: waiting, sending, sent, dead or dropped.

    Returns
    -------
    int
        Messages that wait or are being sent.

    Examples
    --------
    >>> under_way(["waiting", "sent", "dead"])
    1
    """
    return sum(1 for state in states if state in UNDER_WAY)


def given_up(states: Sequence[str]) -> int:
    """Count the messages that nobody tries to send any more, because all attempts failed.

    Parameters
    ----------
    states : sequence of str
        How each stands.

    Returns
    -------
    int
        Messages that are dead.
    """
    return sum(1 for state in states if state == "dead")


def arrived(sent: Sequence[datetime | None], moment: datetime) -> int:
    """Count the messages that arrived within the 24 hours before a moment.

    Parameters
    ----------
    sent : sequence of datetime, UTC
        When the receiver took each; None where it has not.
    moment : datetime, UTC
        The end of the window, which belongs to it.

    Returns
    -------
    int
        Messages that arrived.
    """
    return sum(1 for at in sent if _lately(at, moment))


def first_time_share(
    sent: Sequence[datetime | None], attempts: Sequence[int], moment: datetime
) -> float | None:
    """Return the share of messages that arrived at their first attempt.

    Parameters
    ----------
    sent : sequence of datetime, UTC
        When the receiver took each; None where it has not.
    attempts : sequence of int
        How often each was tried.
    moment : datetime, UTC
        The end of the window of 24 hours.

    Returns
    -------
    float or None
        Fraction between 0 and 1; None when none arrived in the window.
    """
    tried = [count for at, count in zip(sent, attempts, strict=True) if _lately(at, moment)]
    return sum(1 for count in tried if count == 1) / len(tried) if tried else None


def typical_seconds(
    due: Sequence[datetime], sent: Sequence[datetime | None], attempts: Sequence[int], moment: datetime
) -> float | None:
    """Return the median time that a message takes which arrives at its first attempt.

    Parameters
    ----------
    due : sequence of datetime, UTC
        When each might be sent: when it was written, or when quiet hours ended.
    sent : sequence of datetime, UTC
        When the receiver took each; None where it has not.
    attempts : sequence of int
        How often each was tried; the pauses between attempts are left out by counting first attempts only.
    moment : datetime, UTC
        The end of the window of 24 hours.

    Returns
    -------
    float or None
        Seconds; None when none arrived at its first attempt in the window.
    """
    took = [
        (at - begin).total_seconds()
        for begin, at, count in zip(due, sent, attempts, strict=True)
        if at is not None and _lately(at, moment) and count == 1
    ]
    return float(np.median(took)) if took else None


def _lately(at: datetime | None, moment: datetime) -> bool:
    return at is not None and moment - timedelta(hours=WINDOW_HOURS) < at <= moment
