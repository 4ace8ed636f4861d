"""EU-RM-23: deals within a group and of small units are reported only when ACER asks, unless on a market place."""

from portal.domain.compliance.base import Answer, Case, compliance_rule
from portal.domain.compliance.remit_reporting import SMALL_UNITS, is_on_request, task_of


@compliance_rule(
    "EU-RM-23",
    "Reported only on request",
    regimes=("EU-REMIT",),
    kinds=("trade",),
    law="Implementing Reg. (EU) 1348/2014 Art. 4 (list of the act of 2026 not read)",
    trust="S",
    inputs={
        "trade.intragroup": "b",
        "trade.production_unit_mw": "n",
        "trade.venue.type": "s",
    },
    test="off a market place, and intragroup or one unit <= 10 MW power, <= 20 MW gas (list until 28 April 2026) -> "
    "no task",
    parameters=(SMALL_UNITS,),
)
def check(case: Case) -> Answer:
    """Say whether a task exists; EU-RM-20 and EU-RM-21 make it."""
    return Answer(values={"task_created": not is_on_request(case) and task_of(case).is_due})
