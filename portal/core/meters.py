"""What the web processes count and time, for ``/metrics`` and for the monitor.

The numbers lie in one file of each process (prometheus_client's multi-process mode) in the folder ``metrics`` under the
home, so that every process, and the monitor beside them, sees the sums. Files of processes that are gone are folded
into one, whose counts stay; their gauges go. Nothing is counted, and prometheus_client is not imported, until
:func:`start` is called, which only web servers do: for commands and jobs a meter costs one comparison.
"""

import contextlib
import os
import struct
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
FOLDER = "metrics"
"""Name of the folder under the home."""
_LOCK_SECONDS = 10.0
_GONE = "gone"


def buckets(low: float, high: float, factor: float) -> tuple[float, ...]:
    """Return upper bounds from ``low`` to ``high``, each ``factor`` times the one before, in four digits."""
    bounds = [low]
    while bounds[-1] < high:
        bounds.append(min(high, bounds[-1] * factor))
    return tuple(float(f"{bound:.4g}") for bound in bounds)


class _Meter:
    """A family of numbers of one name, one for each combination of its labels."""

    def __init__(self, name: str, words: str, labels: tuple[str, ...] = ()) -> None:
        self.name = name
        self.words = words
        self.labels = labels
        self._whole: Any = None
        self._children: dict[tuple[str, ...], Any] = {}
        _METERS.append(self)

    def open(self) -> None:
        """Make the family; prometheus_client's mode is settled by then."""
        self._children = {}
        self._whole = self._made()

    def close(self) -> None:
        """Count nothing any more."""
        self._whole = None

    def _made(self) -> Any:
        raise TypeError(f"{type(self).__name__} is not a kind of meter.")

    def _child(self, values: tuple[str, ...]) -> Any:
        """Return the number of these labels, or None where nothing is counted."""
        if self._whole is None:
            return None
        child = self._children.get(values)
        if child is None:
            child = self._children[values] = self._whole.labels(*values) if values else self._whole
        return child


_METERS: list[_Meter] = []


class Count(_Meter):
    """A number that only grows."""

    def add(self, *labels: str) -> None:
        """Count one more."""
        child = self._child(labels)
        if child is not None:
            child.inc()

    def _made(self) -> Any:
        from prometheus_client import Counter

        return Counter(self.name, self.words, self.labels, registry=None)


class Level(_Meter):
    """A number that rises and falls; the sum of the processes that live."""

    def change(self, by: float) -> None:
        """Add ``by``, which may be negative."""
        child = self._child(())
        if child is not None:
            child.inc(by)

    def _made(self) -> Any:
        from prometheus_client import Gauge

        return Gauge(self.name, self.words, self.labels, multiprocess_mode="livesum", registry=None)


class Timing(_Meter):
    """How often something took how long, in seconds, counted in buckets."""

    def __init__(
        self, name: str, words: str, labels: tuple[str, ...] = (), *, bounds: tuple[float, ...]
    ) -> None:
        super().__init__(name, words, labels)
        self.bounds = bounds

    def took(self, seconds: float, *labels: str) -> None:
        """Count one that took ``seconds``."""
        child = self._child(labels)
        if child is not None:
            child.observe(seconds)

    def _made(self) -> Any:
        from prometheus_client import Histogram

        return Histogram(self.name, self.words, self.labels, buckets=self.bounds, registry=None)


REQUEST_BOUNDS = buckets(0.001, 60.0, 1.2)
"""Percentiles read out of these bounds are within a tenth of the exact ones."""

REQUEST_SECONDS = Timing(
    "enerscope_request_seconds",
    "From the arrival of a request to its answer.",
    ("kind", "outcome"),
    bounds=REQUEST_BOUNDS,
)
REQUESTS = Count("enerscope_requests", "Requests answered.", ("kind", "outcome"))
IN_FLIGHT = Level("enerscope_requests_in_flight", "Requests being answered.")
QUEUE_SECONDS = Timing(
    "enerscope_request_queue_seconds",
    "Time that requests stood in the queue for a thread.",
    bounds=buckets(0.001, 60.0, 2.0),
)
INCIDENTS = Count("enerscope_unexpected_errors", "Errors that nobody foresaw.")
STATEMENT_SECONDS = Timing(
    "enerscope_statement_seconds", "Time of SQL statements.", ("kind",), bounds=buckets(0.0005, 60.0, 2.0)
)
STATEMENT_ERRORS = Count("enerscope_statement_errors", "SQL statements that failed.")
CONNECTIONS = Level("enerscope_database_connections_in_use", "Connections of the pool in use.")
CACHE_READS = Count("enerscope_cache_reads", "Reads of the cache.", ("outcome",))


_serving = False


def start(folder: Path) -> None:
    """Count from now on, in files in ``folder``; those of an earlier portal are removed.

    Call it once, before gunicorn forks its workers: each child goes on in a file of its own.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _tidy(folder)
    os.environ[VARIABLE] = str(folder)
    from prometheus_client import values

    if not values.ValueClass._multiprocess:  # noqa: SLF001  (imported before the variable was set)
        values.ValueClass = values.MultiProcessValue()
    for meter in _METERS:
        meter.open()


def stop() -> None:
    """Count nothing any more in this process."""
    for meter in _METERS:
        meter.close()


def serving() -> None:
    """Say that this process answers requests, so that what it forks counts nothing."""
    global _serving
    _serving = True


def families(folder: Path) -> list[Any]:
    """Return the sums of all processes, living and gone, as prometheus_client's metric families.

    Whoever reads the folder comes through here: it holds the lock under which files of gone processes are folded.
    """
    if not folder.is_dir():
        return []
    from prometheus_client.multiprocess import MultiProcessCollector

    with _locked(folder):
        _fold(folder, _gone(folder))
        try:
            return list(MultiProcessCollector(None, str(folder)).collect())
        except struct.error:  # a process was making its file just then
            return list(MultiProcessCollector(None, str(folder)).collect())


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock

    with FileLock(folder / "lock", timeout=_LOCK_SECONDS):
        yield


def _tidy(folder: Path) -> None:
    """Start from nothing; where another web process of this portal counts already, only fold what is gone."""
    with _locked(folder):
        gone = _gone(folder)
        if len(gone) < len(_processes(folder)):
            _fold(folder, gone)
            return
        for file in folder.glob("*.db"):
            file.unlink()


def _processes(folder: Path) -> set[int]:
    ends = (file.stem.rpartition("_")[2] for file in folder.glob("*.db"))
    return {int(end) for end in ends if end.isdigit()}


def _gone(folder: Path) -> set[int]:
    return {pid for pid in _processes(folder) if not _lives(pid, folder)}


def _lives(pid: int, folder: Path) -> bool:
    """Tell whether ``pid`` is the process that wrote its files, not a later one of the same number."""
    if pid == os.getpid():
        return True
    import psutil

    try:
        born = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return False
    changed = max((file.stat().st_mtime for file in folder.glob(f"*_{pid}.db")), default=0.0)
    return bool(born <= changed + 1.0)


def _fold(folder: Path, gone: set[int]) -> None:
    """Add the counts of ``gone`` processes to one file for all of them; their gauges go with them."""
    if not gone:
        return
    from prometheus_client.mmap_dict import MmapedDict
    from prometheus_client.multiprocess import mark_process_dead

    for kind in ("counter", "histogram"):
        files = [file for pid in sorted(gone) if (file := folder / f"{kind}_{pid}.db").exists()]
        if not files:
            continue
        kept = folder / f"{kind}_{_GONE}.db"
        sums: dict[str, float] = defaultdict(float)
        for file in (kept, *files):
            if file.exists():
                for key, value, _, _ in MmapedDict.read_all_values_from_file(str(file)):
                    sums[key] += value
        handle, draft = tempfile.mkstemp(dir=folder, suffix=".draft")
        os.close(handle)
        merged = MmapedDict(draft)
        for key, value in sums.items():
            merged.write_value(key, value, 0.0)
        merged.close()
        Path(draft).replace(kept)
        for file in files:
            file.unlink()
    for pid in gone:
        mark_process_dead(pid, str(folder))


def _leave_to_the_parent() -> None:
    """Count nothing in what a serving process forks: its lock may be held by a thread that was not copied."""
    if _serving:
        stop()


os.register_at_fork(after_in_child=_leave_to_the_parent)
