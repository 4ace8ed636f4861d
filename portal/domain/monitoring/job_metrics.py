"""The metrics of Monitoring > Jobs."""

from portal.core.metrics import Metric, register

UNDER_WAY = register(
    Metric(
        "jobs.under_way",
        "Jobs under way",
        "jobs",
        "How many jobs wait or run at the moment of the count.",
        "count of asked <= t < ended",
        "portal.domain.monitoring.runs.under_way",
        decimals=0,
    )
)
UNSUCCESSFUL = register(
    Metric(
        "jobs.unsuccessful",
        "Failed or lost",
        "jobs",
        "How many jobs failed, or lost their worker for good, within the 24 hours before the moment of the count.",
        "count of t - 24 h < ended <= t, state failed or lost",
        "portal.domain.monitoring.runs.unsuccessful",
        decimals=0,
    )
)
DURATION = register(
    Metric(
        "jobs.duration",
        "Run time",
        "s",
        "How long the last attempt of a job ran.",
        "ended - started",
        "portal.domain.monitoring.runs.run_seconds",
        decimals=1,
    )
)
TYPICAL = register(
    Metric(
        "jobs.typical_duration",
        "Usual run time",
        "s",
        "The median run time of the newest twenty finished runs of a kind of job.",
        "median(ended - started)",
        "portal.domain.monitoring.runs.typical_seconds",
        decimals=1,
    )
)
