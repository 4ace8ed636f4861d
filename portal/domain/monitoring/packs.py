"""Figures of packs that were made: how many were partial, how many in time, how long one takes.

API: ``partial_count(states)``, ``on_time_share(deadlines, made_at)``, ``typical_seconds(seconds)``.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

GRACE = timedelta(minutes=5)
"""For making the files: a pack is in time when it is stored by so long after the moment up to which it could wait."""


def partial_count(states: Sequence[str]) -> int:
    """Count packs that lack something.

    Parameters
    ----------
    states : sequence of str
        ``complete`` or ``partial``.

    Returns
    -------
    int
        Those that are partial.
    """
    return sum(state == "partial" for state in states)


def on_time_share(deadlines: Sequence[datetime | None], made_at: Sequence[datetime]) -> float | None:
    """Return the share of scheduled packs that were made in time.

    Parameters
    ----------
    deadlines : sequence of datetime or None
        Up to when each could wait for the numbers of its day; None for one that was made by hand, which has none.
    made_at : sequence of datetime
        When each was stored.

    Returns
    -------
    float or None
        0 to 1; None without scheduled packs.
    """
    found = [at <= due + GRACE for due, at in zip(deadlines, made_at, strict=True) if due is not None]
    return sum(found) / len(found) if found else None


def typical_seconds(seconds: Sequence[float]) -> float | None:
    """Return how long the making of a pack takes.

    Parameters
    ----------
    seconds : sequence of float
        Of each pack.

    Returns
    -------
    float or None
        The median in seconds; None without packs.
    """
    return float(np.median(np.asarray(seconds, dtype=float))) if seconds else None
