"""GL-KY-01: no trade with a party before its onboarding is approved."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_moment

_WORDS = {"pending": "still pending", "rejected": "rejected", "expired": "expired"}


@compliance_rule(
    "GL-KY-01",
    "No trade before KYC",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="House policy on FATF Recommendation 10",
    trust="P",
    inputs={
        "trade.entered_at": "t",
        "party.kyc.status": "s(pending,approved,rejected,expired)",
        "party.kyc.approved_at": "t!",
    },
    test="status not approved, or approved after the trade was entered -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a trade with a party that was not approved when the trade was entered."""
    status, approved, entered = (
        case["party.kyc.status"],
        case.get("party.kyc.approved_at"),
        case["trade.entered_at"],
    )
    if status != "approved":
        text = f"The onboarding of the counterparty is {_WORDS[status]}. Have it approved before trading."
    elif approved is None:
        text = "No moment of approval is on file for the counterparty. Have its onboarding approved before trading."
    elif to_moment(approved) > to_moment(entered):
        text = (
            f"The counterparty was approved at {to_moment(approved):%Y-%m-%d %H:%M %Z}, after the trade of "
            f"{to_moment(entered):%Y-%m-%d %H:%M %Z}. Trades from before the approval are not allowed."
        )
    else:
        return NOTHING
    return Answer((Finding(Action.BLOCK, text),))
