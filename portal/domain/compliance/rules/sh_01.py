"""SH-01: no interest."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "SH-01",
    "No interest (riba)",
    regimes=("SHARIAH",),
    kinds=("contract", "trade"),
    law="AAOIFI Shariah standards",
    trust="S",
    inputs={
        "account.shariah": "b",
        "contract.interest_rate": "n",
        "contract.late_fee_to": "s(none,charity,seller)",
    },
    test="interest rate > 0, or a late fee that the seller keeps -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block interest of any kind; a late fee may go to charity."""
    if not case["account.shariah"]:
        return NOTHING
    rate = case["contract.interest_rate"]
    if rate > 0:
        message = (
            f"The contract bears interest of {rate:g} %. An Islamic account pays and takes none; remove it."
        )
        return Answer((Finding(Action.BLOCK, message, measured=float(rate), limit=0.0, unit="%"),))
    if case["contract.late_fee_to"] == "seller":
        message = "The seller keeps the fee for late payment. Give it to charity or leave it out."
        return Answer((Finding(Action.BLOCK, message),))
    return NOTHING
