"""SH-09: in a tawarruq the goods do not come back to who sold them first."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "SH-09",
    "Tawarruq",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standard 30",
    trust="U",
    inputs={
        "contract.kind": "s(tawarruq)",
        "contract.chain[].seller": "s",
        "contract.chain[].buyer": "s",
    },
    test="last buyer = first seller -> flag for the board",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag a chain of sales that ends where it began."""
    chain = case.facts["contract"]["chain"]
    if not chain or not shariah.concerns(case):
        return NOTHING
    first, last = chain[0]["seller"], chain[-1]["buyer"]
    if first != last:
        return NOTHING
    message = f"{first} sells the lot first and buys it back after {len(chain)} sales. Ask the Shariah board."
    return Answer((Finding(Action.FLAG, message),))
