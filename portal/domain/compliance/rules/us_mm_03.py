"""US-MM-03: large orders that are taken back as soon as an order on the other side is filled."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.order_patterns import Session, SpoofLimits, spoofs


@compliance_rule(
    "US-MM-03",
    "Spoofing indicator",
    regimes=("US-CFTC",),
    kinds=("order_flow",),
    law="CEA 4c(a)(5)(C); CME Rule 575",
    trust="V",
    inputs={
        "trader": "s",
        "median_order_qty": "n",
        "visible_depth": "n",
        "events[].t": "t",
        "events[].type": "s(new,cancel,fill,quote)",
        "events[].id": "s?",
        "events[].side": "s?",
        "events[].qty": "n?",
        "events[].price": "n?",
        "events[].best_bid": "n?",
        "events[].best_offer": "n?",
    },
    test="order >= 5 x median and >= 10 % of depth, >= 90 % cancelled within 5 s after an opposite fill, price moved "
    "toward the fill; >= 3 a day -> flag",
    actions=("flag",),
    parameters=("US-MM-03.",),
)
def check(case: Case) -> Answer:
    """Count the patterns of the busiest day; several orders taken back after one fill are one pattern."""
    limits = SpoofLimits(
        case.parameter("US-MM-03.size_multiple"),
        case.parameter("US-MM-03.depth_share"),
        case.parameter("US-MM-03.cancel_share"),
        case.parameter("US-MM-03.cancel_s"),
    )
    met = spoofs(Session(case["events"]), case["median_order_qty"], case["visible_depth"], limits)
    days: dict[str, set[int]] = {}
    for item in met:
        days.setdefault(item.day, set()).add(item.fill_at)
    patterns = max((len(fills) for fills in days.values()), default=0)
    wanted = case.parameter("US-MM-03.repeats")
    if patterns < wanted:
        return Answer(values={"patterns": patterns})
    text = (
        f"{case['trader']} placed a large order, was filled on the other side and cancelled the large order at once, "
        f"{patterns} times in a day; {wanted} times raise this flag. Intent is not shown by this; hear the trader."
    )
    finding = Finding(Action.FLAG, text, measured=patterns, limit=wanted, unit="patterns")
    return Answer((finding,), {"patterns": patterns})
