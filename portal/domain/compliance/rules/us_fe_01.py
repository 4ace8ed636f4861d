"""US-FE-01: physical trades that lose money must not serve a financial position on the same index."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_WINDOW = 10  # days that the number of days with a loss is stated for


@compliance_rule(
    "US-FE-01",
    "Uneconomic physical trading",
    regimes=("US-FERC",),
    kinds=("order_flow",),
    law="18 CFR 1c.1 (gas) and 1c.2 (power)",
    trust="V",
    inputs={
        "hub": "s",
        "days": "i",
        "physical_loss_days": "i",
        "physical_pnl_usd": "n",
        "financial_pnl_usd": "n",
        "own_index_share": "n",
        "same_direction": "b",
    },
    test="loss on >= 3 days of 10, financial gain > 2 x physical loss, share of index > 20 %, same direction -> flag",
    actions=("flag",),
    parameters=("US-FE-01.",),
)
def check(case: Case) -> Answer:
    """Ask whether losing physical trades paid for themselves elsewhere."""
    loss, gain = -case["physical_pnl_usd"], case["financial_pnl_usd"]
    if loss <= 0:
        return NOTHING
    ratio, share = gain / loss, case["own_index_share"]
    values = {"ratio": ratio}
    multiple = case.parameter("US-FE-01.gain_multiple")
    wanted = case.parameter("US-FE-01.loss_days") * max(case["days"], _WINDOW) / _WINDOW
    is_met = (
        case["physical_loss_days"] >= wanted
        and ratio > multiple + 1e-9
        and share > case.parameter("US-FE-01.index_share")
        and case["same_direction"]
    )
    if not is_met:
        return Answer(values=values)
    text = (
        f"Physical trades at {case['hub']} lost {loss:,.0f} USD on {case['physical_loss_days']} of {case['days']} days "
        f"while a financial position on the same index gained {gain:,.0f} USD, {ratio:,.1f} times as much, at "
        f"{share:.0%} of the index volume. Ask for the reason of the physical trades."
    )
    return Answer((Finding(Action.FLAG, text, measured=ratio, limit=multiple),), values)
