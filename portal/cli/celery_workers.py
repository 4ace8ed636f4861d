"""Asking Celery's workers what they do, for the monitor."""

from collections.abc import Callable
from typing import Any

from portal.core.errors import UpstreamError
from portal.services.monitoring.celery_state import CeleryWorker

_ANSWER_SECONDS = 1.0  # nobody knows how many workers there are, so each question waits this long
_CONNECT_SECONDS = 2.0


def asker(url: str) -> Callable[[], list[CeleryWorker]]:
    """Return what asks all workers behind the broker ``url``; it raises UpstreamError when Redis does not answer."""
    from celery import Celery
    from kombu.exceptions import KombuError
    from redis import RedisError

    made = Celery("enerscope-monitor", broker=url, set_as_current=False)
    made.conf.update(
        broker_connection_timeout=_CONNECT_SECONDS,
        broker_transport_options={
            "socket_connect_timeout": _CONNECT_SECONDS,
            "socket_timeout": _CONNECT_SECONDS + _ANSWER_SECONDS,
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.1,
        },
    )

    def ask() -> list[CeleryWorker]:
        try:
            inspect = made.control.inspect(timeout=_ANSWER_SECONDS)
            stats, active, held = inspect.stats() or {}, inspect.active() or {}, inspect.reserved() or {}
        except (KombuError, RedisError, OSError) as problem:
            raise UpstreamError(
                f"Celery's workers could not be asked ({type(problem).__name__})."
            ) from problem
        return [_worker(name, said, active, held) for name, said in sorted(stats.items())]

    return ask


def _worker(name: str, said: Any, active: Any, held: Any) -> CeleryWorker:
    return CeleryWorker(
        name,
        int(said.get("pool", {}).get("max-concurrency") or 0),
        len(active.get(name) or ()),
        len(held.get(name) or ()),
        sum(int(count) for count in (said.get("total") or {}).values()),
    )
