"""Feeds: each against what is agreed about it, as Monitoring > Feeds judges it."""

import time
from collections.abc import Iterable

from portal.core import clock
from portal.core.config import Settings
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import feeds
from portal.services.monitoring.probes import Probe

SECONDS = 3.0
_KEEP_SECONDS = 5.0  # a feed is late by minutes; judging all of them costs more than another look

_known: dict[str, str] = {}
_kept: tuple[float, list[Reading]] | None = None


def probes(_config: Settings) -> Iterable[Probe]:
    """Return one probe for all feeds; while they cannot be read, those that were known are unknown."""
    return (Probe("feeds", SECONDS, look, tuple(_known.items()), State.UNKNOWN),)


def look() -> list[Reading]:
    """Judge every feed that is watched."""
    global _kept
    if _kept is not None and time.monotonic() - _kept[0] < _KEEP_SECONDS:
        return _kept[1]
    found = feeds.readings(clock.now())
    _kept = (time.monotonic(), found)
    _known.clear()
    _known.update({one.service: str(one.facts.get("title", one.service)) for one in found})
    return found


def forget() -> None:
    """Judge anew next time."""
    global _kept
    _kept = None
    _known.clear()
