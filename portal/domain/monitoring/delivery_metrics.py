"""The metrics of messages to people."""

from portal.core.metrics import Metric, register

UNDER_WAY = register(
    Metric(
        "monitoring.deliveries_under_way",
        "Under way",
        "messages",
        "How many messages wait to be sent, for quiet hours to end or for their next attempt, or are being sent.",
        "count of state waiting or sending",
        "portal.domain.monitoring.deliveries.under_way",
        decimals=0,
    )
)
GIVEN_UP = register(
    Metric(
        "monitoring.deliveries_given_up",
        "Given up",
        "messages",
        "How many messages are not tried any more, because every attempt failed or the receiver refused for good.",
        "count of state dead",
        "portal.domain.monitoring.deliveries.given_up",
        decimals=0,
    )
)
ARRIVED = register(
    Metric(
        "monitoring.deliveries_arrived",
        "Arrived",
        "messages",
        "How many messages the receiver has taken within the 24 hours before the moment of the count.",
        "count of t - 24 h < sent <= t",
        "portal.domain.monitoring.deliveries.arrived",
        decimals=0,
    )
)
FIRST_TIME = register(
    Metric(
        "monitoring.deliveries_first_time",
        "At the first attempt",
        "fraction",
        "Of the messages that arrived within 24 hours, the share that did at the first attempt.",
        "count of attempts = 1 / count, of t - 24 h < sent <= t",
        "portal.domain.monitoring.deliveries.first_time_share",
        percent=True,
        decimals=1,
    )
)
SECONDS = register(
    Metric(
        "monitoring.delivery_seconds",
        "Time to arrive",
        "s",
        "The median time from when a message might be sent to when the receiver took it, of those that arrived at "
        "their first attempt within 24 hours. Quiet hours do not count.",
        "median(sent - due), of attempts = 1 and t - 24 h < sent <= t",
        "portal.domain.monitoring.deliveries.typical_seconds",
        decimals=1,
    )
)
