"""GL-S2-01: the access of somebody who leaves ends within a day."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment


@compliance_rule(
    "GL-S2-01",
    "Access of leavers",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="SOC 2 CC6.1-6.3; hours are house policy",
    trust="P",
    inputs={"event.type": "s(leaver)", "event.left_at": "t", "event.disabled_at": "t!"},
    test="hours from leaving to the end of access (or to now while it lasts) > 24 -> flag",
    actions=("flag",),
    deadline="24 hours after leaving",
    parameters=("GL-S2-01.leaver_hours",),
)
def check(case: Case) -> Answer:
    """Flag access that lasted, or lasts, too long."""
    left, disabled = to_moment(case["event.left_at"]), case["event.disabled_at"]
    until = to_moment(disabled if disabled is not None else case.as_of)
    hours = (until - left).total_seconds() / 3600
    values = {"hours": hours}
    allowed = case.parameter("GL-S2-01.leaver_hours", left.date())
    if hours <= allowed:
        return Answer(values=values)
    lasts = "ended only" if disabled is not None else "is still open"
    text = f"The access of a leaver {lasts} {hours:,.1f} hours after they left; {allowed:g} are allowed."
    todo = " Say why." if disabled is not None else " Disable it now."
    return Answer(
        (Finding(Action.FLAG, text + todo, measured=hours, limit=float(allowed), unit="h"),), values
    )
