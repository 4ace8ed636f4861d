"""Can this portal serve? Five short looks, side by side, none longer than a few seconds.

Without its database, or with one of another release, it cannot. Without cache, worker or room on the disk it still
serves pages, only worse, so a load balancer must not take it away: these are told, and alerts are raised elsewhere.
"""

import shutil
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from datetime import timedelta

from data.queries import jobs as job_queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.config import Settings
from portal.core.errors import EnerscopeError
from portal.services import runtime

_LONGEST_SECONDS = 6.0
_KEPT_SECONDS = 1.0
_WAIT = timedelta(minutes=2)
_LEAST_FREE_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Check:
    """One look: was it good, what is the matter, and does the portal stand or fall with it?"""

    name: str
    good: bool
    reason: str
    seconds: float
    needed: bool


@dataclass(frozen=True, slots=True)
class Readiness:
    """All looks at one moment."""

    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        """Whether everything that the portal cannot do without is good."""
        return all(check.good for check in self.checks if check.needed)


class _Kept:
    """The last answer: the probe is public, and asking often must not cost much.

    A good one counts for a second. A bad one counts only for those who waited while it was found: they share one look,
    so that they do not queue up behind a database that hangs, and whoever asks later sees a recovery at once.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[float, Settings, Readiness] | None = None

    def get(self, config: Settings) -> Readiness:
        asked_at = time.monotonic()
        with self._lock:
            if self._found is not None:
                at, asked, found = self._found
                oldest = time.monotonic() - _KEPT_SECONDS if found.ready else asked_at
                if asked == config and at > oldest:
                    return found
            found = _look(config)
            self._found = (time.monotonic(), config, found)
            return found


_KEPT = _Kept()


def readiness(config: Settings) -> Readiness:
    """Return how the portal stands; nothing is raised."""
    return _KEPT.get(config)


def _look(config: Settings) -> Readiness:
    looks: dict[str, tuple[Callable[[Settings], str], bool]] = {
        "database": (_database, True),
        "migrations": (_migrations, True),
        "cache": (_cache, False),
        "worker": (_worker, False),
        "disk": (_disk, False),
    }
    pool = ThreadPoolExecutor(len(looks), thread_name_prefix="ready")
    try:
        began = time.monotonic()
        asked = {name: pool.submit(_timed, look, config) for name, (look, _) in looks.items()}
        deadline = began + _LONGEST_SECONDS
        return Readiness(tuple(_answer(name, asked[name], deadline, looks[name][1]) for name in looks))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _timed(look: Callable[[Settings], str], config: Settings) -> tuple[str, float]:
    began = time.monotonic()
    try:
        reason = look(config)
    except EnerscopeError as known:
        reason = known.message
    except Exception as unknown:  # noqa: BLE001  (whatever is wrong, the look says so instead of failing)
        reason = f"The look failed with {type(unknown).__name__}."
    return reason, time.monotonic() - began


def _answer(name: str, asked: Future[tuple[str, float]], deadline: float, needed: bool) -> Check:
    try:
        reason, seconds = asked.result(max(0.0, deadline - time.monotonic()))
    except TooLate:
        reason, seconds = f"There was no answer within {_LONGEST_SECONDS:g} seconds.", _LONGEST_SECONDS
    return Check(name, not reason, reason, round(seconds, 4), needed)


def _database(_config: Settings) -> str:
    runtime.check_database()
    return ""


def _migrations(_config: Settings) -> str:
    runtime.check_database()
    if runtime.needs_migration():
        return "The database has the schema of another release. Run `enerscope migrate`."
    return ""


def _cache(config: Settings) -> str:
    if runtime.cache(config).healthy():
        return ""
    return "The cache does not answer; values are computed anew until it does."


def _worker(_config: Settings) -> str:
    """A worker takes a job within seconds, so one that waits for minutes finds none."""
    with UnitOfWork() as work:
        oldest = job_queries.longest_waiting(work.session)
    if oldest is not None and clock.now() - oldest > _WAIT:
        return f"A job waits since {oldest:%Y-%m-%d %H:%M:%S} UTC; no worker takes it."
    return ""


def _disk(config: Settings) -> str:
    usage = shutil.disk_usage(config.root)
    free = usage.free / usage.total
    if free < _LEAST_FREE_SHARE:
        return f"The disk of the home folder has {free:.1%} left."
    return ""
