"""The metrics of Market > Data quality."""

from portal.core.metrics import Metric, register

FEED_AGE = register(
    Metric(
        "market.feed_age",
        "Age of a feed",
        "business h",
        "Hours on business days between the end of the newest day that the feed has delivered and the moment of the "
        "view. It is late when this exceeds what its source promises.",
        "business hours( end of newest day, moment )",
        "portal.domain.market.quality.judge_staleness",
        decimals=0,
    )
)
LATE_FEEDS = register(
    Metric(
        "market.late_feeds",
        "Late feeds",
        "feeds",
        "The number of feeds (a kind of data of a source) whose newest row is older than promised.",
        "count( age > promise )",
        "portal.domain.market.quality.judge_staleness",
        decimals=0,
    )
)
MISSING_DAYS = register(
    Metric(
        "market.missing_days",
        "Missing days",
        "days",
        "Days of the period on which an instrument should have a price and has none. Weekdays are expected, and all "
        "days of a series that is quoted on weekends; a usual holiday is excused when most of the prices in that "
        "currency pause.",
        "count( expected and not there )",
        "portal.domain.market.coverage.missing_runs",
        decimals=0,
    )
)
SPIKES = register(
    Metric(
        "market.spikes",
        "Spikes",
        "steps",
        "Steps of a price that lie at least the threshold away from the median step of their year, in robust standard "
        "deviations; of log prices where all are positive. The way back of a bad tick is not counted again.",
        "count( |r - median(r)| / (1.4826 · MAD(r)) >= threshold )",
        "portal.domain.market.screening.screen_spikes",
        decimals=0,
    )
)
STILL_RUNS = register(
    Metric(
        "market.still_runs",
        "Standing prices",
        "runs",
        "Runs of five or more neighbouring prices that are exactly equal.",
        "count( P(t) = P(t-1) = … = P(t-4) )",
        "portal.domain.market.quality.find_stale_runs",
        decimals=0,
    )
)
QUARANTINED = register(
    Metric(
        "market.quarantined",
        "Rows in quarantine",
        "rows",
        "Rows of imported files that were refused and wait to be repaired or dismissed.",
        "count( state = open )",
        "data.queries.quality.open_quarantine",
        decimals=0,
    )
)
