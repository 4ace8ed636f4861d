"""EU-EM-01: a derivative is reported to a trade repository on the next working day."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.emir import BOTH, reporting_party
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "EU-EM-01",
    "Derivative report",
    regimes=("EU-EMIR", "UK-EMIR"),
    kinds=("trade",),
    law="Regulation (EU) 648/2012 (EMIR) Art. 9(1), (1a); Delegated Regulation (EU) 2022/1855",
    trust="V",
    inputs={
        "trade.product.is_derivative": "b",
        "trade.otc": "b",
        "trade.trade_date": "d",
        "parties[].id": "s",
        "parties[].class": "s",
        "parties[].country": "s",
        "parties[].self_reports": "b?",
    },
    test="derivative with a party of the Union or the UK -> report; the FC files for an NFC- with which it trades OTC "
    "unless that reports itself",
    deadline="next working day after conclusion, change or end",
    actions=("report",),
    parameters=("EU-EM-01.due_working_days",),
)
def check(case: Case) -> Answer:
    """Ask for the report and name who files it."""
    if not case["trade.product.is_derivative"]:
        return NOTHING
    party = reporting_party(case.facts["parties"], is_otc=case["trade.otc"])
    if not party:
        return NOTHING
    day = to_day(case["trade.trade_date"])
    due = case.calendar.after(day, case.parameter("EU-EM-01.due_working_days", day))
    who = "each side files it itself" if party == BOTH else f"{party} files it"
    message = f"The derivative of {day} is due at a trade repository by {due}; {who}."
    return Answer((Finding(Action.REPORT, message, due=due),), {"due": due, "reporting_party": party})
