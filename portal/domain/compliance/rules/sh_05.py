"""SH-05: salam is paid in full at once, for described goods of a kind."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "SH-05",
    "Terms of a salam",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standard 10",
    trust="S",
    inputs={
        "contract.kind": "s(salam)",
        "contract.paid_pct": "n",
        "contract.goods": "s",
        "contract.fungible": "b",
        "contract.qty": "n",
        "contract.quality": "s",
        "contract.delivery": "d",
        "contract.place": "s",
        "contract.price": "n",
    },
    test="paid < 100 % at the contract, goods not fungible, or no quantity or price -> block",
    actions=("block",),
    parameters=("SH-05.paid_pct",),
)
def check(case: Case) -> Answer:
    """Block a salam that is not paid in full or not described."""
    if not shariah.concerns(case):
        return NOTHING
    paid, wanted = case["contract.paid_pct"], case.parameter("SH-05.paid_pct")
    findings = []
    if paid < wanted:
        message = (
            f"{paid:g} % of the salam are paid at the contract, and {wanted:g} % must be. Pay the rest first."
        )
        findings.append(
            Finding(Action.BLOCK, message, measured=float(paid), limit=float(wanted), unit="%")
        )  # fmt: skip
    if not case["contract.fungible"]:
        message = f"{case['contract.goods']} is a single item. Use a salam only for goods of which one is as another."
        findings.append(Finding(Action.BLOCK, message))
    if case["contract.qty"] <= 0 or case["contract.price"] <= 0:
        message = "Quantity and price of a salam must be fixed and above zero. Enter both."
        findings.append(Finding(Action.BLOCK, message))
    return Answer(tuple(findings))
