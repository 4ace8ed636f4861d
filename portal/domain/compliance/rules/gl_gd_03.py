"""GL-GD-03: a breach of personal data goes to the authority within 72 hours, and to the persons when it is grave."""

from datetime import UTC, timedelta

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment


@compliance_rule(
    "GL-GD-03",
    "Breach of personal data",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="GDPR Art. 33(1), 34",
    trust="V",
    inputs={
        "event.type": "s(personal_data_breach)",
        "event.aware_at": "t",
        "event.risk": "s(unlikely,risk,high)",
    },
    test="risk is not unlikely: due = aware + 72 calendar hours; high: tell the persons too -> report",
    actions=("report",),
    deadline="72 hours after becoming aware, weekends count",
    parameters=("GL-GD.breach_hours",),
)
def check(case: Case) -> Answer:
    """Set the moment of the notice, unless a risk is unlikely."""
    aware, risk = to_moment(case["event.aware_at"]).astimezone(UTC), case["event.risk"]
    if risk == "unlikely":
        return Answer(values={"notify_persons": False})
    hours = case.parameter("GL-GD.breach_hours", aware.date())
    due = aware + timedelta(hours=hours)
    persons = risk == "high"
    also = " The risk is high: tell the persons concerned too, without undue delay." if persons else ""
    text = (
        f"The breach of which the firm became aware on {aware:%Y-%m-%d %H:%M} UTC goes to the authority within "
        f"{hours:g} hours, by {due:%Y-%m-%d %H:%M} UTC.{also}"
    )
    return Answer((Finding(Action.REPORT, text, due=due),), {"due": due, "notify_persons": persons})
