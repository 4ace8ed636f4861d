"""SH-06: goods of a salam are not resold before they are received, and a parallel salam stands alone."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "SH-06",
    "Parallel salam",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standard 10",
    trust="S",
    inputs={
        "contract.kind": "s(salam)",
        "contract.linked_contract": "s",
        "contract.cross_default": "b",
        "contract.resold_before_receipt": "b",
    },
    test="same goods resold before receipt, or the contracts fail together -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a resale before receipt and a tie between the two contracts."""
    if not shariah.concerns(case):
        return NOTHING
    other = case["contract.linked_contract"]
    findings = []
    if case["contract.resold_before_receipt"]:
        message = f"The goods of the salam are resold in {other} before they are received. Resell them only afterwards."
        findings.append(Finding(Action.BLOCK, message))
    if case["contract.cross_default"]:
        message = f"The salam and {other} fail together. Make each contract stand alone."
        findings.append(Finding(Action.BLOCK, message))
    return Answer(tuple(findings))
