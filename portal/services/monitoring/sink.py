"""Where samples go: into the database, and while that is away, into memory, so that an outage leaves no hole."""

import logging
import threading
from collections import deque
from collections.abc import Iterable, Sequence

from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample, finite

log = logging.getLogger("enerscope.monitor")

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

        What the database refuses of one service is dropped, and the log says so; that of all others is stored.

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
                    stored += _append(batch)
                except UpstreamError:
                    self._give_back(batch)
                    raise
                except Exception:  # noqa: BLE001  (what the database refuses must not take all other services along)
                    stored += self._store_by_service(batch)
            return stored
        finally:
            self._storing.release()

    def _store_by_service(self, batch: list[Sample]) -> int:
        """Store the samples of each service by themselves; drop those of a service that cannot be stored."""
        stored = 0
        for service in dict.fromkeys(one.service for one in batch):
            mine = [one for one in batch if one.service == service]
            try:
                stored += _append(mine)
            except UpstreamError:
                self._give_back(batch)
                raise
            except Exception as refused:
                words = "%d samples of %s cannot be stored and are left out (%s)"
                log.exception(words, len(mine), service, type(refused).__name__)
            batch = [one for one in batch if one.service != service]
        return stored

    def _take(self) -> list[Sample]:
        with self._lock:
            return [self._waiting.popleft() for _ in range(min(_AT_ONCE, len(self._waiting)))]

    def _give_back(self, batch: list[Sample]) -> None:
        """Put a batch in front again, as much of its newest as there is room for."""
        with self._lock:
            most = self._waiting.maxlen or MOST
            room = max(0, most - len(self._waiting))
            self._waiting.extendleft(reversed(batch[len(batch) - min(room, len(batch)) :]))


def _append(samples: Sequence[Sample]) -> int:
    with UnitOfWork(write=True) as work:
        return writes.append(work.session, samples)


SINK = Sink()
