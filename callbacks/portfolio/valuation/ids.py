"""Names of the parts of Portfolio > Valuation."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and the grids of the page."""

    BODY = "portfolio-valuation"
    TREE = "portfolio-valuation-tree"
    TRADES = "portfolio-valuation-trades"
    GAPS = "portfolio-valuation-gaps"
    HISTORY = "portfolio-valuation-history"
    SPLIT = "portfolio-valuation-split"
