"""Names of the parts of Risk > Limits."""

from enum import StrEnum

PATH = "/risk/limits"
EVERY = "all"
NOBODY = "-"
"""The choice of a list that means none."""
DECIDE, STEP, NOTE, OWNER, TERM, WORDS, DROP = (
    "limit-decide", "limit-step", "limit-note", "limit-owner", "limit-term", "limit-words", "limit-drop",
)  # fmt: skip


class Ids(StrEnum):
    """The body, the grids, and the parts of the form."""

    BODY = "risk-limits"
    TABLE = "risk-limits-table"
    BARS = "risk-limits-use"
    BREACHES = "risk-limits-breaches"
    DAYS = "risk-limits-days"
    VERSIONS = "risk-limits-versions"
    REPLAY = "risk-limits-replay"
    STATE = "risk-limits-state"
    DECIDED = "risk-limits-decided"
    MOVED = "risk-limits-moved"
    CODE = "risk-limits-code"
    TITLE = "risk-limits-title"
    NODE = "risk-limits-node"
    JOIN = "risk-limits-join"
    FROM = "risk-limits-from"
    UNTIL = "risk-limits-until"
    REASON = "risk-limits-reason"
    CONDITIONS = "risk-limits-conditions"
    ADD = "risk-limits-add"
    TRY = "risk-limits-try"
    TRIED = "risk-limits-tried"
    DRAFT = "risk-limits-draft"
    PROPOSE = "risk-limits-propose"
    PROPOSED = "risk-limits-proposed"
