"""The metrics of one sample, of the cache of the database, and of the size of a table."""

from portal.core.metrics import Metric, register

SAMPLE = register(
    Metric(
        "monitoring.sample",
        "Sample",
        "",
        "The newest reading of one series of one service, not older than ten minutes; sizes in megabytes of a million.",
        "last x(t), t <= moment",
        "portal.domain.monitoring.sample_values.newest",
    )
)
CACHE_HIT = register(
    Metric(
        "monitoring.database_hits_of_hour",
        "Found in memory",
        "%",
        "The share of blocks that the database found in its memory within the hour before the moment; the rest was "
        "asked of the operating system.",
        "increase(hits) / (increase(hits) + increase(reads))",
        "portal.domain.monitoring.sample_values.hit_share",
        decimals=1,
        percent=True,
    )
)
TABLE_SIZE = register(
    Metric(
        "monitoring.table_size",
        "Size",
        "MB",
        "What a table takes on disk with its indexes and partitions, when it is asked; megabytes of a million.",
        "bytes / 10^6",
        "portal.domain.monitoring.sample_values.newest",
        decimals=1,
    )
)
DEAD_ROWS = register(
    Metric(
        "monitoring.table_dead_rows",
        "Dead rows",
        "rows",
        "Rows of a table and its partitions that were changed or removed and whose room is not free yet, as the "
        "statistics of the database estimate when they are asked.",
        "n_dead_tup",
        "portal.domain.monitoring.sample_values.newest",
        decimals=0,
    )
)
