"""What is wrong by itself, and what only follows from it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from portal.domain.monitoring.health import Reading, State


@dataclass(frozen=True, slots=True)
class Cause:
    """A reading that stands by itself; ``followers`` are services that are not well because of it."""

    reading: Reading
    followers: tuple[Reading, ...] = ()


def fold(readings: Sequence[Reading], depends_on: Mapping[str, Iterable[str]]) -> list[Cause]:
    """Say once what has one cause.

    Parameters
    ----------
    readings : sequence of Reading
        One for each service.
    depends_on : mapping of str to iterable of str
        What each service needs to work, directly; what it needs through others follows.

    Returns
    -------
    list of Cause
        In the order of ``readings``, without those that follow. A service follows a bad one that it needs when it
        cannot be judged, or is in trouble without being bad itself: what is bad by its own light is told by itself.
        Of several bad ones it follows the one that needs no other bad one.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> found = [Reading("database", State.BAD, "Away.", at), Reading("worker", State.UNKNOWN, "Not known.", at)]
    >>> [(cause.reading.service, len(cause.followers)) for cause in fold(found, {"worker": ["database"]})]
    [('database', 1)]
    """
    bad = {reading.service for reading in readings if reading.state is State.BAD}
    needs = {reading.service: _all_needs(reading.service, depends_on) for reading in readings}
    roots = {service for service in bad if not (needs[service] & bad)} or bad
    led: dict[str, list[Reading]] = {}
    stand: list[Reading] = []
    for reading in readings:
        leaders = sorted(needs[reading.service] & roots)
        if reading.state in (State.UNKNOWN, State.WARNING) and leaders:
            led.setdefault(leaders[0], []).append(reading)
        else:
            stand.append(reading)
    return [Cause(reading, tuple(led.get(reading.service, ()))) for reading in stand]


def _all_needs(service: str, depends_on: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    ring = set(depends_on.get(service, ()))
    while ring:
        found |= ring
        ring = {need for one in ring for need in depends_on.get(one, ())} - found
    return found - {service}
