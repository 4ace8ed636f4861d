"""US-FE-04: power is sold at a negotiated rate only with market-based rate authority."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "US-FE-04",
    "Sale without market-based rate authority",
    regimes=("US-FERC",),
    kinds=("trade",),
    law="Federal Power Act s. 205; 18 CFR 35 subpart H",
    trust="V",
    inputs={
        "trade.commodity": "s(power)",
        "trade.settlement": "s(physical)",
        "trade.rate_type": "s(market_based,cost_based)",
        "trade.delivery.country": "s(US)",
        "trade.side": "s(sell)",
        "seller.mbr_authority": "b",
    },
    test="physical wholesale sale of power at a market-based rate without valid authority -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Stop a sale at a negotiated rate by a seller without authority."""
    if case["trade.rate_type"] != "market_based" or case["seller.mbr_authority"]:
        return NOTHING
    text = (
        "The seller has no market-based rate authority, so it cannot sell physical power in the US at a negotiated "
        "rate. Book it under an entity with authority or at a cost-based rate."
    )
    return Answer((Finding(Action.BLOCK, text),))
