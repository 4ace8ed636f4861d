"""Background callbacks: work that a page starts and follows, in a process of its own.

On one machine the process is started by a fork server that holds no sockets and no database connections, so a job can
neither keep the port nor share a connection with the web server. With Redis it is a Celery worker. ``cache_by`` holds a
nonce: without it Dash would hand the result of one user's job to another who asks the same. Expired results leave the
cache by themselves.
"""

import logging
import os
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import uuid4

import multiprocess
import multiprocess.forkserver
from dash import CeleryManager, DiskcacheManager
from diskcache import Cache

from portal.core.config import Settings

log = logging.getLogger("enerscope.jobs")

RESULT_SECONDS = 600
"""How long a result waits for its page; what was done is in the database whatever becomes of the page."""

PRELOADED = ["callbacks", "portal.services.jobs.kinds"]
"""What the fork server imports once, so that a job starts at once; named as text, since it is above this floor."""

TELL_SECONDS = 0.25  # a page is told a few times a second, whatever the work does


def _nonce() -> str:
    return uuid4().hex


@lru_cache(maxsize=1)
def manager(config: Settings, celery_app: Any = None) -> DiskcacheManager | CeleryManager:
    """Return what runs the background callbacks: Celery when there is an app of it, else processes of this machine.

    The folder of their results is for our own account only.
    """
    if celery_app is not None:
        return CeleryManager(celery_app, cache_by=[_nonce], expire=RESULT_SECONDS)
    folder = config.root / "cache" / "jobs"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # The fork server reads it when it starts: threads of a linear-algebra library do not survive its forks.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if multiprocess.get_start_method(allow_none=True) != "forkserver":
        multiprocess.set_start_method("forkserver", force=True)
        multiprocess.set_forkserver_preload(PRELOADED)
    return DiskcacheManager(Cache(str(folder)), cache_by=[_nonce], expire=RESULT_SECONDS)


def warm_up() -> None:
    """Start the fork server ahead of the first job; a page that offers one calls this when it is opened."""
    if multiprocess.get_start_method(allow_none=True) == "forkserver":
        multiprocess.forkserver.ensure_running()


def teller(set_progress: Callable[[tuple[int, str]], None]) -> Callable[[float, str], None]:
    """Return what tells a page how far its work is: a share from 0 to 1, and words; a few times a second.

    Work outlives the way to its page: when that is away (a Redis that stopped), it goes on and the page is told no
    more.
    """
    next_at = 0.0

    def tell(share: float, words: str) -> None:
        nonlocal next_at
        if time.monotonic() < next_at:
            return
        next_at = time.monotonic() + TELL_SECONDS
        try:
            set_progress((round(100 * share), words))
        except Exception as problem:  # noqa: BLE001  (a broker has errors of many kinds; none of them ends the work)
            next_at = float("inf")
            log.warning(
                "A page is not told any more how far its work is (%s); it goes on.", type(problem).__name__
            )

    return tell
