"""SH-03: nobody sells what they do not have."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "SH-03",
    "No short selling",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standards",
    trust="S",
    inputs={
        "contract.kind": "s",
        "contract.side": "s(sell)",
        "contract.qty": "n",
        "contract.position_before": "n",
    },
    test="position before - quantity < 0 in a sale that is no salam or istisna -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a sale of more than is held."""
    before, quantity = case["contract.position_before"], case["contract.qty"]
    after = before - quantity
    values = {"position_after": after}
    if after >= 0 or case["contract.kind"] in shariah.AHEAD or not shariah.concerns(case):
        return Answer(values=values)
    message = f"{quantity:,g} are sold and only {before:,g} are held. Sell no more than that."
    return Answer((Finding(Action.BLOCK, message, measured=float(quantity), limit=float(before)),), values)
