"""GY-PA-01: petroleum operations in Guyana need a licence of their type."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "GY-PA-01",
    "Petroleum licence",
    regimes=("GY-PETROLEUM",),
    kinds=("contract",),
    law="Petroleum Activities Act 2023 of Guyana",
    trust="S",
    inputs={
        "activity": "s(exploration,production,storage,pipeline,co2_storage)",
        "party.licences[].type": "s",
        "party.licences[].valid_from": "d",
        "party.licences[].valid_to": "d",
    },
    test="no licence of the type of the activity that is valid on the day -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block an activity without a valid licence of its type."""
    activity, day = case["activity"], case.day
    licences = case.facts["party"]["licences"]
    of_type = [item for item in licences if item["type"] == activity]
    if any(to_day(item["valid_from"]) <= day <= to_day(item["valid_to"]) for item in of_type):
        return NOTHING
    held = ", ".join(sorted({item["type"] for item in licences})) or "none"
    why = "has none that is valid" if of_type else f"holds no such licence (it holds: {held})"
    words = activity.replace("_", " ")
    message = f"{words[0].upper()}{words[1:]} needs a licence of that type, and the party {why} on {day}. Ask for it."
    return Answer((Finding(Action.BLOCK, message),))
