"""Counts of alerts, at a moment."""

from collections.abc import Sequence
from datetime import datetime, timedelta

WINDOW_DAYS = 7


def open_at(raised: Sequence[datetime], cleared: Sequence[datetime | None], moment: datetime) -> int:
    """Count the alerts that were open at a moment.

    Parameters
    ----------
    raised, cleared : sequence of datetime, UTC
        When each was raised, and when it was over; None while it is not.
    moment : datetime, UTC
        The moment of the count.

    Returns
    -------
    int
        Alerts raised at or before ``moment`` that were not over by then.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 3, 4, 12, tzinfo=UTC)
    >>> open_at([noon, noon], [None, noon], noon)
    1
    """
    pairs = zip(raised, cleared, strict=True)
    return sum(1 for begin, end in pairs if begin <= moment and (end is None or end > moment))


def waiting_at(
    raised: Sequence[datetime],
    acknowledged: Sequence[datetime | None],
    cleared: Sequence[datetime | None],
    moment: datetime,
) -> int:
    """Count the open alerts of which nobody had taken notice at a moment.

    Parameters
    ----------
    raised, acknowledged, cleared : sequence of datetime, UTC
        When each was raised, acknowledged and over; None where it was not.
    moment : datetime, UTC
        The moment of the count.

    Returns
    -------
    int
        Alerts open at ``moment`` that were not acknowledged by then.
    """
    waits = [
        (begin, end)
        for begin, noticed, end in zip(raised, acknowledged, cleared, strict=True)
        if noticed is None or noticed > moment
    ]
    return open_at([begin for begin, _ in waits], [end for _, end in waits], moment)


def cleared_lately(cleared: Sequence[datetime | None], moment: datetime) -> int:
    """Count the alerts that were over within the seven days before a moment.

    Parameters
    ----------
    cleared : sequence of datetime, UTC
        When each was over; None while it is not.
    moment : datetime, UTC
        The end of the window, which belongs to it.

    Returns
    -------
    int
        Alerts that were over in the window.
    """
    begin = moment - timedelta(days=WINDOW_DAYS)
    return sum(1 for end in cleared if end is not None and begin < end <= moment)
