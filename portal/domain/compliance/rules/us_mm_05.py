"""US-MM-05: nobody pushes the closing price that an open position settles on."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "US-MM-05",
    "Disregard of an orderly close",
    regimes=("US-CFTC",),
    kinds=("order_flow",),
    law="CEA 4c(a)(5)(B)",
    trust="V",
    inputs={
        "closing.own_qty": "n",
        "closing.market_qty": "n",
        "closing.own_buy_qty": "n",
        "closing.position_lots": "n",
        "closing.price_move": "n",
    },
    test="own share > 30 %, one way >= 80 %, position x price move > 0 -> flag",
    actions=("flag",),
    parameters=("US-MM-05.",),
)
def check(case: Case) -> Answer:
    """Compare own volume in the settlement window with the market's, its one-sidedness, and who gained."""
    own, market, buys = case["closing.own_qty"], case["closing.market_qty"], case["closing.own_buy_qty"]
    if own <= 0 or market <= 0:
        return NOTHING
    share, one_way = own / market, max(buys, own - buys) / own
    values = {"own_share": share, "one_way": one_way}
    limit = case.parameter("US-MM-05.own_share")
    is_gain = case["closing.position_lots"] * case["closing.price_move"] > 0
    is_one_way = one_way >= case.parameter("US-MM-05.one_way") - 1e-9
    if share <= limit + 1e-9 or not is_one_way or not is_gain:
        return Answer(values=values)
    text = (
        f"{share:.0%} of the volume in the settlement window was own, {one_way:.0%} of it one way, and the open "
        f"position of {case['closing.position_lots']:,.0f} lots gained from the move. Ask for the reason of the trades."
    )
    return Answer((Finding(Action.FLAG, text, measured=share, limit=limit),), values)
