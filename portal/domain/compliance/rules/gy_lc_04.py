"""GY-LC-04: plans and reports of local content are filed by their dates."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.deadlines import is_past
from portal.domain.compliance.inputs import to_day

_NAMES = {
    "GY-LC-HALF-YEAR": "half-yearly report",
    "GY-LC-ANNUAL": "annual plan",
    "GY-LC-MASTER": "master plan",
}


@compliance_rule(
    "GY-LC-04",
    "Local content plans and reports",
    regimes=("GY-PETROLEUM",),
    kinds=("report",),
    law="Local Content Act 2021 of Guyana; calendar of the Secretariat",
    trust="S",
    inputs={
        "report_type": "s(GY-LC-HALF-YEAR,GY-LC-ANNUAL,GY-LC-MASTER)",
        "due_on": "d",
        "filed_on": "d!",
    },
    test="not filed by its day -> flag with the fine: late 1 M, missing 5 M GYD; not filed yet -> report",
    deadline="calendar of the Local Content Secretariat (dates to be confirmed)",
    actions=("flag", "report"),
    parameters=("GY-LC-04.penalty_gyd",),
)
def check(case: Case) -> Answer:
    """Ask for the document; flag one that is late or missing."""
    name, due = _NAMES[case["report_type"]], to_day(case["due_on"])
    fines = case.parameter("GY-LC-04.penalty_gyd")
    filed = case["filed_on"]
    if filed is not None:
        late = (to_day(filed) - due).days
        if late <= 0:
            return Answer(values={"penalty_gyd": 0})
        message = (
            f"The {name} was filed {late} days after {due}; the fine is {fines['late']:,.0f} GYD. Explain the delay "
            "to the Secretariat."
        )
        finding = Finding(Action.FLAG, message, due=due, measured=float(late), limit=0.0, unit="days")
        return Answer((finding,), {"penalty_gyd": fines["late"]})
    task = Finding(Action.REPORT, f"The {name} is not filed. File it by {due}.", due=due)
    if not is_past(case, due, "GY-PETROLEUM"):
        return Answer((task,), {"penalty_gyd": 0})
    message = (
        f"The {name} was due on {due} and is missing; the fine is {fines['missing']:,.0f} GYD. File it now."
    )
    return Answer((task, Finding(Action.FLAG, message, due=due)), {"penalty_gyd": fines["missing"]})
