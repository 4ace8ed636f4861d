"""The names of the parts of Monitoring > Alerts and deliveries."""

from enum import StrEnum


class Ids(StrEnum):
    """The body, its grids, and what keeps it fresh."""

    BODY = "monitoring-alerts"
    CLEARED = "monitoring-alerts-cleared"
    DELIVERIES = "monitoring-alerts-deliveries"
    NOTE = "monitoring-alerts-note"
    TICK = "monitoring-alerts-tick"
    SEEN = "monitoring-alerts-seen"
    STATE = "monitoring-alerts-state"
