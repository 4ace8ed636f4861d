"""The database and what waits in it: its own statistics, the queue of jobs, and which processes there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import database_state, process_list
from data.queries import queue as queue_queries
from data.session import UnitOfWork
from portal.domain.monitoring.samples import Sample, samples_of
from portal.services.monitoring.collectors.processes import Known

SERVICE, QUEUE = "database", "worker"
LOCKS = "pg_locks"
SLOWLY = timedelta(minutes=5)  # sizes and bloat look at every table


@dataclass(slots=True)
class Database:
    """What the database is asked at each look; ``known`` are the processes that it named last."""

    known: tuple[Known, ...] = ()
    _rested_at: datetime | None = None
    _locks: frozenset[str] = frozenset()  # labels of the locks that the last look found

    def collect(self, at: datetime) -> list[Sample]:
        """Return samples of the database and of the queue of jobs.

        Raises
        ------
        UpstreamError
            The database does not answer.
        """
        with UnitOfWork() as work:
            database_state.limit_time(work.session)
            found = samples_of(SERVICE, at, database_state.now(work.session))
            found += samples_of(QUEUE, at, queue_queries.measured(work.session))
            if self._rested_at is None or at - self._rested_at >= SLOWLY:
                found += samples_of(SERVICE, at, database_state.at_rest(work.session))
                self._rested_at = at
            rows = process_list.living(work.session)
        self.known = tuple(Known(row.kind, row.host, row.pid, row.started_at) for row in rows)
        return self._with_released(at, found)

    def _with_released(self, at: datetime, found: list[Sample]) -> list[Sample]:
        """Add that there are none any more of the locks which the last look found and this one does not."""
        before, self._locks = self._locks, frozenset(one.labels for one in found if one.metric == LOCKS)
        return found + [Sample(SERVICE, LOCKS, labels, at, 0.0) for labels in sorted(before - self._locks)]
