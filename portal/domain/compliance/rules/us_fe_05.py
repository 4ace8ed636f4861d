"""US-FE-05: a large or pivotal seller fails the screens of market-based rates."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_SHARE = "US-FE-05.share_pct"


@compliance_rule(
    "US-FE-05",
    "Screens of market-based rates",
    regimes=("US-FERC",),
    kinds=("party",),
    law="18 CFR 35.37; Order 697; Order 861",
    trust="U",
    inputs={
        "seller.uncommitted_capacity_mw": "n",
        "seller.season": "s",
        "market.total_capacity_mw": "n",
        "market.net_peak_demand_mw": "n",
        "rto_monitored": "b",
    },
    test="share >= 20 % or (market - seller) < peak demand -> flag, unless the market is monitored by an RTO",
    actions=("flag",),
    parameters=("US-FE-05.",),
)
def check(case: Case) -> Answer:
    """Compute the share of the market and whether load can be met without the seller."""
    own, market = case["seller.uncommitted_capacity_mw"], case["market.total_capacity_mw"]
    if market <= 0:
        return NOTHING
    share, limit = 100 * own / market, case.parameter(_SHARE)
    is_pivotal = market - own < case["market.net_peak_demand_mw"]
    values = {"share_pct": share, "pivotal": is_pivotal}
    if case["rto_monitored"] or (share < limit - 1e-9 and not is_pivotal):
        return Answer(values=values)
    text = (
        f"The seller has {share:.1f} % of the market in {case['seller.season']}; {limit:g} % fails the screen. "
        f"Load {'cannot' if is_pivotal else 'can'} be met without it. Have the case for its rates reviewed."
    )
    return Answer((Finding(Action.FLAG, text, measured=share, limit=limit, unit="%"),), values)
