"""How Redis is doing: its own INFO, and how many tasks wait in the queues of Celery.

Source: Redis documentation, "INFO". Valkey answers the same.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Measurement

QUEUES = ("celery",)  # Celery's default queue; its tasks lie in a list of that name
_SECONDS = 2.0
_LEVELS = {
    "connected_clients": "redis_connected_clients",
    "blocked_clients": "redis_blocked_clients",
    "used_memory": "redis_memory_used_bytes",
    "used_memory_rss": "redis_memory_resident_bytes",
    "maxmemory": "redis_memory_max_bytes",
    "mem_fragmentation_ratio": "redis_memory_fragmentation_ratio",
    "uptime_in_seconds": "redis_uptime_seconds",
    "total_commands_processed": "redis_commands_total",
    "total_connections_received": "redis_connections_total",
    "rejected_connections": "redis_rejected_connections_total",
    "keyspace_hits": "redis_keyspace_hits_total",
    "keyspace_misses": "redis_keyspace_misses_total",
    "evicted_keys": "redis_evicted_keys_total",
    "expired_keys": "redis_expired_keys_total",
    "connected_slaves": "redis_replicas",
    "used_cpu_sys": "redis_cpu_system_seconds_total",
    "used_cpu_user": "redis_cpu_user_seconds_total",
}


class RedisState:
    """One Redis server, asked over one connection that is kept.

    Parameters
    ----------
    url : str
        Address such as ``redis://:password@host:6379/0``; its password is never shown.
    """

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=_SECONDS,
            socket_connect_timeout=_SECONDS,
            client_name="enerscope-monitor",
            retry=Retry(NoBackoff(), 1),
        )

    def measure(self, queues: Sequence[str] = QUEUES) -> tuple[list[Measurement], list[Measurement]]:
        """Return what Redis says of itself, and the length of each queue.

        Raises
        ------
        UpstreamError
            Redis does not answer.
        """
        try:
            with self._client.pipeline(transaction=False) as batch:
                batch.info()
                for queue in queues:
                    batch.llen(queue)
                info, *lengths = batch.execute()
        except (redis.RedisError, OSError) as problem:
            raise UpstreamError(f"Redis does not answer ({type(problem).__name__}).") from problem
        waiting = zip(queues, lengths, strict=True)
        return _of_info(info), [("celery_queue_length", {"queue": queue}, float(n)) for queue, n in waiting]

    def close(self) -> None:
        """End the connection."""
        self._client.close()


def _of_info(info: Mapping[str, Any]) -> list[Measurement]:
    found: list[Measurement] = [
        (metric, {}, float(info[name])) for name, metric in _LEVELS.items() if name in info
    ]
    spaces = (space for name, space in info.items() if name.startswith("db") and isinstance(space, dict))
    keys = sum(space.get("keys", 0) for space in spaces)
    found.append(("redis_keys", {}, float(keys)))
    if "rdb_last_bgsave_status" in info:
        found.append(("redis_last_save_ok", {}, float(info["rdb_last_bgsave_status"] == "ok")))
    return found
