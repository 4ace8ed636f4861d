"""When a figure of a service is trouble: disks, clocks, errors, silence. Thresholds stand here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.domain.monitoring.health import State

GB = 1_000_000_000
DISK_WARNING_SHARE, DISK_WARNING_BYTES = 0.10, 20 * GB
DISK_BAD_SHARE, DISK_BAD_BYTES = 0.03, 5 * GB
SKEW_WARNING_SECONDS, SKEW_BAD_SECONDS = 2.0, 30.0
ERRORS_WARNING, ERRORS_BAD = 5, 10
ERRORS_WARNING_SHARE, ERRORS_BAD_SHARE = 0.05, 0.20
SILENT_SECONDS = 10.0
GONE_SECONDS = 3600.0
BEATS_MISSED = 4


def judge_disk(free_bytes: float, total_bytes: float) -> State:
    """Judge the room that is left on a disk.

    Parameters
    ----------
    free_bytes, total_bytes : float, bytes
        What is free for the portal, and the size of the file system; a size of 0 has no room.

    Returns
    -------
    State
        A share below 3 % with less than 5 GB is bad, below 10 % with less than 20 GB a warning: a tenth of a large
        disk is plenty, and a small one is nearly full long before its last gigabyte.

    Examples
    --------
    >>> judge_disk(0.5 * GB, 100 * GB).value, judge_disk(150 * GB, 2000 * GB).value
    ('bad', 'good')
    """
    share = free_bytes / total_bytes if total_bytes > 0 else 0.0
    if share < DISK_BAD_SHARE and free_bytes < DISK_BAD_BYTES:
        return State.BAD
    if share < DISK_WARNING_SHARE and free_bytes < DISK_WARNING_BYTES:
        return State.WARNING
    return State.GOOD


def judge_skew(seconds: float, uncertainty: float) -> State:
    """Judge how far two clocks are apart.

    Parameters
    ----------
    seconds, uncertainty : float, seconds
        The difference, and how wrong it may be (half of the time that asking took).

    Returns
    -------
    State
        What is certain: a warning from 2 seconds on, bad from 30 seconds on, after the uncertainty is taken off.

    Examples
    --------
    >>> judge_skew(-45.0, 0.01).value, judge_skew(2.5, 1.0).value
    ('bad', 'good')
    """
    apart = abs(seconds) - uncertainty
    if apart >= SKEW_BAD_SECONDS:
        return State.BAD
    return State.WARNING if apart >= SKEW_WARNING_SECONDS else State.GOOD


def judge_errors(errors: int, requests: int) -> State:
    """Judge how many answers of the web server were errors of its own.

    Parameters
    ----------
    errors, requests : int
        Errors, and all requests of the same time.

    Returns
    -------
    State
        A warning from 5 errors that are 5 % on, bad from 10 that are 20 % on; a single one is an incident to look up,
        not a state of the server.
    """
    share = errors / max(requests, errors, 1)
    if errors >= ERRORS_BAD and share >= ERRORS_BAD_SHARE:
        return State.BAD
    return State.WARNING if errors >= ERRORS_WARNING and share >= ERRORS_WARNING_SHARE else State.GOOD


@dataclass(frozen=True, slots=True)
class Sign:
    """The last sign of life of a process.

    ``silent_seconds`` is by the clock of the database, ``is_dead`` says that its host knows no such process any more.
    """

    instance: str
    kind: str
    host: str
    started_at: datetime
    silent_seconds: float
    every_seconds: float = 2.0
    is_dead: bool = False
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Crew:
    """The processes of one kind: who lives, and who should but does not."""

    alive: tuple[Sign, ...]
    missing: tuple[Sign, ...]


def muster(signs: Sequence[Sign]) -> Crew:
    """Tell the processes of one kind that live from those that are missing.

    Parameters
    ----------
    signs : sequence of Sign
        All signs of one kind; those that said goodbye count as neither.

    Returns
    -------
    Crew
        A process lives while it was heard within ten seconds, or four of its own intervals. One that is silent is
        missing, unless a process that began after its last sign took its place on the same host, or it has been silent
        for an hour: then it is not expected back. One whose host knows it no more is missing after two intervals.
    """
    here = [sign for sign in signs if not sign.has_left]
    alive = [sign for sign in here if not _is_silent(sign)]
    missing = [
        sign
        for sign in here
        if _is_silent(sign) and sign.silent_seconds < GONE_SECONDS and not _is_replaced(sign, alive)
    ]
    return Crew(tuple(alive), tuple(missing))


def _is_silent(sign: Sign) -> bool:
    patience = max(SILENT_SECONDS, BEATS_MISSED * sign.every_seconds)
    if sign.is_dead:
        patience = min(patience, 1.5 * sign.every_seconds)
    return sign.silent_seconds > patience


def _is_replaced(sign: Sign, alive: Sequence[Sign]) -> bool:
    return any(other.host == sign.host and other.started_at > sign.started_at for other in alive)
