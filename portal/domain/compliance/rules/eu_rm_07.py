"""EU-RM-07: orders that give false signals; here, selling more than can be delivered."""

from portal.domain.compliance import areas
from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "EU-RM-07",
    "Manipulation: false or misleading signals",
    regimes=("EU-REMIT", "UK-REMIT"),
    kinds=("order", "order_flow"),
    law="Reg. (EU) 1227/2011 Art. 5, 2(2)(a)(i), (iii)",
    trust="V",
    inputs={
        "order.side": "s(sell)",
        "order.mwh": "n",
        "firm.available_capacity_mwh": "n",
        "firm.purchased_mwh": "n",
    },
    test="sell volume > available capacity + purchased volume -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag a sale beyond what the firm can produce and has bought."""
    sellable, volume = case["firm.available_capacity_mwh"] + case["firm.purchased_mwh"], case["order.mwh"]
    values = {"sellable_mwh": sellable}
    if volume <= sellable:
        return Answer(values=values)
    zone = case.get("order.zone", "")
    office = (
        "Ofgem"
        if areas.in_great_britain(areas.country_of_zone(zone), zone)
        else "ACER or the national authority"
    )
    return Answer(
        (
            Finding(
                Action.FLAG,
                f"An order to sell {volume:,.0f} MWh offers more than the {sellable:,.0f} MWh that can be delivered. "
                f"Find out whether it was an error; it can mislead the market, which {office} must be told of.",
                measured=float(volume),
                limit=float(sellable),
                unit="MWh",
            ),
        ),
        values,
    )
