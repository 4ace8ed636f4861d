"""SH-12: price, quantity, quality and delivery are known when the contract is made."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import NotAskedError

_WORDS = {"price": "price", "qty": "quantity", "quality": "quality", "delivery": "delivery"}


@compliance_rule(
    "SH-12",
    "No uncertainty (gharar)",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standards",
    trust="S",
    inputs={
        "account.shariah": "b",
        "contract.price": "n!",
        "contract.price_formula": "s?",
        "contract.qty": "n!",
        "contract.quality": "s!",
        "contract.delivery": "d!",
    },
    test="price (or its formula), quantity, quality or delivery not fixed -> block; not for salam and istisna",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a contract with an open term."""
    if case.get("contract.kind") in shariah.AHEAD:
        raise NotAskedError("Salam and istisna are judged by SH-05 and SH-08.", is_gap=False)
    if not case["account.shariah"]:
        return NOTHING
    missing = [name for name in _WORDS if case[f"contract.{name}"] is None]
    if "price" in missing and case.get("contract.price_formula"):
        missing.remove("price")
    if not missing:
        return Answer(values={"missing": []})
    words = ", ".join(_WORDS[name] for name in missing)
    message = f"Not fixed at the contract: {words}. Agree on it before the contract is made."
    return Answer((Finding(Action.BLOCK, message),), {"missing": missing})
