"""EU-MI-06: position limits of the competent authority, at every moment of the day."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "EU-MI-06",
    "Position limit",
    regimes=("EU-MIFID",),
    kinds=("position",),
    law="Directive 2014/65/EU (MiFID II) Art. 57; Delegated Regulation (EU) 2022/1302",
    trust="V",
    inputs={
        "mifid_limit.contract": "s",
        "mifid_limit.limit": "n",
        "mifid_limit.net": "n",
        "mifid_limit.hedge_exempt_net": "n?",
    },
    test="|net - exempt hedges| > limit -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a net position above the limit; hedges that the authority exempted are left out."""
    contract, limit = case["mifid_limit.contract"], case["mifid_limit.limit"]
    net = abs(case["mifid_limit.net"] - case.get("mifid_limit.hedge_exempt_net", 0))
    excess = max(0, net - limit)
    if not excess:
        return Answer(values={"excess": excess})
    message = (
        f"The net position in {contract} is {net:,.0f} lots, {excess:,.0f} above the limit of {limit:,.0f}. Reduce it "
        "now; the limit holds at every moment of the day."
    )
    return Answer(
        (Finding(Action.BLOCK, message, measured=float(net), limit=float(limit), unit="lots"),),
        {"excess": excess},
    )
