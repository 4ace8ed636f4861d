"""The metrics of Monitoring > Services."""

from portal.core.metrics import Metric, register

WATCHED = register(
    Metric(
        "monitoring.services_watched",
        "Services watched",
        "services",
        "How many services are watched: the portal's own, feeds, targets of the settings, and what people named.",
        "count of services",
        "portal.domain.monitoring.standing.count_services",
        decimals=0,
    )
)
UNWELL = register(
    Metric(
        "monitoring.services_unwell",
        "Services not good",
        "services",
        "How many services are not good at the moment of the count; one that nobody could look at counts.",
        "count of state(t) <> good",
        "portal.domain.monitoring.standing.count_unwell",
        decimals=0,
    )
)
REACHED = register(
    Metric(
        "monitoring.services_reached",
        "Services that need it",
        "services",
        "How many other services stop or suffer when this one fails: those that need it, directly or through others.",
        "count of services with a path of needs to it",
        "portal.domain.monitoring.standing.count_services",
        decimals=0,
    )
)
TIME_GOOD = register(
    Metric(
        "monitoring.time_good",
        "Time in good health",
        "%",
        "The share of the time that the service was good, of the time in which it was known how it stood.",
        "seconds good / (seconds - seconds unknown)",
        "portal.domain.monitoring.standing.share_good",
        decimals=2,
        percent=True,
    )
)
