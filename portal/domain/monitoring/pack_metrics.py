"""The metrics of packs."""

from portal.core.metrics import Metric, register

MADE = register(
    Metric(
        "packs.made",
        "Packs",
        "packs",
        "How many packs were made within the 30 days before the moment of the view.",
        "count of t - 30 d < made <= t",
        "portal.services.packs.figures.made",
        decimals=0,
    )
)
PARTIAL = register(
    Metric(
        "packs.partial",
        "Partial packs",
        "packs",
        "How many of the packs of 30 days lack something, which they name and bound.",
        "count of state = partial",
        "portal.domain.monitoring.packs.partial_count",
        decimals=0,
    )
)
ON_TIME = register(
    Metric(
        "packs.on_time",
        "Made on time",
        "fraction",
        "Of the scheduled packs of 30 days, the share that was stored within five minutes after the moment up to which "
        "its schedule lets it wait for the numbers of the day.",
        "count of made <= due + wait + 5 min / count",
        "portal.domain.monitoring.packs.on_time_share",
        percent=True,
        decimals=1,
    )
)
SECONDS = register(
    Metric(
        "packs.seconds",
        "Time to make",
        "s",
        "The median time that it took to make a pack of 30 days with all its files, waiting left out.",
        "median of seconds",
        "portal.domain.monitoring.packs.typical_seconds",
        decimals=1,
    )
)
GAPS = register(
    Metric(
        "packs.gaps",
        "Gaps",
        "gaps",
        "How many things a pack names that are missing from it: numbers that had not come, or pages that failed.",
        "count of gaps",
        "portal.services.packs.figures.gap_count",
        decimals=0,
    )
)
