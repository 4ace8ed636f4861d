"""The metrics of Monitoring > Incidents."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.monitoring.incidents"

OPEN = register(
    Metric(
        "monitoring.incidents-open",
        "Open incidents",
        "incidents",
        "How many incidents that the reader may see are not resolved at the moment of the count.",
        "count of opened <= t < resolved",
        f"{_HERE}.open_at",
        decimals=0,
    )
)
WAITING = register(
    Metric(
        "monitoring.incidents-waiting",
        "Incidents that ask for attention",
        "incidents",
        "How many of the open incidents nobody has acknowledged, put off or taken up again since they last asked: when "
        "they were opened, an alert joined them or got worse, or a snooze ended.",
        "count of opened <= t < resolved with asked > taken",
        f"{_HERE}.waiting_at",
        decimals=0,
    )
)
RESOLVED = register(
    Metric(
        "monitoring.incidents-resolved",
        "Incidents resolved, 30 days",
        "incidents",
        "How many incidents that the reader may see were resolved within the thirty days before the moment of the "
        "count, by people or by themselves.",
        "count of t - 30 d < resolved <= t",
        f"{_HERE}.resolved_lately",
        decimals=0,
    )
)
MTTA = register(
    Metric(
        "monitoring.mtta",
        "Mean time to acknowledge (MTTA)",
        "min",
        "The mean time from the opening of an incident to the first time that somebody acknowledged it, over the "
        "incidents that were acknowledged within the last thirty days. One that resolved itself unseen does not count.",
        "mean of acknowledged - opened, t - 30 d < acknowledged <= t",
        f"{_HERE}.mean_minutes",
        decimals=1,
    )
)
MTTR = register(
    Metric(
        "monitoring.mttr",
        "Mean time to resolve (MTTR)",
        "min",
        "The mean time from the opening of an incident to its resolution, over the incidents that were resolved within "
        "the last thirty days, by people or by themselves.",
        "mean of resolved - opened, t - 30 d < resolved <= t",
        f"{_HERE}.mean_minutes",
        decimals=1,
    )
)
