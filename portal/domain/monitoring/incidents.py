"""Incidents: their steps, what makes one ask for attention, when one resolves itself, and how quickly people were."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW_DAYS = 30
"""Days before a moment whose incidents count for the mean times."""
QUIET = timedelta(minutes=10)
"""So long all alerts of an incident that nobody has touched must be over before it resolves itself."""
SETTLED = timedelta(minutes=15)
"""So long after people resolved an incident its alert may still be found without being a new incident."""
AGAIN = timedelta(days=7)
"""Within so long after it was resolved the same trouble is told as its continuation."""


class Step(StrEnum):
    """What can happen to an incident."""

    OPENED = "opened"
    JOINED = "joined"
    WORSE = "worse"
    CLEARED = "cleared"
    FOLLOWED = "followed"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    SNOOZED = "snoozed"
    WOKEN = "woken"
    RESUMED = "resumed"
    COMMENT = "comment"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"


ASKS = frozenset({Step.OPENED, Step.JOINED, Step.WORSE, Step.WOKEN})
"""After these somebody has to look, also where somebody had before."""
TAKES = frozenset({Step.ACKNOWLEDGED, Step.SNOOZED, Step.RESUMED, Step.RESOLVED})
"""After these somebody has looked."""
DECISIONS = TAKES | {Step.ASSIGNED}
"""Steps that two people cannot both take on what they saw before."""
TOUCHES = frozenset({Step.ACKNOWLEDGED, Step.ASSIGNED, Step.SNOOZED, Step.COMMENT})
"""After these somebody deals with an incident, and says when it is done."""
_RANKS = {"info": 0, "warning": 1, "critical": 2}


def worse_of(one: str, other: str) -> str:
    """Return the worse of two severities.

    Parameters
    ----------
    one, other : str
        ``info``, ``warning`` or ``critical``.

    Returns
    -------
    str
        The one that ranks higher.

    Examples
    --------
    >>> worse_of("critical", "warning")
    'critical'
    """
    return max(one, other, key=_RANKS.__getitem__)


def settles_at(severity: str, cleared: Sequence[datetime | None], *, touched: bool) -> datetime | None:
    """Return when an incident resolves itself, None when people must resolve it or an alert is open.

    Parameters
    ----------
    severity : str
        The worst that its alerts had: a critical one is always resolved by people.
    cleared : sequence of datetime or None, UTC
        When each of its alerts was over; None for one that is open.
    touched : bool
        Somebody acknowledged, took, snoozed or commented on it: whoever deals with it says when it is done.

    Returns
    -------
    datetime or None
        The moment at which all alerts have been over for :data:`QUIET`.

    Examples
    --------
    >>> from datetime import UTC
    >>> settles_at("warning", [datetime(2024, 3, 4, 12, tzinfo=UTC)], touched=False)
    datetime.datetime(2024, 3, 4, 12, 10, tzinfo=datetime.timezone.utc)
    """
    over = [moment for moment in cleared if moment is not None]
    if severity == "critical" or touched or not over or len(over) < len(cleared):
        return None
    return max(over) + QUIET


def open_at(opened: Sequence[datetime], resolved: Sequence[datetime | None], moment: datetime) -> int:
    """Count the incidents that were open at a moment.

    Parameters
    ----------
    opened, resolved : sequence of datetime, UTC
        When each was opened, and when it was resolved; None while it is not.
    moment : datetime, UTC
        The moment of the count.

    Returns
    -------
    int
        Incidents opened at or before ``moment`` that were not resolved by then.
    """
    pairs = zip(opened, resolved, strict=True)
    return sum(1 for begin, end in pairs if begin <= moment and (end is None or end > moment))


def waiting_at(
    opened: Sequence[datetime],
    resolved: Sequence[datetime | None],
    asked: Sequence[datetime | None],
    taken: Sequence[datetime | None],
    moment: datetime,
) -> int:
    """Count the open incidents that somebody had to look at, at a moment.

    Parameters
    ----------
    opened, resolved : sequence of datetime, UTC
        When each was opened, and resolved; None while it is not.
    asked, taken : sequence of datetime or None, UTC
        The last time by ``moment`` that each asked for attention (opened, an alert joined or got worse, a snooze
        ended), and the last time that somebody acknowledged, snoozed or resolved it.
    moment : datetime, UTC
        The moment of the count.

    Returns
    -------
    int
        Open incidents that asked after they were last taken, or that nobody took.
    """
    rows = zip(opened, resolved, asked, taken, strict=True)
    waits = [
        (begin, end)
        for begin, end, last_asked, last_taken in rows
        if last_taken is None or (last_asked is not None and last_asked > last_taken)
    ]
    return open_at([begin for begin, _ in waits], [end for _, end in waits], moment)


def resolved_lately(resolved: Iterable[datetime | None], moment: datetime) -> int:
    """Count the incidents that were resolved within the thirty days before a moment.

    Parameters
    ----------
    resolved : iterable of datetime or None, UTC
        When each was resolved; None while it is not.
    moment : datetime, UTC
        The end of the window, which belongs to it.

    Returns
    -------
    int
        Incidents resolved in the window.
    """
    begin = moment - timedelta(days=WINDOW_DAYS)
    return sum(1 for end in resolved if end is not None and begin < end <= moment)


def mean_minutes(
    begun: Sequence[datetime], done: Sequence[datetime | None], moment: datetime
) -> float | None:
    """Return the mean time from one step to another, over those that were done lately.

    Parameters
    ----------
    begun : sequence of datetime, UTC
        When each incident was opened.
    done : sequence of datetime or None, UTC
        When each was first acknowledged (MTTA) or resolved (MTTR); None where it was not. Such incidents do not count.
    moment : datetime, UTC
        The end of the window of :data:`WINDOW_DAYS` days in which ``done`` must lie.

    Returns
    -------
    float or None
        Minutes; None when nothing was done in the window.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2024, 3, 4, 12, tzinfo=UTC)
    >>> mean_minutes([noon, noon], [noon + timedelta(minutes=4), None], noon + timedelta(hours=1))
    4.0
    """
    since = moment - timedelta(days=WINDOW_DAYS)
    spans = [
        (end - begin).total_seconds() / 60.0
        for begin, end in zip(begun, done, strict=True)
        if end is not None and since < end <= moment
    ]
    return sum(spans) / len(spans) if spans else None


def is_touched(steps: Collection[Step]) -> bool:
    """Tell whether somebody has dealt with an incident.

    Parameters
    ----------
    steps : collection of Step
        Everything that happened to it.

    Returns
    -------
    bool
        True when people acknowledged, took, snoozed or commented on it.
    """
    return bool(TOUCHES & set(steps))
