"""Names of the parts of Compliance > Privacy."""

from enum import StrEnum

STEP, FIELD = "privacy-step", "privacy-field"
NEW = 0
"""Stands for the number of a request in the forms of what has none yet."""


class Ids(StrEnum):
    """The body, its grids, and the parts of its forms."""

    BODY = "compliance-privacy"
    REQUESTS = "compliance-privacy-requests"
    RECORDS = "compliance-privacy-records"
    HOLDS = "compliance-privacy-holds"
    INVENTORY = "compliance-privacy-inventory"
    STATE = "compliance-privacy-state"
    SAID = "compliance-privacy-said"


def field_id(number: int, name: str) -> dict[str, object]:
    """Return the id of an input."""
    return {"type": FIELD, "number": number, "name": name}


def step_id(number: int, step: str) -> dict[str, object]:
    """Return the id of the button that takes a step with a request or a hold."""
    return {"type": STEP, "number": number, "step": step}
