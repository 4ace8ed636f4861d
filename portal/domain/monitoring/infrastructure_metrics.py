"""The metrics of machines, databases, caches and queues, all read out of stored samples."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.monitoring.infrastructure"


def _metric(
    name: str, title: str, unit: str, words: str, symbols: str, function: str = "newest", *, decimals: int = 0
) -> Metric:
    percent = unit == "%"
    return register(
        Metric(
            f"monitoring.{name}", title, unit, words, symbols, f"{_HERE}.{function}",
            decimals=decimals, percent=percent,
        )
    )  # fmt: skip


HOST_CPU = _metric(
    "host_cpu", "Processor in use", "%",
    "The share of all processors' time that was neither idle nor waiting for a disk, since the sample before.",
    "1 - idle / time", decimals=1,
)  # fmt: skip
HOST_MEMORY = _metric(
    "host_memory", "Memory in use", "%", "The share of the machine's memory that could not be given to a new program.",
    "1 - available / total", decimals=1,
)  # fmt: skip
HOST_DISK = _metric(
    "host_disk_free", "Disk that is free", "%",
    "The share of the disk that is free, of the fullest of the disks that hold the portal's folders.",
    "min over folders of free / size", "smallest", decimals=1,
)  # fmt: skip
HOST_DISK_SPACE = _metric(
    "host_disk_space", "Free space", "GB", "Space that is free on the fullest of those disks, in 1,000,000,000 bytes.",
    "min over folders of free / 1e9", "smallest", decimals=1,
)  # fmt: skip
NETWORK_IN = _metric(
    "network_received", "Received", "kB/s",
    "Bytes that all network cards but the loopback received in five minutes, per second, in 1,000 bytes.",
    "increase / seconds / 1000", "growth_per_second", decimals=1,
)  # fmt: skip
NETWORK_OUT = _metric(
    "network_sent", "Sent", "kB/s",
    "Bytes that all network cards but the loopback sent in five minutes, per second, in 1,000 bytes.",
    "increase / seconds / 1000", "growth_per_second", decimals=1,
)  # fmt: skip
PROCESS_CPU = _metric(
    "process_cpu", "Processor of the service", "%",
    "Processor time of all processes of a service since the sample before, as a share of one processor.",
    "sum over processes of seconds spent / seconds", decimals=1,
)  # fmt: skip
PROCESS_MEMORY = _metric(
    "process_memory", "Memory of the service", "MB",
    "Resident memory of all processes of a service, in 1,000,000 bytes; what they share counts in each.",
    "sum over processes of resident / 1e6",
)  # fmt: skip
CONNECTIONS = _metric(
    "database_connections", "Connections", "connections", "Clients that are connected to the database server.",
    "count of client backends",
)  # fmt: skip
CONNECTION_USE = _metric(
    "database_connection_use", "Connections in use", "%", "Clients as a share of those that the server takes.",
    "clients / max_connections", "share", decimals=1,
)  # fmt: skip
WAITING = _metric(
    "database_waiting", "Waiting for locks", "sessions", "Sessions of the portal's database that wait for a lock.",
    "count of sessions with wait event Lock",
)  # fmt: skip
LOCKS = _metric(
    "database_locks", "Locks", "locks", "Locks that sessions of the portal's database hold or wait for.",
    "count of locks",
)  # fmt: skip
SLOW = _metric(
    "database_slow", "Slow statements", "statements", "Statements that have been running for more than one second.",
    "count of active sessions with t - begin > 1 s",
)  # fmt: skip
CACHE_HIT = _metric(
    "database_cache_hit", "Cache hit of the database", "%",
    "The share of blocks that were found in the database's own cache, of all that were read in five minutes.",
    "hits / (hits + reads)", "share_of_growth", decimals=2,
)  # fmt: skip
DATABASE_SIZE = _metric(
    "database_size", "Size of the database", "MB", "Space of the portal's database on its disk, in 1,000,000 bytes.",
    "pg_database_size / 1e6",
)  # fmt: skip
BLOAT = _metric(
    "database_bloat", "Dead rows in tables", "%",
    "Estimated share of the tables' space that dead rows take: a table's size times its share of dead rows.",
    "sum over tables of size dead / (live + dead) / sum of size", "share", decimals=1,
)  # fmt: skip
REPLICATION_LAG = _metric(
    "replication_lag", "Replication lag", "s", "How far the slowest standby is behind; none where there is no standby.",
    "max over standbys of replay lag", "largest", decimals=1,
)  # fmt: skip
PARTITIONS = _metric(
    "database_chunks", "Partitions and chunks", "tables",
    "Partitions, or chunks of TimescaleDB, that tables are cut into.", "count of partitions",
)  # fmt: skip
REDIS_MEMORY = _metric(
    "redis_memory", "Memory of Redis", "MB", "Memory that Redis has given to data and itself, in 1,000,000 bytes.",
    "used_memory / 1e6", decimals=1,
)  # fmt: skip
REDIS_HIT = _metric(
    "redis_hit", "Cache hit of Redis", "%", "The share of reads of five minutes that found their key.",
    "hits / (hits + misses)", "share_of_growth", decimals=1,
)  # fmt: skip
QUEUE = _metric(
    "queue_length", "Jobs that wait", "jobs", "Jobs that are queued.", "count of state queued",
)  # fmt: skip
QUEUE_WAIT = _metric(
    "queue_wait", "Oldest wait", "s", "How long the job that waits longest has been due.", "t - min(due)",
    decimals=0,
)  # fmt: skip
WORKERS = _metric(
    "workers", "Workers", "workers", "Workers that gave a sign of life in the last two minutes.",
    "count of workers with t - beat < 120 s",
)  # fmt: skip
