"""Names of the parts of Portfolio > P&L explain."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and the grids of the page."""

    BODY = "portfolio-explain"
    BRIDGE = "portfolio-explain-bridge"
    PARTS = "portfolio-explain-parts"
    CAUSES = "portfolio-explain-causes"
    TREE = "portfolio-explain-tree"
    TENORS = "portfolio-explain-tenors"
    TRADES = "portfolio-explain-trades"
    MISSING = "portfolio-explain-missing"
