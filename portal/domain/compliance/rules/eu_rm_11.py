"""EU-RM-11: a suspicious order or transaction is notified within four weeks."""

from datetime import timedelta

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day

MAX_DAYS = "EU-RM-11.stor_max_days"


@compliance_rule(
    "EU-RM-11",
    "Notice of a suspicious order or transaction",
    regimes=("EU-REMIT",),
    kinds=("event",),
    law="Reg. (EU) 1227/2011 Art. 15(1)",
    trust="V",
    inputs={
        "event.type": "s(suspicion)",
        "event.aware_at": "d",
        "event.role": "s(PPAT,PPET,MP)",
        "event.notified_at": "d?",
    },
    test="role PPAT or PPET: due = aware_at + 28 days; notified later -> flag",
    deadline="without delay, at most 28 days",
    actions=("report", "flag"),
    parameters=(MAX_DAYS,),
)
def check(case: Case) -> Answer:
    """Ask a person who arranges or executes trades for the notice, and flag a late one."""
    event = case["event"]
    if event["role"] not in ("PPAT", "PPET") or event.get("instrument") in ("UKA", "UK_FUTURE"):
        return NOTHING
    aware = to_day(event["aware_at"])
    days = int(case.parameter(MAX_DAYS, aware))
    due = aware + timedelta(days=days)
    findings = [
        Finding(
            Action.REPORT,
            f"Notify ACER and the national authority of the suspicion of {aware} without delay, by {due}.",
            due=due,
        )
    ]
    # the key is there and empty: known not to be notified; a key that is not there says nothing
    notified = event.get("notified_at")
    ended = to_day(notified) if notified else case.day if "notified_at" in event else None
    if ended and ended > due:
        what = f"was notified on {ended}" if notified else f"is not notified on {ended}"
        findings.append(
            Finding(
                Action.FLAG,
                f"The suspicion of {aware} {what}, {(ended - due).days} days after {due}. Record why.",
                measured=float((ended - aware).days),
                limit=float(days),
                unit="days",
            )
        )
    return Answer(tuple(findings), {"due": due})
