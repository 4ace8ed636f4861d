"""GL-KY-04: what is known of a party is reviewed again, the sooner the riskier."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.working_days import months_after


@compliance_rule(
    "GL-KY-04",
    "Periodic review",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="House policy on FATF Recommendation 10",
    trust="P",
    inputs={"party.risk": "s(high,medium,low)", "party.last_review": "d"},
    test="today > last review + 12 (high), 24 (medium) or 60 (low) months -> flag",
    deadline="last review + months of the risk class",
    actions=("flag",),
    parameters=("GL-KY-04.months",),
)
def check(case: Case) -> Answer:
    """Flag a party whose next review is past."""
    risk, last = case["party.risk"], to_day(case["party.last_review"])
    months = int(case.parameter("GL-KY-04.months")[risk])
    due = months_after(last, months)
    values = {"next_review": due}
    if case.day <= due:
        return Answer(values=values)
    late = (case.day - due).days
    text = (
        f"The last review of this {risk}-risk party was on {last}; the next was due on {due}, {late} "
        f"{'day' if late == 1 else 'days'} ago. Review it."
    )
    return Answer((Finding(Action.FLAG, text, measured=float(late), limit=0.0, unit="days late"),), values)
