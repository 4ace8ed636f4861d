"""US-SW-02: a publicly reportable swap is reported as soon as technologically practicable."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment

_LIMIT = "US-SW-02.delay_min"


@compliance_rule(
    "US-SW-02",
    "Real-time public report",
    regimes=("US-CFTC",),
    kinds=("trade",),
    law="17 CFR 43.3(a)",
    trust="V",
    inputs={
        "trade.executed_at": "t",
        "trade.publicly_submitted_at": "t",
        "trade.publicly_reportable": "b",
        "trade.block": "b",
    },
    test="publicly reportable, no block trade, submission - execution > house limit -> flag",
    actions=("flag",),
    deadline="As soon as technologically practicable; off facility the SD reports before the MSP before others.",
    parameters=(_LIMIT,),
)
def check(case: Case) -> Answer:
    """Compare the minutes between execution and submission with the house limit."""
    waited = to_moment(case["trade.publicly_submitted_at"]) - to_moment(case["trade.executed_at"])
    minutes = waited.total_seconds() / 60
    limit = case.parameter(_LIMIT)
    values = {"delay_min": minutes}
    if not case["trade.publicly_reportable"] or case["trade.block"] or minutes <= limit:
        return Answer(values=values)
    text = (
        f"The swap was reported to the public {minutes:,.1f} minutes after execution; the house limit is {limit:g} "
        "minutes and it is not marked as a block trade. Find out why."
    )
    return Answer((Finding(Action.FLAG, text, measured=minutes, limit=limit, unit="min"),), values)
