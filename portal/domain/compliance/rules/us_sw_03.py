"""US-SW-03: records of a swap are kept for its life and five years more."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.us_days import new_york_day
from portal.domain.compliance.working_days import years_after

_YEARS = "US-SW-03.years_after_end"


@compliance_rule(
    "US-SW-03",
    "Swap records",
    regimes=("US-CFTC",),
    kinds=("deletion",),
    law="17 CFR 45.2",
    trust="V",
    inputs={
        "record.class": "s(CFTC-SWAP)",
        "record.regimes[]": "s",
        "record.created": "d",
        "record.contract_end": "d",
    },
    test="deletion before the end of the swap + 5 years -> block",
    actions=("block",),
    deadline="At hand at once during life and two years after, then within three business days.",
    parameters=(_YEARS,),
)
def check(case: Case) -> Answer:
    """Refuse a deletion before the records may go."""
    end = years_after(to_day(case["record.contract_end"]), case.parameter(_YEARS))
    values = {"retention_end": end}
    if new_york_day(case.as_of) >= end:
        return Answer(values=values)
    text = f"Records of a swap that ended on {case['record.contract_end']} are kept until {end}. Do not delete them."
    return Answer((Finding(Action.BLOCK, text),), values)
