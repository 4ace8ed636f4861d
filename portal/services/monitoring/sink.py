"""Where samples go: into the database, and while that is away, into memory, so that an outage leaves no hole."""

import threading
from collections import deque
from collections.abc import Iterable

from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample, finite

MOST = 100_000  # samples that wait; about an hour of an installation with a few targets, 30 MB
_AT_ONCE = 10_000


class Sink:
    """Samples that wait to be stored; the oldest go when there are too many."""

    def __init__(self, most: int = MOST) -> None:
        self._waiting: deque[Sample] = deque(maxlen=most)
        self._lock = threading.Lock()
        self._storing = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, samples: Iterable[Sample]) -> None:
        """Keep samples until :meth:`store` comes; what is no number is left out."""
        with self._lock:
            self._waiting.extend(finite(samples))

    def store(self) -> int:
        """Store all that waits and return how many were new; who comes while another stores leaves it to them.

        Raises
        ------
        UpstreamError
            The database does not answer; the samples wait for the next call.
        """
        if not self._storing.acquire(blocking=False):
            return 0
        try:
            stored = 0
            while batch := self._take():
                try:
                    with UnitOfWork(write=True) as work:
                        stored += writes.append(work.session, batch)
                except UpstreamError:
                    self._give_back(batch)
                    raise
            return stored
        finally:
            self._storing.release()

    def _take(self) -> list[Sample]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]

    def _give_back(self, batch: list[Sample]) -> None:
        """Put a batch in front again, as much of its newest as there is room for."""
        with self._lock:
            most = self._waiting.maxlen or MOST
            room = max(0, most - len(self._waiting))
            self._waiting.extendleft(reversed(batch[len(batch) - min(room, len(batch)) :]))


SINK = Sink()
