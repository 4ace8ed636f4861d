"""GL-RT-01: no record is deleted before the latest of its retention ends, or under a legal hold."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.retention import DUTIES, PARAMETER, retention


@compliance_rule(
    "GL-RT-01",
    "Retention of records",
    regimes=("GLOBAL",),
    kinds=("deletion",),
    law="REMIT Art. 5a; EMIR Art. 9(2); MiFID II Art. 16(7); 17 CFR 45.2, 1.31; 18 CFR 35.41(d); UK ETS Order 2020",
    trust="S",
    inputs={
        "record.class": "s",
        "record.regimes[]": "s(REMIT_ALGO,EMIR,MIFID,MIFID_7,CFTC_SWAP,CFTC_OTHER,FERC,CDD,UKETS)",
        "record.created": "d",
        "record.contract_end": "d?",
        "record.legal_hold": "b",
    },
    test="end = latest of all duties; day < end or legal hold -> block",
    actions=("block",),
    deadline="EMIR, CFTC swaps and due diligence count from the end of the contract, the others from creation",
    parameters=(PARAMETER,),
)
def check(case: Case) -> Answer:
    """Block a deletion before the end, or under a hold."""
    created = to_day(case["record.created"])
    ended = case.get("record.contract_end")
    years = case.parameter(PARAMETER, created)
    found = retention(case["record.regimes"], created, to_day(ended) if ended else None, years)
    values = {"retention_end": found.end} if found.end else {}
    name = case["record.class"]
    if case["record.legal_hold"]:
        text = f"Records of class {name} are under a legal hold, which has no end. Do not delete them."
        return Answer((Finding(Action.BLOCK, text),), values)
    if not found.keeps(case.day):
        return Answer(values=values)
    if found.is_open:
        text = (
            f"Records of class {name} are kept for years after their contract ends, and it has not ended: not before "
            f"{found.end}. Do not delete them."
        )
        return Answer((Finding(Action.BLOCK, text),), values)
    text = (
        f"Records of class {name} must be kept until {found.end} ({DUTIES[found.governing].law}). "
        "Delete them on that day or later."
    )
    return Answer((Finding(Action.BLOCK, text),), values)
