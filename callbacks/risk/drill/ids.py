"""Names of the parts of Risk > Drill-down."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and the grids of the page."""

    BODY = "risk-drill"
    NODES = "risk-drill-nodes"
    HEAT = "risk-drill-heat"
    BARS = "risk-drill-bars"
    GROUPS = "risk-drill-groups"
    TRADES = "risk-drill-trades"
