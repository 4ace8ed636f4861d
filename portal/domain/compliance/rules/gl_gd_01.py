"""GL-GD-01: a person who asks about their data is answered within a month, or three when they were told so."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.working_days import months_after


@compliance_rule(
    "GL-GD-01",
    "Requests of persons about their data",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="GDPR Art. 12(3), 15",
    trust="V",
    inputs={
        "event.type": "s(gdpr_access,gdpr_erasure)",
        "event.received_at": "d",
        "event.extended": "b?",
    },
    test="due = received + 1 month, extended + 2 more -> report; as of > due -> flag",
    actions=("report", "flag"),
    deadline="One month after receipt; two more with notice in the first month",
    parameters=("GL-GD.request_months", "GL-GD.extension_months"),
)
def check(case: Case) -> Answer:
    """Set the day of the answer, and flag a request that it has passed."""
    received = to_day(case["event.received_at"])
    months = case.parameter("GL-GD.request_months", received)
    if case.get("event.extended", False):
        months += case.parameter("GL-GD.extension_months", received)
    due = months_after(received, months)
    text = f"The request received on {received} is to be answered by {due}."
    findings = [Finding(Action.REPORT, text, due=due)]
    late = (case.day - due).days
    if late > 0:
        words = f"The request received on {received} was due on {due} and is {late} days late. Answer it now."
        findings.append(Finding(Action.FLAG, words, measured=float(late), limit=0.0, unit="days late"))
    return Answer(tuple(findings), {"due": due})
