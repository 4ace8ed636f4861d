"""US-PL-05: positions of entities that one owns or steers are added to one's own."""

from portal.domain.compliance.base import Answer, Case, compliance_rule
from portal.domain.compliance.position_limits import AGGREGATION, aggregated


@compliance_rule(
    "US-PL-05",
    "Aggregation of positions",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="17 CFR 150.4(a)",
    trust="V",
    inputs={
        "ownership[].owner": "s",
        "ownership[].owned": "s",
        "ownership[].pct": "n",
        "ownership[].trading_control": "b",
        "ownership[].exemption": "s?",
        "evaluate_entity": "s",
    },
    test="ownership >= 10 % or trading control, without a recorded 150.4(b) exemption -> added",
    parameters=(AGGREGATION,),
)
def check(case: Case) -> Answer:
    """Name the entities whose positions are added together."""
    found = aggregated(case["ownership"], case["evaluate_entity"], case.parameter(AGGREGATION))
    return Answer(values={"aggregated_entities": found})
