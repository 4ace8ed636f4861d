"""The metrics of Compliance > Surveillance."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.compliance.surveillance_counts"
_DETECT = "portal.domain.compliance.detectors.registry.detect"
HITS = register(
    Metric(
        "compliance.surveillance_hits",
        "Hits",
        "hits",
        "How many patterns the detectors stored that began within the span of days.",
        "count of first <= day <= last",
        f"{_HERE}.hit_count",
        decimals=0,
    )
)
UNDECIDED = register(
    Metric(
        "compliance.surveillance_undecided",
        "Undecided hits",
        "hits",
        "How many hits of the span have a case that was not decided at the moment known.",
        "count of closed > t or not closed",
        f"{_HERE}.undecided_count",
        decimals=0,
    )
)
PRECISION = register(
    Metric(
        "compliance.surveillance_precision",
        "Precision",
        "fraction",
        "Which share of the decided hits was right: cases decided as confirmed or reported, over those and the false "
        "positives. Cases that were accepted for another reason do not count.",
        "confirmed / (confirmed + false positive)",
        f"{_HERE}.precision",
        decimals=0,
        percent=True,
    )
)
EVENTS = register(
    Metric(
        "compliance.surveillance_events",
        "Events",
        "events",
        "How many events of orders, fills and quotes of the span were known.",
        "sum of events by day",
        "data.queries.orders.event_count",
        decimals=0,
    )
)
SCORE = register(
    Metric(
        "compliance.surveillance_score",
        "Tests met",
        "tests",
        "How many tests of its detector a pattern met; a hit meets all of them.",
        "count of tests met",
        _DETECT,
        decimals=0,
    )
)
MEASURED = register(
    Metric(
        "compliance.surveillance_measured",
        "Measured",
        "as measured",
        "A figure that a detector measured in the events of a hit, as stored with it.",
        "measured of the evidence",
        _DETECT,
        decimals=3,
    )
)
MEASURED_COUNT = register(
    Metric(
        "compliance.surveillance_measured_count",
        "Measured, whole numbers",
        "as measured",
        "A count, a number of lots or an amount that a detector measured in the events of a hit, as stored with it.",
        "measured of the evidence",
        _DETECT,
        decimals=0,
    )
)
ORDER_VALUE = register(
    Metric(
        "compliance.order_value",
        "Figure of an order event",
        "",
        "Price, quantity in lots, best bid, best offer or visible depth of an event, as it came from the venue.",
        "value as recorded",
        "data.queries.orders.events_of",
        decimals=3,
    )
)
REPLAY = register(
    Metric(
        "compliance.surveillance_replay",
        "Hits in a replay",
        "hits",
        "How many hits the thresholds in force (now) and those of a draft (then) have in the ninety days before; new "
        "ones and those that would be gone are told apart by detector, subject, contract and day.",
        "count of hits now, then, then without now, now without then",
        _DETECT,
        decimals=0,
    )
)
