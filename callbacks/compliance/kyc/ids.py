"""Names of the parts of Compliance > KYC."""

from enum import StrEnum

STEP, FIELD, DECIDE = "kyc-step", "kyc-field", "kyc-decide"
NEW = 0
"""Number under which the form of a new counterparty stands."""


class Ids(StrEnum):
    """The body, its grids, and the parts of its forms."""

    BODY = "compliance-kyc"
    PARTIES = "compliance-kyc-parties"
    HITS = "compliance-kyc-hits"
    LISTS = "compliance-kyc-lists"
    STATE = "compliance-kyc-state"
    SAID = "compliance-kyc-said"
    REASON = "compliance-kyc-reason"
    LIST_FILE = "compliance-kyc-list-file"
    LIST_CODE = "compliance-kyc-list-code"
    LIST_DAY = "compliance-kyc-list-day"
    LIST_SAID = "compliance-kyc-list-said"


def field_id(party: int, name: str) -> dict[str, object]:
    """Return the id of an input about a counterparty."""
    return {"type": FIELD, "party": party, "name": name}


def step_id(party: int, step: str) -> dict[str, object]:
    """Return the id of the button that takes a step."""
    return {"type": STEP, "party": party, "step": step}


def decide_id(hit: int, decision: str) -> dict[str, object]:
    """Return the id of the button that decides a hit."""
    return {"type": DECIDE, "hit": hit, "decision": decision}
