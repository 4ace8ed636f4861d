"""EU-RM-26: exposures by product are reported; nobody has confirmed when."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "EU-RM-26",
    "Exposure report",
    regimes=("EU-REMIT",),
    kinds=("report",),
    law="Reg. (EU) 1227/2011 Art. 8(1); Implementing Reg. (EU) 2026/256",
    trust="V",
    inputs={"report_type": "s(REMIT-EXPOSURE)", "period": "s"},
    test="each period -> report; form and day unverified",
    deadline="to be confirmed",
    actions=("report",),
)
def check(case: Case) -> Answer:
    """Ask for the report of a period, without a day."""
    return Answer(
        (
            Finding(
                Action.REPORT,
                f"Report the exposures of {case['period']}, OTC deals included. The day is to be confirmed.",
                extra={"due_status": "unconfirmed"},
            ),
        )
    )
