"""Names of the parts of Overview > Packs."""

from enum import StrEnum

NONE = "none"
"""The choice of a list that means nothing is open."""
EVERYTHING = "all"
"""The choice of portfolio that means all that the reader may see."""


class Ids(StrEnum):
    """The body, the grids, and the part that a form of a schedule redraws."""

    BODY = "packs"
    MINE = "packs-mine"
    SENT = "packs-sent"
    SCHEDULES = "packs-schedules"
    GAPS = "packs-gaps"
    FILES = "packs-files"
    COMPARE = "packs-compare"
    COMPARED = "packs-compared"
