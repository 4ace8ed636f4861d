"""Who uses the server of a home: one lock for changes, and a shared one that every user holds while it lasts."""

import fcntl
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from portal.core.errors import ConfigurationError

_WAIT_SECONDS = 180.0


class Shares:
    """The locks in ``home``; the kernel drops them with their process, so that a killed one leaves none behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._mine: weakref.finalize[[int], Shares] | None = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other processes from starting, attaching or stopping at the same time.

        Raises
        ------
        ConfigurationError
            The home cannot be made or written, or another process has held it for minutes.
        """
        try:
            # Root's helper account must be able to pass through; what lies inside is private on its own.
            self.home.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
            lock = FileLock(self.home / "postgres.lock")
            lock.acquire(timeout=_WAIT_SECONDS)
        except Timeout as problem:
            raise ConfigurationError(
                f"Another process has been starting or stopping the database of {self.home} for "
                f"{_WAIT_SECONDS:.0f} seconds. End it, and try again.",
                home=str(self.home),
            ) from problem
        except OSError as problem:
            raise ConfigurationError(
                f"The home folder {self.home} cannot be used: {problem.strerror or problem}. "
                "Set ENERSCOPE_HOME to a folder that you may write.",
                home=str(self.home),
            ) from problem
        try:
            yield
        finally:
            lock.release()

    def take(self) -> None:
        """Become a user of the server; call within :meth:`alone`."""
        if self._mine is None:
            descriptor = self._open()
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._mine = weakref.finalize(self, os.close, descriptor)

    def give_up(self) -> bool:
        """Be a user no longer, and return whether there is no other one; call within :meth:`alone`."""
        if self._mine is not None:
            self._mine()
            self._mine = None
        descriptor = self._open()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(descriptor)
        return True

    def _open(self) -> int:
        return os.open(self.home / "postgres.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
