"""Counts of counterparties by what they are to us, of hits that wait, and the age of a list.

API: ``approved_count``, ``barred_count``, ``overdue_count``, ``waiting_count``, ``hit_score``, ``age_hours``.
"""

from collections.abc import Sequence
from datetime import date, datetime

APPROVED = "approved"


def approved_count(statuses: Sequence[str]) -> int:
    """Count the counterparties that we may trade with.

    Parameters
    ----------
    statuses : sequence of str
        ``approved``, ``pending``, ``rejected`` or ``expired``, one a counterparty.

    Returns
    -------
    int
        Those approved.
    """
    return sum(status == APPROVED for status in statuses)


def barred_count(statuses: Sequence[str]) -> int:
    """Count the counterparties whose trades are blocked.

    Parameters
    ----------
    statuses : sequence of str
        One a counterparty.

    Returns
    -------
    int
        Those not approved.
    """
    return len(statuses) - approved_count(statuses)


def overdue_count(statuses: Sequence[str], reviews: Sequence[date | None], day: date) -> int:
    """Count the approved counterparties whose review is overdue.

    Parameters
    ----------
    statuses : sequence of str
        One a counterparty.
    reviews : sequence of date or None
        Day of the next review of each.
    day : date
        Today.

    Returns
    -------
    int
        Approved ones with a review before ``day``.
    """
    pairs = zip(statuses, reviews, strict=True)
    return sum(status == APPROVED and review is not None and review < day for status, review in pairs)


def waiting_count(states: Sequence[str]) -> int:
    """Count the hits that nobody has decided.

    Parameters
    ----------
    states : sequence of str
        ``open``, ``proposed``, ``cleared`` or ``confirmed``, one a hit.

    Returns
    -------
    int
        Those open or proposed to be cleared.
    """
    return sum(state in ("open", "proposed") for state in states)


def hit_score(spelling: float, sound: float) -> float:
    """Return the score of a hit.

    Parameters
    ----------
    spelling, sound : float
        Jaro-Winkler similarity of the sorted words, and share of words that sound alike; 0 to 100.

    Returns
    -------
    float
        The higher of both.
    """
    return max(spelling, sound)


def age_hours(imported: datetime, moment: datetime) -> float:
    """Return how long ago a list was imported.

    Parameters
    ----------
    imported, moment : datetime
        When it was, and when is asked.

    Returns
    -------
    float
        Hours.
    """
    return (moment - imported).total_seconds() / 3600
