"""Names of the parts of Risk > Overview."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and the grids of the page."""

    BODY = "risk-overview"
    METHODS = "risk-overview-methods"
    BARS = "risk-overview-bars"
    TREND = "risk-overview-trend"
    BELOW = "risk-overview-below"
    LIMITS = "risk-overview-limits"
