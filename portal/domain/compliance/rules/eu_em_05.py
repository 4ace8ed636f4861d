"""EU-EM-05: financial counterparties and NFC+ value their derivatives for the repository every working day."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "EU-EM-05",
    "Daily valuation",
    regimes=("EU-EMIR", "UK-EMIR"),
    kinds=("position",),
    law="Delegated Regulation (EU) 2022/1855, fields 2.21 to 2.24; EMIR Art. 11(2)",
    trust="S",
    inputs={"emir.class": "s", "emir.status": "s", "emir.last_valuation_on": "d!"},
    test="FC or NFC+, and no valuation on this working day -> report",
    deadline="the same working day",
    actions=("report",),
)
def check(case: Case) -> Answer:
    """Ask for the valuation of today."""
    status = case["emir.status"]
    day, last = case.day, case["emir.last_valuation_on"]
    last = to_day(last) if last is not None else None
    if case["emir.class"] != "FC" and status not in {"FC+", "FC-", "FC", "NFC+"}:
        return Answer()
    if not case.calendar.is_working(day) or (last is not None and last >= day):
        return Answer()
    since = f"the last one is of {last}" if last else "there is none so far"
    message = f"A valuation update of an {status} is due on {day}; {since}. Send it by the end of that day."
    return Answer((Finding(Action.REPORT, message, due=day),), {"due": day})
