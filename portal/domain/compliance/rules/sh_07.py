"""SH-07: in a murabaha the seller buys, possesses and then sells at cost and a disclosed profit."""

from math import isclose

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment


@compliance_rule(
    "SH-07",
    "Sequence and price of a murabaha",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standard 8",
    trust="S",
    inputs={
        "contract.kind": "s(murabaha)",
        "contract.purchase_at": "t",
        "contract.possession_at": "t",
        "contract.sale_at": "t",
        "contract.cost": "n",
        "contract.profit": "n",
        "contract.price": "n",
    },
    test="purchase <= possession <= sale and price = cost + profit; else block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a murabaha in the wrong order or at another price than cost and profit."""
    if not shariah.concerns(case):
        return NOTHING
    bought = to_moment(case["contract.purchase_at"])
    possessed, sold = to_moment(case["contract.possession_at"]), to_moment(case["contract.sale_at"])
    findings = []
    if not bought <= possessed <= sold:
        message = (
            f"The goods were bought on {bought:%Y-%m-%d %H:%M}, possessed on {possessed:%Y-%m-%d %H:%M} and sold on "
            f"{sold:%Y-%m-%d %H:%M} UTC. Buy, take possession and sell in this order."
        )
        findings.append(Finding(Action.BLOCK, message))
    price, cost, profit = case["contract.price"], case["contract.cost"], case["contract.profit"]
    if not isclose(price, cost + profit, rel_tol=1e-9, abs_tol=1e-6):
        message = (
            f"The price is {price:,.2f}, but cost and profit give {cost + profit:,.2f}. Fix the price at cost plus "
            "the profit that was disclosed."
        )
        findings.append(Finding(Action.BLOCK, message))
    return Answer(tuple(findings))
