"""``enerscope`` as a program of its own, as a person starts it."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "portal.cli")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return an environment in which only ``home`` and ``more`` are set, and schedules and monitor are off."""
    ours = ("ENERSCOPE_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "HOST", "PORT", "MAKE", "MFLAGS")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    ours_now = {
        "ENERSCOPE_HOME": str(home),
        "ENERSCOPE_DEMO": "0",
        "ENERSCOPE_SCHEDULES": "off",
        "ENERSCOPE_MONITOR": "off",
        "PYTHONPATH": str(ROOT),
    }
    return clean | ours_now | more


def enerscope(
    *arguments: str, home: Path, text_in: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment(home, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        input=text_in,
        timeout=400,
        check=False,
    )


class Portal:
    """A running portal (``enerscope run``, or another command that starts it) on ``port``."""

    def __init__(
        self, home: Path, port: int, *, command: tuple[str, ...] = (*COMMAND, "run"), **more: str
    ) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._command = command
        self._environment = environment(home, PORT=str(port), **more)
        self.log = home.parent / f"{home.name}-{port}.log"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)  # else it takes the processor from all tests that follow
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.stop()

    def start(self) -> None:
        """Start it and wait until it says that it is ready, and the login page answers."""
        said_before = len(self.said()) if self.log.exists() else 0
        self.launch()
        deadline = (
            time.monotonic() + 400
        )  # a first start loads the demo desk, on a machine that other tests share
        while "is ready at" not in self.said()[said_before:] or self.status("/login") != 200:
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The portal does not answer: {self.said()}")
            time.sleep(0.05)

    def launch(self) -> None:
        """Start it, without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command,
                env=self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def status(self, path: str) -> int:
        """Return the HTTP status of ``path``, 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=20) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as problem:
            return problem.code
        except OSError:
            return 0

    def said(self) -> str:
        """Return everything that it printed."""
        return self.log.read_text("utf-8")

    def send(self, number: signal.Signals, *, group: bool = False) -> None:
        """Send a signal to the process that was started, or to its whole group as a terminal does."""
        (os.killpg if group else os.kill)(self.process.pid, number)

    def stop(self, number: signal.Signals = signal.SIGTERM, *, group: bool = False) -> int:
        """Send a signal and return the exit status."""
        self.send(number, group=group)
        return self.process.wait(120)


def command_of(pid: int) -> list[bytes]:
    """Return the words of the command line of a process; none of one that has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return []


def processes_with(words: str) -> list[int]:
    """Return the ids of all processes whose command line or environment of Enerscope's home contains ``words``."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
        except OSError:
            continue
        if words.encode() in told and not zombie and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found
