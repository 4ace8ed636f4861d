"""GY-PA-02: when the Minister calls oil for the home market, exports leave enough of it."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GY-PA-02",
    "Domestic supply call",
    regimes=("GY-PETROLEUM",),
    kinds=("contract",),
    law="Petroleum Activities Bill 2023 of Guyana, Part XI",
    trust="S",
    inputs={
        "domestic_call.volume_kb": "n",
        "domestic_call.profit_oil_kb": "n",
        "domestic_call.delivered_kb": "n",
        "domestic_call.export_nomination_kb": "n",
    },
    test="due = min(call, entitlement) - delivered; left = entitlement - delivered - export; due > 0 and left < due "
    "-> block, due > 0 else -> flag",
    actions=("block", "flag"),
)
def check(case: Case) -> Answer:
    """Block an export nomination that would leave too little; flag a call that is not yet met."""
    entitlement, delivered = case["domestic_call.profit_oil_kb"], case["domestic_call.delivered_kb"]
    export = case["domestic_call.export_nomination_kb"]
    due = max(0, min(case["domestic_call.volume_kb"], entitlement) - delivered)
    left = entitlement - delivered - export
    values = {"due_kb": due, "left_kb": left}
    if due == 0:
        return Answer(values=values)
    facts = (
        f"{due:,g} kb are due to the home market and {left:,g} kb are left after an export of {export:,g} kb."
    )
    action = Action.BLOCK if left < due else Action.FLAG
    advice = (
        f"Lower the export nomination by {due - left:,g} kb."
        if left < due
        else "Deliver them to the home market."
    )
    return Answer(
        (Finding(action, f"{facts} {advice}", measured=float(left), limit=float(due), unit="kb"),), values
    )
