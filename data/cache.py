"""A cache for what is expensive to compute again: Redis where there is one, else a folder under the home.

It holds JSON only, never pickles: whoever can write to Redis must not be able to run code here. It never holds the only
copy of anything, so that a cache that is gone costs time and nothing else; :meth:`Cache.healthy` tells Monitoring.
Keys carry the clocks and the version of what they were computed from: a delete during an outage is lost.
"""

import json
import logging
import time
from pathlib import Path
from typing import Any, Protocol

from portal.core import meters
from portal.core.errors import ConfigurationError

_log = logging.getLogger(__name__)
_SIZE_BYTES = 256 * 1024 * 1024
_REDIS_SECONDS = 1.0  # a cache that answers later than this does not help
_REST_SECONDS = 5.0

Json = dict[str, Any] | list[Any] | str | float | int | bool | None


class _Store(Protocol):
    def get(self, key: str) -> bytes | None: ...
    def set(self, key: str, value: bytes, ttl: float) -> None: ...
    def delete(self, key: str) -> None: ...
    def answers(self) -> bool: ...


class Cache:
    """Values by key, each for ``ttl`` seconds.

    Parameters
    ----------
    redis_url : str or None
        Redis to use; None means a folder.
    folder : Path
        Where values lie when there is no Redis; made with mode 0700.
    """

    def __init__(self, redis_url: str | None, folder: Path) -> None:
        self._store: _Store = _Redis(redis_url) if redis_url else _Disk(folder)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value under ``key``, or ``default`` when there is none, or no cache."""
        raw = self._store.get(key)
        meters.CACHE_READS.add("miss" if raw is None else "hit")
        if raw is None:
            return default
        try:
            return json.loads(raw)
        except ValueError:
            _log.warning("The cached value under '%s' is not ours; it is left alone.", key)
            return default

    def set(self, key: str, value: Json, *, ttl: float) -> None:
        """Keep ``value`` under ``key`` for ``ttl`` seconds; without a cache nothing happens.

        Raises
        ------
        TypeError
            ``value`` is not made of dicts with text keys, lists, text, numbers, booleans and None.
        """
        self._store.set(key, json.dumps(value, separators=(",", ":")).encode(), ttl)

    def delete(self, key: str) -> None:
        """Forget the value under ``key``."""
        self._store.delete(key)

    def healthy(self) -> bool:
        """Tell whether the cache answers."""
        return self._store.answers()


class _Redis:
    """Values in Redis; every failure reads as "not there"."""

    def __init__(self, url: str) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._errors = (redis.RedisError, OSError)
        try:
            self._client = redis.Redis.from_url(
                url,
                socket_timeout=_REDIS_SECONDS,
                socket_connect_timeout=_REDIS_SECONDS,
                health_check_interval=30,
                client_name="enerscope",
                retry=Retry(NoBackoff(), 1),  # a connection that lay idle while Redis was restarted
            )
        except ValueError as problem:
            raise ConfigurationError(
                f"REDIS_URL cannot be read: {problem}. Write it as redis://:password@host:6379/0."
            ) from problem
        self._resting_until: float | None = None

    def get(self, key: str) -> bytes | None:
        if self._rests():
            return None
        try:
            found = self._client.get(f"enerscope:{key}")
        except self._errors as problem:
            self._missed(problem)
            return None
        return found if isinstance(found, bytes) else None

    def set(self, key: str, value: bytes, ttl: float) -> None:
        if self._rests():
            return
        try:
            self._client.set(f"enerscope:{key}", value, px=max(1, round(ttl * 1000)))
        except self._errors as problem:
            self._missed(problem)

    def delete(self, key: str) -> None:
        try:
            self._client.delete(f"enerscope:{key}")
        except self._errors as problem:
            self._missed(problem)

    def answers(self) -> bool:
        try:
            self._client.ping()
        except self._errors as problem:
            self._missed(problem)
            return False
        self._resting_until = None
        return True

    def _rests(self) -> bool:
        """Tell whether Redis failed a moment ago: a page must not wait for it at each of its reads."""
        return self._resting_until is not None and time.monotonic() < self._resting_until

    def _missed(self, problem: Exception) -> None:
        if not self._rests():
            _log.warning("Redis does not answer (%s); values are computed anew until it does.", problem)
        self._resting_until = time.monotonic() + _REST_SECONDS


class _Disk:
    """Values as bytes in a folder of our own; its format would run code if others could write there."""

    def __init__(self, folder: Path) -> None:
        from diskcache import Cache as Folder

        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._folder = Folder(str(folder), size_limit=_SIZE_BYTES)

    def get(self, key: str) -> bytes | None:
        found = self._folder.get(key)
        return found if isinstance(found, bytes) else None

    def set(self, key: str, value: bytes, ttl: float) -> None:
        self._folder.set(key, value, expire=ttl)

    def delete(self, key: str) -> None:
        self._folder.delete(key)

    def answers(self) -> bool:
        return Path(self._folder.directory).is_dir()
