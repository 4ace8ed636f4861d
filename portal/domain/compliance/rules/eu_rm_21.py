"""EU-RM-21: deals in other contracts are reported later, in the table that their terms need."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.remit_reporting import NON_STANDARD_DUE, non_standard_due, task_of


@compliance_rule(
    "EU-RM-21",
    "Report of a non-standard contract",
    regimes=("EU-REMIT",),
    kinds=("trade",),
    law="Implementing Reg. (EU) 2026/256; before 29 April 2026 Implementing Reg. (EU) 1348/2014 Art. 7",
    trust="S",
    inputs={
        "trade.standard_contract": "b",
        "trade.price_known": "b",
        "trade.volume_known": "b",
        "trade.event_date": "d",
    },
    test="not standard -> report due T+10 working days from 29 April 2026, one month before; price and volume known -> "
    "Table 1 (BILCONTRACT), else Table 2",
    deadline="T+10 working days",
    actions=("report",),
    parameters=(NON_STANDARD_DUE,),
)
def check(case: Case) -> Answer:
    """Ask for the report of a non-standard contract, unless another rule frees it."""
    if case["trade.standard_contract"]:
        return NOTHING
    task = task_of(case)
    if not task.is_due:
        return Answer(values={"task_created": False})
    event = to_day(case["trade.event_date"])
    due = non_standard_due(case, event)
    table = 1 if case["trade.price_known"] and case["trade.volume_known"] else 2
    terms = "price and volume are known" if table == 1 else "price or volume is open"
    return Answer(
        (
            Finding(
                Action.REPORT,
                f"Report the non-standard contract of {event} to ACER in Table {table}, as {terms}, by {due}.",
                due=due,
                extra={"table": table},
            ),
        ),
        {"due": due, "table": table, "task_created": True},
    )
