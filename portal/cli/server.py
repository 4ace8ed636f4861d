"""gunicorn from inside: one worker process with threads, and a launcher that looks after its surroundings."""

import importlib
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.http import wsgi

from portal.cli.address import listen
from portal.cli.companion import FOLLOW, Companion, companions
from portal.core import garbage
from portal.core.config import Settings

_LOOK_SECONDS = 2.0
_WARM_UP_AFTER_SECONDS = 3.0
_BACKLOG = 512
HEAVY = (
    "scipy.optimize",
    "scipy.signal",
    "scipy.stats",
    "arch",  # the fit of Market > Volatility
    "statsmodels.tsa.seasonal",
)  # some seconds together; no page may import them at its top


def serve(listener: socket.socket, now: Settings, *, on_ready: Callable[[], None]) -> None:
    """Serve ``app:server`` on ``listener`` until a signal; ends by :class:`SystemExit`."""
    listen(listener, _BACKLOG)
    beside = companions(now)
    try:
        _Launcher(_Portal(listener, now, on_ready), beside).run()
    finally:
        for one in beside:
            one.stop()


class _Portal(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """What to serve and how."""

    def __init__(self, listener: socket.socket, now: Settings, on_ready: Callable[[], None]) -> None:
        self._listener = listener
        self._settings = now
        self._on_ready = on_ready
        super().__init__()

    def load_config(self) -> None:
        wsgi.SERVER = "Enerscope"  # the name in the Server header; gunicorn has no setting for it
        options: dict[str, Any] = {
            "bind": f"fd://{os.dup(self._listener.fileno())}",
            "backlog": _BACKLOG,
            "workers": 1,
            "worker_class": "portal.cli.threads.Worker",
            "threads": self._settings.threads,
            "preload_app": True,
            "keepalive": 15,
            "timeout": 120,
            "graceful_timeout": 5,
            "limit_request_line": 8190,
            "loglevel": "warning",
            "proc_name": "enerscope",
            "control_socket_disable": True,
            "when_ready": lambda _arbiter: self._ready(),
            "post_worker_init": lambda _worker: _begin(),
            "worker_exit": lambda _arbiter, _worker: _end(),
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        with garbage.at_rest():
            return importlib.import_module("app").server

    def _ready(self) -> None:
        self._listener.close()
        self._on_ready()


class _Launcher(Arbiter):  # type: ignore[misc]  # gunicorn has no types
    """The process that keeps all others alive: web worker, database, companions. It stops when its parent does."""

    def __init__(self, app: _Portal, beside: list[Companion]) -> None:
        super().__init__(app)
        self._beside = beside
        self._parent = int(os.environ.get(FOLLOW) or 0)
        self._parent_caught = _caught(self._parent)
        self._looked = time.monotonic()

    def manage_workers(self) -> None:
        """Look around, once in a while, and replace a worker that is gone. gunicorn calls this every second."""
        super().manage_workers()
        if self._abandoned():
            raise StopIteration
        if time.monotonic() - self._looked > _LOOK_SECONDS:
            self._revive_database()
            for one in self._beside:
                one.look()
            self._looked = time.monotonic()

    def handle_hup(self) -> None:
        """A closed terminal ends the portal; nobody could stop it later."""
        raise StopIteration

    def _abandoned(self) -> bool:
        """Tell whether our parent is gone, or is waiting for us to end.

        GNU make passes SIGTERM on to us, but not a SIGINT or SIGHUP sent to it alone: it drops its handler and waits.
        """
        if not self._parent:
            return False
        return os.getppid() != self._parent or bool(self._parent_caught & ~_caught(self._parent))

    def _revive_database(self) -> None:
        from portal.core.errors import EnerscopeError
        from portal.services import runtime

        try:
            if runtime.revive_database():
                self.log.warning("The database had died and was started again.")
        except EnerscopeError as problem:
            self.log.error("%s", problem.message)  # noqa: TRY400  (the sentence says it all; the next look tries again)


def _begin() -> None:
    """Let a new web worker tell that it lives, and have it import ahead."""
    from portal.services.monitoring import beats, traffic

    beats.begin("web", traffic.told)
    Thread(target=_warm_up, daemon=True).start()


def _end() -> None:
    from portal.services.monitoring import beats

    beats.leave()  # while the database of this process is still open


def _warm_up() -> None:
    """Import what only some pages need, once the first pages have had their turn."""
    time.sleep(_WARM_UP_AFTER_SECONDS)
    for name in (*HEAVY, "portal.services.jobs.kinds"):
        importlib.import_module(name)


def _caught(pid: int) -> int:
    """Return which signals to end it process ``pid`` handles, as bits; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text("ascii", errors="replace").splitlines()
    except OSError:
        return 0
    mask = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
    return mask & sum(1 << (number - 1) for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
