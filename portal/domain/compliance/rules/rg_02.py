"""RG-02: physical power and gas in the United States; Texas is its own matter."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "RG-02",
    "US physical power and gas: which deals",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="18 CFR 1c, 18 CFR 35",
    trust="V",
    inputs={
        "trade.commodity": "s(power,gas,lng,crude,product,emission)",
        "trade.settlement": "s(physical,cash)",
        "trade.delivery.country": "s",
        "trade.delivery.zone": "s",
    },
    test="physical, power or gas, delivered in the US -> US-FERC; power inside ERCOT -> flag (unverified)",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag physical power inside ERCOT, over which the state may have jurisdiction."""
    is_power = case["trade.commodity"] == "power" and case["trade.settlement"] == "physical"
    zone = case["trade.delivery.zone"]
    if not (is_power and case["trade.delivery.country"] == "US" and zone.upper().startswith("ERCOT")):
        return NOTHING
    return Answer(
        (
            Finding(
                Action.FLAG,
                f"Physical power in {zone} lies inside Texas, where the state and not FERC may have jurisdiction. "
                "Have the state jurisdiction checked.",
            ),
        )
    )
