"""Names of the parts of Risk > Distribution."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and the grids of the page."""

    BODY = "risk-distribution"
    BINS = "risk-distribution-bins"
    LEVELS = "risk-distribution-levels"
    WORST = "risk-distribution-worst"
    PARTS = "risk-distribution-parts"
    TRADES = "risk-distribution-trades"
