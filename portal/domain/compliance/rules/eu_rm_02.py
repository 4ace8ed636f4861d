"""EU-RM-02: what Art. 3(4) allows in spite of inside information, and that it is reported."""

from portal.domain.compliance import areas
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.inside_information import exemption


@compliance_rule(
    "EU-RM-02",
    "Exemptions from the ban on insider trading",
    regimes=("EU-REMIT",),
    kinds=("order",),
    law="Reg. (EU) 1227/2011 Art. 3(4)",
    trust="V",
    inputs={
        "order.exemption": "s",
        "order.mwh": "n",
        "inside_information[].planned": "b",
        "inside_information[].lost_mwh": "n",
        "inside_information[].existing_contract_need": "b",
    },
    test="Art. 3(4)(b): outage unplanned, volume <= lost volume, needed for existing contracts -> report to ACER and "
    "NRA, flag for evidence; else EU-RM-01 blocks. (a): an obligation from before; (c): emergency rules",
    deadline="without delay",
    actions=("flag", "report"),
)
def check(case: Case) -> Answer:
    """Report and flag an order that stands by an exemption."""
    zone = case.get("order.zone", "")
    claim = exemption(case)
    if claim is None or areas.in_great_britain(areas.country_of_zone(zone), zone):
        return NOTHING
    values = {"surplus_mwh": claim.surplus_mwh}
    if not claim.is_valid:
        return Answer(values=values)
    volume, code = case["order.mwh"], case["order.exemption"]
    entered = case.get("order.entered_at")
    due = to_day(entered) if entered else case.day
    return Answer(
        (
            Finding(
                Action.REPORT,
                f"The order of {volume:,.0f} MWh stands by {code}. Inform ACER and the national authority of it.",
                due=due,
            ),
            Finding(
                Action.FLAG,
                f"The order of {volume:,.0f} MWh stands by {code}. Keep the evidence of the outage, the lost volume "
                "and the contracts that needed it.",
            ),
        ),
        values | {"notify": ["ACER", "NRA"]},
    )
