"""GL-SN-06: names are screened against lists of the last day."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GL-SN-06",
    "Age of the screening list",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="House policy",
    trust="P",
    inputs={"list_age_hours": "n"},
    test="age of the list at screening > 24 h -> flag",
    actions=("flag",),
    parameters=("GL-SN-06.max_age_hours",),
)
def check(case: Case) -> Answer:
    """Flag a screening against an old list."""
    age, most = float(case["list_age_hours"]), float(case.parameter("GL-SN-06.max_age_hours"))
    if age <= most:
        return NOTHING
    text = f"The list was {age:g} h old at screening; {most:g} h is the most. Import the latest and screen again."
    return Answer((Finding(Action.FLAG, text, measured=age, limit=most, unit="h"),))
