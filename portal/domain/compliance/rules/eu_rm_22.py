"""EU-RM-22: an execution under a framework contract is reported and linked to it."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.remit_reporting import NON_STANDARD_DUE, non_standard_due

NAME = "EXECUTION"


@compliance_rule(
    "EU-RM-22",
    "Execution under a framework contract",
    regimes=("EU-REMIT",),
    kinds=("event",),
    law="Implementing Reg. (EU) 2026/256; Implementing Reg. (EU) 1348/2014 Art. 3, 7",
    trust="S",
    inputs={
        "event.type": "s(framework_execution)",
        "event.framework_id": "s!",
        "event.confirmed_on": "d",
    },
    test="due = confirmation + 10 working days, Table 1 row named EXECUTION; no link to the framework -> flag",
    deadline="T+10 working days after price and volume are confirmed",
    actions=("report", "flag"),
    parameters=(NON_STANDARD_DUE,),
)
def check(case: Case) -> Answer:
    """Ask for the report of an execution, and flag one that names no framework."""
    confirmed = to_day(case["event.confirmed_on"])
    due = non_standard_due(case, confirmed)
    framework = case["event.framework_id"]
    linked = f"linked to {framework}" if framework else "linked to its Table 2 contract"
    findings = [
        Finding(
            Action.REPORT,
            f"Report the execution confirmed on {confirmed} in Table 1 as {NAME}, {linked}, by {due}.",
            due=due,
        )
    ]
    if not framework:
        findings.append(
            Finding(
                Action.FLAG,
                f"The execution of {confirmed} names no framework contract. Enter the id of its Table 2 report.",
            )
        )
    return Answer(tuple(findings), {"due": due, "contract_name": NAME})
