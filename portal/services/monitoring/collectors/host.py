"""The machine below the monitor: processor, memory, disks of the portal's folders, network.

Shares are of all processors and of the time since the last look, so the first look has none.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from portal.domain.monitoring.samples import Measurement, Sample, samples_of

SERVICE = "disk"
_IDLE = ("idle", "iowait")


class Host:
    """The machine that this process runs on.

    Parameters
    ----------
    folders : mapping of str to Path
        What the disk is looked at for, such as ``{"home": ...}``; a folder that is not there yet is looked for above.
    """

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = folders
        self._before: Any = None

    def collect(self, at: datetime) -> list[Sample]:
        """Return samples of the machine."""
        measured = [*self._processor(), *_memory(), *self._disks(), *_network()]
        return samples_of(SERVICE, at, measured)

    def _processor(self) -> Iterable[Measurement]:
        times, before = psutil.cpu_times(), self._before
        self._before = times
        yield ("host_processors", {}, float(psutil.cpu_count() or 1))
        yield ("host_load", {}, float(psutil.getloadavg()[0]))
        if before is None:
            return
        parts = {name: getattr(times, name) - getattr(before, name) for name in times._fields}
        whole = sum(value for name, value in parts.items() if not name.startswith("guest"))  # part of user
        if whole <= 0:
            return
        idle = sum(parts.get(name, 0.0) for name in _IDLE)
        yield ("host_cpu_ratio", {}, min(1.0, max(0.0, 1.0 - idle / whole)))
        if "iowait" in parts:
            yield ("host_cpu_wait_ratio", {}, min(1.0, max(0.0, parts["iowait"] / whole)))

    def _disks(self) -> Iterable[Measurement]:
        for name, folder in self._folders.items():
            there = next((one for one in (folder, *folder.parents) if one.exists()), None)
            if there is None:
                continue
            usage = psutil.disk_usage(str(there))
            yield ("host_disk_total_bytes", {"folder": name}, float(usage.total))
            yield ("host_disk_free_bytes", {"folder": name}, float(usage.free))
            if usage.total:
                yield ("host_disk_free_ratio", {"folder": name}, usage.free / usage.total)
        moved = psutil.disk_io_counters()
        if moved is not None:
            yield ("host_disk_moved_bytes_total", {"direction": "read"}, float(moved.read_bytes))
            yield ("host_disk_moved_bytes_total", {"direction": "written"}, float(moved.write_bytes))


def _memory() -> Iterable[Measurement]:
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    yield ("host_memory_total_bytes", {}, float(memory.total))
    yield ("host_memory_available_bytes", {}, float(memory.available))
    yield ("host_memory_used_ratio", {}, 1.0 - memory.available / memory.total)
    yield ("host_swap_used_bytes", {}, float(swap.used))


def _network() -> Iterable[Measurement]:
    cards = {name: one for name, one in psutil.net_io_counters(pernic=True).items() if name != "lo"}
    received = sum(card.bytes_recv for card in cards.values())
    sent = sum(card.bytes_sent for card in cards.values())
    yield ("host_network_bytes_total", {"direction": "received"}, float(received))
    yield ("host_network_bytes_total", {"direction": "sent"}, float(sent))
    failed = sum(card.errin + card.errout + card.dropin + card.dropout for card in cards.values())
    yield ("host_network_failures_total", {}, float(failed))
