"""EU-RM-24: what a trade repository accepted is not reported a second time."""

from portal.domain.compliance.base import Answer, Case, compliance_rule
from portal.domain.compliance.remit_reporting import task_of


@compliance_rule(
    "EU-RM-24",
    "No double report",
    regimes=("EU-REMIT",),
    kinds=("trade",),
    law="Reg. (EU) 1227/2011 Art. 8(3)",
    trust="V",
    inputs={"emir_report.status": "s(ACPT,RJCT,none)", "trade.product.is_derivative": "b"},
    test="derivative whose EMIR report is accepted -> no task; rejected or none -> the task stays",
)
def check(case: Case) -> Answer:
    """Say whether a task exists; EU-RM-20 and EU-RM-21 make it."""
    return Answer(values={"task_created": task_of(case).is_due})
