"""US-MM-04: several levels of orders on one side that vanish when the other side is filled."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.order_patterns import Session, layers


@compliance_rule(
    "US-MM-04",
    "Layering indicator",
    regimes=("US-CFTC",),
    kinds=("order_flow",),
    law="CEA 4c(a)(5)(C); CME Rule 575",
    trust="P",
    inputs={
        "trader": "s",
        "median_order_qty": "n",
        "visible_depth": "n",
        "events[].t": "t",
        "events[].type": "s",
        "events[].id": "s?",
        "events[].side": "s?",
        "events[].qty": "n?",
        "events[].price": "n?",
    },
    test=">= 3 live orders on one side at different prices, all cancelled within 2 s of an opposite fill -> flag",
    actions=("flag",),
    parameters=("US-MM-04.",),
)
def check(case: Case) -> Answer:
    """Count the price levels that were cleared after an opposite fill."""
    levels = layers(Session(case["events"]), case.parameter("US-MM-04.cancel_s"))
    wanted = case.parameter("US-MM-04.levels")
    if levels < wanted:
        return Answer(values={"levels": levels})
    text = (
        f"{case['trader']} had orders at {levels} prices of one side and cancelled them all within "
        f"{case.parameter('US-MM-04.cancel_s'):g} s of a fill on the other side. Look at the orders on a timeline."
    )
    return Answer(
        (Finding(Action.FLAG, text, measured=levels, limit=wanted, unit="levels"),), {"levels": levels}
    )
