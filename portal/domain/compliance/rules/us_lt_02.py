"""US-LT-02: a Form 40 is filed when the CFTC asks for it by a special call, and only then."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.us_days import new_york_day


@compliance_rule(
    "US-LT-02",
    "Form 40 after a special call",
    regimes=("US-CFTC",),
    kinds=("event",),
    law="17 CFR 18.04(a)",
    trust="V",
    inputs={
        "event.type": "s(special_call)",
        "event.received_at": "d",
        "event.due_at": "d",
        "event.filed_at": "d!",
    },
    test="open call without a filing -> report; not filed by the day named in the call -> flag",
    actions=("report", "flag"),
    deadline="The day named in the call.",
)
def check(case: Case) -> Answer:
    """Open a task for a call without a filing; flag it once its day has passed."""
    due, filed = to_day(case["event.due_at"]), case.get("event.filed_at")
    if filed is not None and to_day(filed) <= due:
        return NOTHING
    found = []
    if filed is None:
        text = (
            f"The special call of {to_day(case['event.received_at'])} asks for a Form 40 by {due}. File it."
        )
        found.append(Finding(Action.REPORT, text, due=due))
    late = (to_day(filed) if filed is not None else new_york_day(case.as_of)) - due
    if late.days > 0:
        state = "was filed" if filed is not None else "is overdue by"
        text = f"The Form 40 due on {due} {state} {late.days} days{' late' if filed is not None else ''}."
        found.append(
            Finding(
                Action.FLAG,
                f"{text} File it if that is still open, and note the reason.",
                measured=late.days,
                limit=0,
                unit="days",
            )
        )
    return Answer(tuple(found))
