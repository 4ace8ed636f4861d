"""Names of the parts of the overview."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "home"
    DAYS = "home-days"
    CARRIED = "home-carried"
    LIMITS = "home-limits"
    BREACHES = "home-breaches"
    CASES = "home-cases"
    MOVERS = "home-movers"
    LATE = "home-late"
    GAPS = "home-gaps"
    PROMISES = "home-promises"


def cause_id(part: str, path: str) -> dict[str, str]:
    """Return the id of one part of a node of the cause tree: ``cause`` (what opens it) or ``cause-below``."""
    return {"type": part, "path": path}
