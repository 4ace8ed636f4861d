"""Processes beside the web server, such as the local worker: started, started again when they died, stopped with it."""

import os
import subprocess
import sys
import time

from portal.core.config import Settings

FOLLOW = "ENERSCOPE_FOLLOW_PARENT"  # process whose end is ours too; the Makefile names make
_STOP_SECONDS = 8.0
_LONGEST_PAUSE_SECONDS = 60.0


def companions(now: Settings) -> list["Companion"]:
    """Return what runs beside a web server of one machine: the worker where there is no Redis, and the monitor."""
    wanted = {"worker": now.redis_url is None and now.job_workers > 0, "monitor": now.monitor}
    return [Companion(command) for command, is_wanted in wanted.items() if is_wanted]


class Companion:
    """A child process with ``enerscope <command>``."""

    def __init__(self, command: str) -> None:
        self._command = command
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._not_before = 0.0
        self._pause = 1.0

    def look(self) -> None:
        """Start it if it does not run; one that dies over and over is started less and less often."""
        if time.monotonic() < self._not_before:
            return
        if self._process is not None and self._process.poll() is None:
            self._pause = 1.0
            return
        self._not_before = time.monotonic() + self._pause
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        environment = os.environ | {FOLLOW: str(os.getpid()), "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", self._command], env=environment, stdin=subprocess.DEVNULL
        )

    def stop(self) -> None:
        """End it and wait for it; a forked child that passes here leaves it alone."""
        if os.getpid() != self._owner or self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
