"""Processes that fit side by side.

API: ``Workers``; ``serve`` is what each process runs.

Each is a fresh interpreter at the other end of a pipe, not a child of ``multiprocessing`` or joblib. A job runs in a
process that has threads (the pulse of the job), so a plain fork may lock up; with Celery it is a daemon, which
``multiprocessing`` and loky refuse children; and spawned children import the main module again, which for a worker of
the command line starts the command once more. A fresh interpreter has none of this. It ends by itself when its pipe
closes, so a job that is killed leaves nobody behind.
"""

import contextlib
import os
import subprocess
import sys
import warnings
from collections.abc import Generator, Sequence
from dataclasses import replace
from importlib import import_module
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType
from typing import Self

from portal.domain.forecast.fitting import Outcome, Work, fit

ROOT = Path(__file__).resolve().parents[3]
POLL_SECONDS = 0.2  # a run that is stopped notices within this time
TRIES = 2  # of a piece whose process died
ENV = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_START = "import sys; from portal.domain.forecast.workers import serve; serve(int(sys.argv[1]), sys.argv[2:])"


class Workers:
    """Some processes that stay up for many evaluations; use it as a context manager.

    Parameters
    ----------
    count : int
        How many.
    imports : sequence of str
        Modules that each imports first, so that models which live elsewhere register themselves.
    """

    def __init__(self, count: int = 2, imports: Sequence[str] = ()) -> None:
        self.count = max(1, count)
        self._imports = tuple(imports)
        self._running: dict[Connection, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        while len(self._running) < self.count:
            self._start()  # they import while the caller prepares
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe in list(self._running):
            self._end(pipe)

    @property
    def processes(self) -> tuple[int, ...]:
        """Numbers of the processes that run now."""
        return tuple(process.pid for process in self._running.values())

    def run(self, pieces: Sequence[Work]) -> Generator[Outcome | None, None, None]:
        """Yield the outcome of every origin as it comes, and None now and then while there is none.

        A piece whose process dies is given to a fresh one; when that dies too, its origins are failures. A run that
        is left before its end ends the processes that were at work.
        """
        waiting = [(piece, 1) for piece in reversed(pieces)]
        given: dict[Connection, tuple[Work, int]] = {}
        done: set[tuple[int, int]] = set()
        try:
            while waiting or given:
                self._give(waiting, given)
                ready = wait(list(given), timeout=POLL_SECONDS)
                if not ready:
                    yield None
                for pipe in [pipe for pipe in given if pipe in ready]:
                    for outcome in self._take(pipe, given, waiting, done):
                        done.add((outcome.trial, outcome.origin))
                        yield outcome
        finally:
            for pipe in given:
                self._end(pipe)

    def _give(self, waiting: list[tuple[Work, int]], given: dict[Connection, tuple[Work, int]]) -> None:
        """Start what is missing and give every idle process a piece."""
        while len(self._running) < self.count:
            self._start()
        for pipe in [pipe for pipe in self._running if pipe not in given]:
            if waiting:
                given[pipe] = waiting.pop()
                with contextlib.suppress(BrokenPipeError):  # it died idle, as reading from it will show
                    pipe.send(given[pipe][0])

    def _take(
        self,
        pipe: Connection,
        given: dict[Connection, tuple[Work, int]],
        waiting: list[tuple[Work, int]],
        done: set[tuple[int, int]],
    ) -> list[Outcome]:
        """Read one message of a process: an outcome, the end of its piece, or that it died."""
        try:
            outcome: Outcome | None = pipe.recv()
        except (EOFError, ConnectionResetError):
            piece, tried = given.pop(pipe)
            self._end(pipe)
            left = replace(piece, origins=[at for at in piece.origins if (piece.trial, at) not in done])
            if tried >= TRIES:
                return [_lost(left, origin) for origin in left.origins]
            waiting.append((left, tried + 1))
            return []
        if outcome is not None:
            return [outcome]
        del given[pipe]
        return []

    def _start(self) -> None:
        ours, theirs = Pipe()
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH", "")])]
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-c", _START, str(theirs.fileno()), *self._imports],
                env={**os.environ, **ENV, "PYTHONPATH": os.pathsep.join(paths)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._running[ours] = process

    def _end(self, pipe: Connection) -> None:
        process = self._running.pop(pipe)
        pipe.close()
        process.kill()
        process.wait()


def _lost(piece: Work, origin: int) -> Outcome:
    return Outcome(
        piece.trial,
        origin,
        0.0,
        failure=f"The process that fitted {piece.model} was ended twice, by somebody or for want of memory. "
        "Shorten the history or run fewer models at once.",
    )


def serve(descriptor: int, imports: Sequence[str] = ()) -> None:
    """Fit what comes through the pipe, until it closes; None marks the end of a piece.

    Parameters
    ----------
    descriptor : int
        File descriptor of this end of the pipe.
    imports : sequence of str
        Modules to import first.
    """
    warnings.simplefilter("ignore")  # what a fit has to say is in its notes
    for name in imports:
        import_module(name)
    with Connection(descriptor) as pipe, contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            piece: Work = pipe.recv()
            for origin in piece.origins:
                pipe.send(fit(piece, origin))
            pipe.send(None)
