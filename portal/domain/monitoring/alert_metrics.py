"""The metrics of Monitoring > Alerts."""

from portal.core.metrics import Metric, register

OPEN = register(
    Metric(
        "alerts.open",
        "Open alerts",
        "alerts",
        "How many alerts that the reader may see are open at the moment of the count.",
        "count of raised <= t < cleared",
        "portal.domain.monitoring.alerts.open_at",
        decimals=0,
    )
)
WAITING = register(
    Metric(
        "alerts.waiting",
        "Not acknowledged",
        "alerts",
        "How many of the open alerts nobody has acknowledged by the moment of the count.",
        "count of raised <= t < min(acknowledged, cleared)",
        "portal.domain.monitoring.alerts.waiting_at",
        decimals=0,
    )
)
CLEARED = register(
    Metric(
        "alerts.cleared",
        "Over, last 7 days",
        "alerts",
        "How many alerts that the reader may see were over within the seven days before the moment of the count.",
        "count of t - 7 d < cleared <= t",
        "portal.domain.monitoring.alerts.cleared_lately",
        decimals=0,
    )
)
