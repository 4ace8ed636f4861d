"""GY-PS-01: what State and contractor get of production, and that the contractor lifts no more than its share."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GY-PS-01",
    "Entitlement under the production sharing agreement",
    regimes=("GY-PETROLEUM",),
    kinds=("contract",),
    law="Stabroek petroleum agreement 2016, Art. 11.2, 11.4, 15.6, as reported",
    trust="S",
    inputs={
        "entitlement.agreement": "s",
        "entitlement.production_value": "n",
        "entitlement.recoverable_costs": "n",
        "entitlement.lifted_value": "n?",
        "entitlement.agreed_overlift": "n?",
    },
    test="cost oil = min(costs, cap x production); State = split x (production - cost oil) + royalty x production; "
    "contractor's lifting > the rest + agreed over-lift -> block",
    actions=("block",),
    parameters=("GY-PS-01.",),
)
def check(case: Case) -> Answer:
    """Compute the entitlements; block a lifting above that of the contractor."""
    terms = case.parameter(f"GY-PS-01.{case['entitlement.agreement']}")
    production = case["entitlement.production_value"]
    cost = min(case["entitlement.recoverable_costs"], terms["cost_cap"] * production)
    profit = production - cost
    state = terms["state_split"] * profit + terms["royalty"] * production
    contractor = production - state
    values = {"cost_oil": cost, "profit_oil": profit, "state": state, "contractor": contractor}
    lifted = case.get("entitlement.lifted_value")
    most = contractor + case.get("entitlement.agreed_overlift", 0)
    if lifted is None or lifted <= most + 1e-9 * max(1.0, abs(most)):
        return Answer(values=values)
    message = (
        f"The contractor lifts {lifted:,.2f}, {lifted - most:,.2f} more than its entitlement of {contractor:,.2f} with "
        "the agreed over-lift. Reduce the lifting or agree on the over-lift."
    )
    return Answer((Finding(Action.BLOCK, message, measured=float(lifted), limit=float(most)),), values)
