"""Counts of hits: how many, how many still wait for a decision, and how often detectors were right.

API: ``hit_count``, ``undecided_count``, ``precision``.
"""

from collections.abc import Sequence
from datetime import datetime

RIGHT = ("confirmed", "reported")
"""Outcomes of a case that say that its hit was one."""
WRONG = ("false-positive",)


def hit_count(days: Sequence[str], first: str, last: str) -> int:
    """Count the hits of a span of days.

    Parameters
    ----------
    days : sequence of str
        ISO day on which each hit began.
    first, last : str
        First and last day.

    Returns
    -------
    int
        Hits within.
    """
    return sum(first <= day <= last for day in days)


def undecided_count(closed: Sequence[datetime | None], moment: datetime) -> int:
    """Count the hits whose case was not decided at a moment.

    Parameters
    ----------
    closed : sequence of datetime or None
        When the case of each hit was decided.
    moment : datetime
        Of the count.

    Returns
    -------
    int
        Those that were not, by then.
    """
    return sum(at is None or at > moment for at in closed)


def precision(
    outcomes: Sequence[str | None], closed: Sequence[datetime | None], moment: datetime
) -> float | None:
    """Return which share of decided hits was right: confirmed / (confirmed + false positive).

    Parameters
    ----------
    outcomes : sequence of str or None
        Decision of the case of each hit; those that are neither right nor wrong (accepted) do not count.
    closed : sequence of datetime or None
        When it was decided.
    moment : datetime
        Decisions after it do not count.

    Returns
    -------
    float or None
        From 0 to 1; None before the first decision of either kind.

    Examples
    --------
    >>> from datetime import UTC
    >>> day = datetime(2026, 6, 8, tzinfo=UTC)
    >>> precision(["confirmed", "false-positive", "accepted", "confirmed"], [day] * 4, day)
    0.6666666666666666
    """
    decided = [
        outcome
        for outcome, at in zip(outcomes, closed, strict=True)
        if at is not None and at <= moment and outcome in (*RIGHT, *WRONG)
    ]
    return sum(outcome in RIGHT for outcome in decided) / len(decided) if decided else None
