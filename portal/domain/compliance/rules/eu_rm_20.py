"""EU-RM-20: deals in standard contracts are reported within days."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.remit_reporting import STANDARD_DUE, task_of


@compliance_rule(
    "EU-RM-20",
    "Report of a standard contract",
    regimes=("EU-REMIT",),
    kinds=("trade",),
    law="Implementing Reg. (EU) 2026/256; before 29 April 2026 Implementing Reg. (EU) 1348/2014 Art. 7",
    trust="S",
    inputs={
        "trade.standard_contract": "b",
        "trade.event_date": "d",
        "trade.venue.type": "s(OMP,OTC)",
    },
    test="standard contract -> report due T+2 working days from 29 April 2026, T+1 before",
    deadline="T+2 working days",
    actions=("report",),
    parameters=(STANDARD_DUE,),
)
def check(case: Case) -> Answer:
    """Ask for the report of a standard contract, unless another rule frees it."""
    if not case["trade.standard_contract"]:
        return NOTHING
    task = task_of(case)
    if not task.is_due:
        return Answer(values={"task_created": False})
    event = to_day(case["trade.event_date"])
    days = int(case.parameter(STANDARD_DUE, event))
    due = case.calendar.after(event, days)
    by = (
        "through the market place or its reporting mechanism"
        if case["trade.venue.type"] == "OMP"
        else "by the firm"
    )
    return Answer(
        (
            Finding(
                Action.REPORT,
                f"Report the standard contract of {event} to ACER, {by}, by {due}: {days} working days after it.",
                due=due,
            ),
        ),
        {"due": due, "task_created": True},
    )
