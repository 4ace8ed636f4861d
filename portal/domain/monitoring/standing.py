"""How services stand and stood: who is unwell, and how much of a time was spent in which state."""

from collections.abc import Sequence
from datetime import datetime

from portal.domain.monitoring.health import State


def count_unwell(states: Sequence[str]) -> int:
    """Return how many services are not good; one that nobody could look at counts.

    Parameters
    ----------
    states : sequence of str
        The state of each service.

    Examples
    --------
    >>> count_unwell(["good", "bad", "unknown"])
    2
    """
    return sum(state != State.GOOD for state in states)


def seconds_by_state(
    changes: Sequence[tuple[datetime, str]], since: datetime, until: datetime
) -> dict[str, float]:
    """Return how many seconds of a time a service spent in each state.

    Parameters
    ----------
    changes : sequence of (datetime, str)
        Moments (UTC) at which it changed, and to what, oldest first; one at or before ``since`` says how it began.
        What lies before the first is unknown.
    since, until : datetime
        The time.

    Returns
    -------
    dict of str to float
        Seconds by state, every state included; they add up to the whole time.
    """
    found = {state.value: 0.0 for state in State}
    moment, state = since, State.UNKNOWN.value
    for at, new in changes:
        edge = min(max(at, since), until)
        found[state] += (edge - moment).total_seconds()
        moment, state = edge, new
    found[state] += (until - moment).total_seconds()
    return found


def share_good(changes: Sequence[tuple[datetime, str]], since: datetime, until: datetime) -> float | None:
    """Return the share of a time that a service was good, of the time in which it was known how it stood.

    Parameters
    ----------
    changes : sequence of (datetime, str)
        As for :func:`seconds_by_state`.
    since, until : datetime
        The time.

    Returns
    -------
    float or None
        Between 0 and 1; None when nothing is known of the whole time.
    """
    spent = seconds_by_state(changes, since, until)
    known = sum(spent.values()) - spent[State.UNKNOWN]
    return spent[State.GOOD] / known if known > 0 else None


def count_services(services: Sequence[str]) -> int:
    """Return how many services there are; one that is named twice counts once.

    Parameters
    ----------
    services : sequence of str
        Their codes.
    """
    return len(set(services))
