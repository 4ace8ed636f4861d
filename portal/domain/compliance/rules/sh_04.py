"""SH-04: conventional derivatives are not traded."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_FORBIDDEN = frozenset({"future", "option", "swap", "cfd"})


@compliance_rule(
    "SH-04",
    "No conventional derivatives",
    regimes=("SHARIAH",),
    kinds=("trade",),
    law="AAOIFI Shariah standard 20 (majority view)",
    trust="S",
    inputs={"account.shariah": "b", "trade.product.type": "s"},
    test="product is a future, option, swap or CFD -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block futures, options, swaps and contracts for difference of an Islamic account."""
    kind = case["trade.product.type"]
    if not case["account.shariah"] or kind not in _FORBIDDEN:
        return NOTHING
    name = "A CFD" if kind == "cfd" else f"An {kind}" if kind == "option" else f"A {kind}"
    message = f"{name} cannot be traded for an Islamic account. Use a sale, a salam or an istisna."
    return Answer((Finding(Action.BLOCK, message),))
