"""The samples of the portal's own services, taken every ``ENERSCOPE_SAMPLE_SECONDS`` by the monitor.

Each part is looked at by itself: one that fails says so in the task's problem and the others are stored all the same.
While the database is away, samples wait in memory (:mod:`portal.services.monitoring.sink`).
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from data.connectors.redis_state import RedisState
from portal.core import clock
from portal.core.config import Settings, settings
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample, samples_of
from portal.services.monitoring.agent import Task, register_task
from portal.services.monitoring.collectors.database import Database
from portal.services.monitoring.collectors.host import Host
from portal.services.monitoring.collectors.processes import Processes, this_one
from portal.services.monitoring.sink import SINK, Sink

log = logging.getLogger("enerscope.monitor")


def folders(config: Settings) -> dict[str, Path]:
    """Return the folders of the portal whose disks are watched, by name."""
    found = {"home": config.root}
    if config.backup_folder is not None:
        found["backups"] = config.backup_folder.expanduser().resolve()
    return found


@dataclass(slots=True)
class Collection:
    """All collectors of one portal, with what they remember from look to look."""

    config: Settings
    sink: Sink = SINK
    host: Host = field(init=False)
    database: Database = field(init=False, default_factory=Database)
    processes: Processes = field(init=False, default_factory=Processes)
    redis: RedisState | None = field(init=False, default=None)
    began: datetime = field(init=False, default_factory=clock.now)

    def __post_init__(self) -> None:
        self.host = Host(folders(self.config))
        if self.config.redis_url is not None:
            self.redis = RedisState(self.config.redis_url.get_secret_value())

    def take(self) -> None:
        """Look at everything once and store what was found.

        Raises
        ------
        UpstreamError
            Something could not be looked at, or nothing could be stored; what was found is kept.
        """
        at = clock.now()
        problems: list[str] = []
        answers = self._look(problems, lambda: self.database.collect(at))
        self._look(problems, lambda: self.host.collect(at))
        self._look(problems, lambda: self._of_processes(at))
        self._look(problems, lambda: self._of_redis(at))
        if answers:  # else it would be waited for once more
            self.sink.store()
        if problems:
            raise UpstreamError(" ".join(problems))

    def _look(self, problems: list[str], collect: Callable[[], list[Sample]]) -> bool:
        """Put what one collector found into the sink; False when what it asked does not answer."""
        try:
            self.sink.put(collect())
        except UpstreamError as away:
            problems.append(away.message)
            return False
        except Exception as unknown:  # one that fails must not take the others along
            log.exception("a collector failed")
            problems.append(f"A collector failed ({type(unknown).__name__}); the log says where.")
        return True

    def _of_processes(self, at: datetime) -> list[Sample]:
        others = tuple(one for one in self.database.known if one.service != "monitor")
        return self.processes.collect(at, (*others, this_one("monitor", self.began)))

    def _of_redis(self, at: datetime) -> list[Sample]:
        if self.redis is None:
            return []
        of_server, of_queues = self.redis.measure()
        return samples_of("cache", at, of_server) + samples_of("worker", at, of_queues)


_own: list[Collection] = []


def take() -> None:
    """Take the samples of this portal once."""
    if not _own:
        _own.append(Collection(settings()))
    _own[0].take()


register_task(Task("samples", settings().sample_seconds, take))
