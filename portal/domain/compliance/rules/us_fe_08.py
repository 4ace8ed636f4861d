"""US-FE-08: records of sales and index reports are kept for five years."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.us_days import new_york_day
from portal.domain.compliance.working_days import years_after

_YEARS = "US-FE-08.years"


@compliance_rule(
    "US-FE-08",
    "Records of sales and index reports",
    regimes=("US-FERC",),
    kinds=("deletion",),
    law="18 CFR 35.41(d), 284.288 and 284.403",
    trust="V",
    inputs={
        "record.class": "s(FERC-INDEX-REPORT,FERC-SALES)",
        "record.regimes[]": "s(FERC)",
        "record.created": "d",
        "record.contract_end": "d?",
        "record.legal_hold": "b",
    },
    test="age < 5 years -> block the deletion",
    actions=("block",),
    parameters=(_YEARS,),
)
def check(case: Case) -> Answer:
    """Refuse a deletion within five years."""
    created = to_day(case["record.created"])
    end = years_after(created, case.parameter(_YEARS))
    values = {"retention_end": end}
    if new_york_day(case.as_of) >= end:
        return Answer(values=values)
    text = f"The record of {created} must be kept until {end}. Do not delete it."
    return Answer((Finding(Action.BLOCK, text),), values)
