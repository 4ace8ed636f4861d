"""UK-RM-01: the ban on insider trading for power and gas of Great Britain."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inside_information import (
    CANCEL_KEYS,
    KEYS,
    Entry,
    Exemption,
    cancelled_on,
    exemption,
    traded_on,
)

_ZONE = {"order.zone": "s(GB)"}


@compliance_rule(
    "UK-RM-01",
    "Insider trading in Great Britain",
    regimes=("UK-REMIT",),
    kinds=("order",),
    law="UK REMIT (Reg. (EU) 1227/2011 as retained) Art. 3",
    trust="V",
    inputs=KEYS | CANCEL_KEYS | _ZONE,
    groups=(tuple(KEYS), tuple(CANCEL_KEYS)),
    test="as EU-RM-01 and EU-RM-03 with delivery in Great Britain -> block, notice to Ofgem",
    actions=("block", "flag", "report"),
)
def check(case: Case) -> Answer:
    """Block an order, or its change, on unpublished information; a valid exemption is reported to Ofgem."""
    order = case["order"]
    changed = bool(order.get("action_at")) and order.get("action") in ("cancel", "amend")
    held = cancelled_on(case) if changed else []
    if not held and order.get("commodity"):
        held = traded_on(case)
        claim = exemption(case)
        if held and claim and claim.is_valid:
            return _exempt(case, claim)
    if not held:
        return NOTHING
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"The user holds information on {order['zone']} since {held[0]['known_from']} that {_state(held[0])}. "
                "Do not trade on it, and give notice to Ofgem.",
            ),
        ),
        {"notify": ["Ofgem"]},
    )


def _state(entry: Entry) -> str:
    published = entry["published_at"]
    return f"is published only at {published}" if published else "is not published"


def _exempt(case: Case, claim: Exemption) -> Answer:
    del claim
    text = f"The order stands by {case['order.exemption']}."
    return Answer(
        (
            Finding(Action.REPORT, f"{text} Inform Ofgem of it.", due=case.day),
            Finding(Action.FLAG, f"{text} Keep the evidence for it."),
        ),
        {"notify": ["Ofgem"]},
    )
