"""US-MM-02: two parties do not move money by a round turn that leaves no position."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.order_patterns import RoundTurn, round_turns


@compliance_rule(
    "US-MM-02",
    "Money pass",
    regimes=("US-CFTC",),
    kinds=("order_flow",),
    law="17 CFR 38.152; CME Rule 432.G",
    trust="V",
    inputs={
        "tick": "n",
        "lot_size": "n",
        "fills[].t": "t",
        "fills[].seller": "s",
        "fills[].buyer": "s",
        "fills[].contract": "s",
        "fills[].month": "s",
        "fills[].price": "n",
        "fills[].qty": "n",
    },
    test="same two parties, opposite fills, lots equal within 10 %, gap <= 30 min, prices >= 3 ticks apart -> flag",
    actions=("flag",),
    parameters=("US-MM-02.",),
)
def check(case: Case) -> Answer:
    """Look for pairs of fills that undo each other and say who gained how much."""
    turns = round_turns(
        case["fills"],
        case["tick"],
        case.parameter("US-MM-02.ticks"),
        case.parameter("US-MM-02.window_min"),
        case.parameter("US-MM-02.quantity_tolerance"),
    )
    if not turns:
        return NOTHING
    money = [turn.qty * case["lot_size"] * turn.price_difference for turn in turns]
    found = tuple(_finding(turn, usd) for turn, usd in zip(turns, money, strict=True))
    gainer = turns[money.index(max(money))].gainer
    total = sum(usd if turn.gainer == gainer else -usd for turn, usd in zip(turns, money, strict=True))
    return Answer(found, {"transfer_usd": total, "gainer": gainer})


def _finding(turn: RoundTurn, usd: float) -> Finding:
    return Finding(
        Action.FLAG,
        f"{turn.gainer} and {turn.loser} traded {turn.qty:,.0f} lots of {turn.contract} there and back within "
        f"{turn.minutes:,.1f} minutes; {turn.gainer} gained {usd:,.2f} USD and neither kept a position. "
        "Ask both desks why.",
    )
