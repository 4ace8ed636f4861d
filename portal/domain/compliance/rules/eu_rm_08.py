"""EU-RM-08: capacity that would earn its cost is offered, unless an outage says why not."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule

SHARE = "EU-RM-08.withheld_share"
FLOOR = "EU-RM-08.withheld_mw"


@compliance_rule(
    "EU-RM-08",
    "Manipulation: physical withholding",
    regimes=("EU-REMIT", "UK-REMIT"),
    kinds=("event",),
    law="Reg. (EU) 1227/2011 Art. 2(2)(a)(ii)",
    trust="V",
    inputs={
        "event.type": "s(offer_check)",
        "unit.available_mw": "n",
        "unit.offered_mw": "n",
        "unit.marginal_cost": "n",
        "event.price": "n",
        "event.outage_message": "b",
    },
    test="(available - offered) / available > 10 % and >= 100 MW, price > marginal cost, no outage message -> flag",
    actions=("flag",),
    parameters=(SHARE, FLOOR),
)
def check(case: Case) -> Answer:
    """Flag capacity that was kept back while the price was above its cost."""
    unit, price = case["unit"], case["event.price"]
    withheld = unit["available_mw"] - unit["offered_mw"]
    share = withheld / unit["available_mw"] if unit["available_mw"] > 0 else 0.0
    values = {"withheld_mw": withheld, "withheld_share": share}
    limit, floor = case.parameter(SHARE), case.parameter(FLOOR)
    is_withheld = share > limit + 1e-12 and withheld >= floor
    if not is_withheld or price <= unit["marginal_cost"] or case["event.outage_message"]:
        return Answer(values=values)
    return Answer(
        (
            Finding(
                Action.FLAG,
                f"{withheld:,.0f} of {unit['available_mw']:,.0f} MW ({share:.0%}) were not offered at a price of "
                f"{price:,.2f}, above the cost of {unit['marginal_cost']:,.2f}, and no outage was published. "
                "Record the reason for it.",
                measured=share,
                limit=limit,
                unit="share",
            ),
        ),
        values,
    )
