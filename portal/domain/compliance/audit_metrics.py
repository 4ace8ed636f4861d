"""The metrics of Compliance > Audit, and what they count."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portal.core.metrics import Metric, register

DAY = timedelta(hours=24)
LATE_HOURS = 26.0  # a daily checkpoint, and two hours to make it

ENTRIES = register(
    Metric(
        "compliance.audit.entries",
        "Entries of the audit log",
        "entries",
        "How many entries the log has at the moment of the count; they are numbered without gaps.",
        "sum over days of entries",
        "portal.domain.compliance.audit_metrics.total",
        decimals=0,
    )
)
REFUSED = register(
    Metric(
        "compliance.audit.refused",
        "Refused or failed, last 24 hours",
        "entries",
        "How many entries of the 24 hours before the moment of the count tell of something that was refused or failed.",
        "count of t - 24 h < at <= t, outcome not done",
        "portal.domain.compliance.audit_metrics.refused_lately",
        decimals=0,
    )
)
UNSIGNED = register(
    Metric(
        "compliance.audit.unsigned",
        "Entries after the last checkpoint",
        "entries",
        "How many entries were added since the newest signed checkpoint; cutting them off would not be seen.",
        "entries - entries of the newest checkpoint",
        "portal.domain.compliance.audit_metrics.unsigned",
        decimals=0,
    )
)
AGE = register(
    Metric(
        "compliance.audit.checkpoint_age",
        "Age of the newest checkpoint",
        "h",
        "Hours from the newest signed checkpoint to the moment of the count.",
        "t - max(signed at)",
        "portal.domain.compliance.audit_metrics.age_hours",
        decimals=1,
    )
)


def total(counts: Sequence[int]) -> int:
    """Return the sum of the entries of all days."""
    return sum(counts)


def refused_lately(at: Sequence[datetime], outcomes: Sequence[str], moment: datetime) -> int:
    """Return how many of the last day's entries were refused or failed."""
    return sum(
        moment - DAY < when <= moment and outcome != "done"
        for when, outcome in zip(at, outcomes, strict=True)
    )


def unsigned(entries: int, signed: Sequence[int]) -> int:
    """Return how many entries no checkpoint covers; ``signed`` are the entries of each checkpoint."""
    return entries - max(signed, default=0)


def age_hours(signed_at: Sequence[datetime], moment: datetime) -> float | None:
    """Return hours since the newest checkpoint; None when there is none."""
    newest = max(signed_at, default=None)
    return None if newest is None else (moment - newest).total_seconds() / 3600.0
