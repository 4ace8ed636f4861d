"""The portal's processes on this machine: processor, memory, open files, threads, added up by service.

Which processes there are, they say themselves (``process_beats``); those of other machines are looked at by the monitor
that runs there.
"""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import psutil

from portal.domain.monitoring.samples import Measurement, Sample, samples_of

_SKEW_SECONDS = 5.0  # a process began before it gave its first sign of life


@dataclass(frozen=True, slots=True)
class Known:
    """A process that gave a sign of life: the service that it is of, its host, number and start."""

    service: str
    host: str
    pid: int
    started_at: datetime


@dataclass(slots=True)
class Processes:
    """Processes of this machine, followed from look to look: a share of time needs two looks."""

    host: str = field(default_factory=socket.gethostname)
    _spent: dict[int, tuple[float, float, datetime]] = field(default_factory=dict)  # birth, seconds, moment

    def collect(self, at: datetime, known: Iterable[Known]) -> list[Sample]:
        """Return samples of ``known`` processes that live here, one set for each service."""
        found: dict[str, list[psutil.Process]] = {}
        for one in known:
            process = self._living(one)
            if process is not None:
                found.setdefault(one.service, []).append(process)
        spent: dict[int, tuple[float, float, datetime]] = {}
        samples = []
        for service, processes in sorted(found.items()):
            samples += samples_of(service, at, self._measured(processes, at, spent))
        self._spent = spent
        return samples

    def _living(self, one: Known) -> psutil.Process | None:
        """Return the process unless it is gone, elsewhere, or another that got its number since."""
        if one.host != self.host:
            return None
        try:
            process = psutil.Process(one.pid)
            born = process.create_time()
        except psutil.Error:
            return None
        return process if born <= one.started_at.timestamp() + _SKEW_SECONDS else None

    def _measured(
        self, processes: list[psutil.Process], at: datetime, spent: dict[int, tuple[float, float, datetime]]
    ) -> list[Measurement]:
        count, resident, files, threads, share, shares = 0, 0.0, 0, 0, 0.0, 0
        for process in processes:
            try:
                with process.oneshot():
                    times = process.cpu_times()
                    born, size = process.create_time(), process.memory_info().rss
                    opened, threaded = process.num_fds(), process.num_threads()
            except psutil.Error:
                continue
            count, resident, files, threads = count + 1, resident + size, files + opened, threads + threaded
            seconds = sum(getattr(times, name) for name in times._fields if name != "iowait")
            spent[process.pid] = (born, seconds, at)
            before = self._spent.get(process.pid)
            if before is not None and before[0] == born and at > before[2]:
                share += max(0.0, seconds - before[1]) / (at - before[2]).total_seconds()
                shares += 1
        found: list[Measurement] = [
            ("process_count", {}, float(count)),
            ("process_resident_memory_bytes", {}, resident),
            ("process_open_files", {}, float(files)),
            ("process_threads", {}, float(threads)),
        ]
        if shares:
            found.append(("process_cpu_ratio", {}, share))
        return found


def this_one(service: str, started_at: datetime) -> Known:
    """Return this process itself, which gives no sign of life while the database is away."""
    return Known(service, socket.gethostname(), os.getpid(), started_at)
