"""Names of the parts of Compliance > Cases."""

from enum import StrEnum

STEP, FIELD = "case-step", "case-field"


class Ids(StrEnum):
    """The body, its grid, and the parts of its forms."""

    BODY = "compliance-cases"
    QUEUE = "compliance-cases-queue"
    STATE = "compliance-cases-state"
    SAID = "compliance-cases-said"
    OPEN = "compliance-cases-open"
    OPENED = "compliance-cases-opened"
    TITLE = "compliance-cases-title"
    SUBJECT = "compliance-cases-subject"
    SEVERITY = "compliance-cases-severity"
    TEXT = "compliance-cases-text"


def field_id(case: int, name: str) -> dict[str, object]:
    """Return the id of an input of the case that is open."""
    return {"type": FIELD, "case": case, "name": name}


def step_id(case: int, step: str) -> dict[str, object]:
    """Return the id of the button that takes a step of the case."""
    return {"type": STEP, "case": case, "step": step}
