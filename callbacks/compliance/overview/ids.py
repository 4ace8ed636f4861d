"""Names of the parts of Compliance > Overview."""

from enum import StrEnum

STEP = "obligation-step"


class Ids(StrEnum):
    """The body, its grids, and the parts of the form."""

    BODY = "compliance-overview"
    DEADLINES = "compliance-overview-deadlines"
    PARTS = "compliance-overview-parts"
    CASES = "compliance-overview-cases"
    DAYS = "compliance-overview-days"
    REGIMES = "compliance-overview-regimes"
    COVERAGE = "compliance-overview-coverage"
    STATE = "compliance-overview-state"
    WHICH = "compliance-overview-which"
    NOTE = "compliance-overview-note"
    SAID = "compliance-overview-said"


def step_id(step: str) -> dict[str, str]:
    """Return the id of the button that takes a step of the chosen obligation."""
    return {"type": STEP, "step": step}
