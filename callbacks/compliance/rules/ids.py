"""Names of the parts of Compliance > Rules."""

from enum import StrEnum

DECIDE, NOTE = "rules-decide", "rules-note"


class Ids(StrEnum):
    """The body, the grids, and the parts of the form."""

    BODY = "compliance-rules"
    RULES = "compliance-rules-table"
    VALUES = "compliance-rules-parameters"
    INPUTS = "compliance-rules-inputs"
    EXAMPLES = "compliance-rules-examples"
    OF_RULE = "compliance-rules-of-rule"
    HISTORY = "compliance-rules-history"
    PROPOSALS = "compliance-rules-proposals"
    REPLAY = "compliance-rules-replay"
    PROPOSED_REPLAY = "compliance-rules-proposed-replay"
    STATE = "compliance-rules-state"
    DECIDED = "compliance-rules-decided"
    VALUE = "compliance-rules-value"
    FROM = "compliance-rules-from"
    UNTIL = "compliance-rules-until"
    SOURCE = "compliance-rules-source"
    TRUST = "compliance-rules-trust"
    REASON = "compliance-rules-reason"
    TRY = "compliance-rules-try"
    TRIED = "compliance-rules-tried"
    DRAFT = "compliance-rules-draft"
    PROPOSE = "compliance-rules-propose"
    PROPOSED = "compliance-rules-proposed"
