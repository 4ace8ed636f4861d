"""The metrics of Monitoring > Feeds: feeds, and the end-of-day chain."""

from portal.core.metrics import Metric, register

_FEEDS, _CHAIN = "portal.domain.monitoring.feed_figures", "portal.domain.monitoring.chain"

AGE = register(
    Metric(
        "monitoring.feed_age", "Age of the last arrival", "h",
        "Hours from the newest row of the feed, by its moment of recording, to the moment of the count.",
        "t - max(recorded at)", f"{_FEEDS}.age_hours", decimals=1,
    )
)  # fmt: skip
ROWS = register(
    Metric(
        "monitoring.feed_rows", "Rows of the newest delivery", "rows",
        "All rows received for the newest due day that has come; those of corrections count again.",
        "sum(rows | newest day that came)", f"{_FEEDS}.newest_rows", decimals=0,
    )
)  # fmt: skip
USUAL_ROWS = register(
    Metric(
        "monitoring.feed_usual_rows", "Usual rows of a delivery", "rows",
        "The median of the rows of those of the last 20 due deliveries that came.",
        "median(rows)", f"{_FEEDS}.usual_rows", decimals=0,
    )
)  # fmt: skip
GAPS = register(
    Metric(
        "monitoring.feed_gaps", "Missing deliveries", "days",
        "How many of the last 20 due deliveries are past their deadline and have not come.",
        "count(deadline < t, not arrived)", f"{_FEEDS}.count_missing", decimals=0,
    )
)  # fmt: skip
IN_TIME = register(
    Metric(
        "monitoring.feed_in_time", "Delivered in time", "%",
        "The share of the last 20 due deliveries that were complete at their deadline; those that may still come in "
        "time are left out.",
        "count(arrived <= deadline) / count(due, not waiting)", f"{_FEEDS}.in_time_share", decimals=0, percent=True,
    )
)  # fmt: skip
LATE = register(
    Metric(
        "monitoring.feeds_late", "Feeds that are late", "feeds",
        "How many watched feeds have not delivered what was due, with the grace over.",
        "count(state = bad)", f"{_FEEDS}.count_late", decimals=0,
    )
)  # fmt: skip
WATCHED = register(
    Metric(
        "monitoring.feeds_watched", "Feeds that are watched", "feeds",
        "How many feeds have terms that are switched on.",
        "count(watched)", "portal.services.monitoring.feed_passports.watched", decimals=0,
    )
)  # fmt: skip

ETA = register(
    Metric(
        "monitoring.chain_eta", "Morning pack complete", "min",
        "Minutes after midnight UTC at which the last input of the morning pack has ended or will end: the days of the "
        "last 20 working days are played on from how things stand, and the median, 5 % or 95 % of what comes out is "
        "taken. A day that is complete has its own time.",
        "quantile over days d of end(pack | state at t, waits and run times of d)", f"{_CHAIN}.foresee", decimals=0,
    )
)  # fmt: skip
ETA_LATER = register(
    Metric(
        "monitoring.chain_later", "Later than usual", "min",
        "When a step of the chain has ended or will end, less the median of its ends on the last 20 working days.",
        "end - median(ends)", f"{_CHAIN}.norms", decimals=0, signed=True, coloured=False,
    )
)  # fmt: skip
STEP_MINUTES = register(
    Metric(
        "monitoring.chain_minutes", "Run time of a step", "min",
        "Minutes from the begin of a step to its end, or to the end that is expected.",
        "end - begin", f"{_CHAIN}.foresee", decimals=1,
    )
)  # fmt: skip
STEP_USUAL = register(
    Metric(
        "monitoring.chain_usual", "Usual run time of a step", "min",
        "The median of the run times of a step on the last 20 working days.",
        "median(end - begin)", f"{_CHAIN}.norms", decimals=1,
    )
)  # fmt: skip
STEP_SLACK = register(
    Metric(
        "monitoring.chain_slack", "Room of a step", "min",
        "How much later a step may end before the morning pack is later; nothing on the critical path.",
        "min over steps that read it of (their begin allowed by inputs and clock - end + their room)",
        f"{_CHAIN}.slacks", decimals=0,
    )
)  # fmt: skip
