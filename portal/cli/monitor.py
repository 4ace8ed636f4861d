"""``enerscope monitor``: looks after the platform, every few seconds, until a signal."""

import contextlib
import os
import signal
import threading

from portal.cli.companion import FOLLOW
from portal.cli.database import opened
from portal.cli.outlets import open_outlets
from portal.core.config import settings

_LOOK_SECONDS = 1.0
_NICE = 3  # pages come first, but it must see what is wrong while jobs run


def monitor() -> None:
    """Take samples, judge health, follow alert rules and send messages; `enerscope run` starts one by itself."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with contextlib.suppress(OSError):
        os.nice(_NICE)
    parent = int(os.environ.get(FOLLOW) or 0)
    if parent:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the terminal; the launcher decides
        threading.Thread(target=_follow, args=(parent, stopped), daemon=True).start()
    open_outlets()
    with opened(migrate=None):
        from portal.services.monitoring import agent

        _bind_celery()
        agent.work(stopped)


def _bind_celery() -> None:
    """Have Celery's workers asked where there are any."""
    url = settings().redis_url
    if url is not None:
        from portal.cli.celery_workers import asker
        from portal.services.monitoring import celery_state

        celery_state.bind(asker(url.get_secret_value()))


def _follow(parent: int, stopped: threading.Event) -> None:
    """Stop when the launcher is gone."""
    while os.getppid() == parent and not stopped.wait(_LOOK_SECONDS):
        pass
    stopped.set()
