"""Names of the parts of Overview > Sign-off."""

from enum import StrEnum

PATH = "/sign-off"
EVERY = "all"
STEP, DECIDE, WORDS = "sign-off-step", "adjustment-decide", "adjustment-words"


class Ids(StrEnum):
    """The body, the grids, and the parts of the forms."""

    BODY = "sign-off"
    SIGNED = "sign-offs"
    ADJUSTMENTS = "adjustments"
    STATE = "sign-off-state"
    SAID = "sign-off-said"
    NOTE = "sign-off-note"
    DECIDED = "sign-off-decided"
    METRIC = "adjustment-metric"
    AMOUNT = "adjustment-amount"
    REASON = "adjustment-reason"
    PROPOSE = "adjustment-propose"
    PROPOSED = "adjustment-proposed"


def step_id(step: str) -> dict[str, object]:
    """Return the id of the button that takes a step."""
    return {"type": STEP, "step": step}


def decide_id(adjustment: int, decision: str) -> dict[str, object]:
    """Return the id of the button that decides about an adjustment."""
    return {"type": DECIDE, "adjustment": adjustment, "decision": decision}


def words_id(adjustment: int) -> dict[str, object]:
    """Return the id of the note to a decision."""
    return {"type": WORDS, "adjustment": adjustment}
