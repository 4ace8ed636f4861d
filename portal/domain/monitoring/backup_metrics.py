"""The metrics of Monitoring > Backups, and what they count."""

from collections.abc import Sequence
from datetime import datetime

from portal.core.metrics import Metric, register

HOUR, MEGABYTE = 3600.0, 1e6
LATE_HOURS = 26.0  # a nightly backup, and two hours to make it

AGE = register(
    Metric(
        "backup.age",
        "Age of the newest good backup",
        "h",
        "Hours from the newest backup that came back whole to the moment of the count.",
        "t - max(made at | good)",
        "portal.domain.monitoring.backup_metrics.age_hours",
        decimals=1,
    )
)
KEPT = register(
    Metric(
        "backup.kept",
        "Good backups kept",
        "backups",
        "How many kept backups came back whole when they were restored into a scratch database.",
        "count of good",
        "portal.domain.monitoring.backup_metrics.count_good",
        decimals=0,
    )
)
SIZE = register(
    Metric(
        "backup.size",
        "Space that backups take",
        "MB",
        "Bytes of all kept backups, in megabytes of 1,000,000 bytes.",
        "sum(bytes) / 1e6",
        "portal.domain.monitoring.backup_metrics.megabytes",
        decimals=1,
    )
)


def age_hours(made_at: Sequence[datetime], good: Sequence[bool], moment: datetime) -> float | None:
    """Return hours since the newest good backup; None when there is none."""
    newest = max((made for made, is_good in zip(made_at, good, strict=True) if is_good), default=None)
    return None if newest is None else (moment - newest).total_seconds() / HOUR


def count_good(good: Sequence[bool]) -> int:
    """Return how many are good."""
    return sum(good)


def megabytes(sizes: Sequence[int]) -> float:
    """Return the space of all, in MB."""
    return sum(sizes) / MEGABYTE
