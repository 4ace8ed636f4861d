"""EU-RM-10: trading by algorithm is notified first, and has limits and a kill switch."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "EU-RM-10",
    "Algorithmic trading",
    regimes=("EU-REMIT",),
    kinds=("order",),
    law="Reg. (EU) 1227/2011 Art. 5a, 2(18)",
    trust="V",
    inputs={
        "order.algo": "b",
        "order.algo_decides[]": "s(initiate,timing,price,quantity,management,venue)",
        "firm.algo_notified_on": "d!",
        "firm.limits_configured": "b",
        "firm.kill_switch": "b",
    },
    test="algorithm decides more than the venue, and not notified before, or no limits, or no kill switch -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block an order of an algorithm that is not notified or not under control."""
    decides = set(case["order.algo_decides[]"])
    if not case["order.algo"] or decides == {"venue"}:
        return NOTHING
    entered = case.get("order.entered_at")
    day = to_day(entered) if entered else case.day
    notified = case["firm.algo_notified_on"]
    wrong = []
    if notified is None:
        wrong.append("ACER and the national authority have no notification of it")
    elif to_day(notified) > day:
        wrong.append(f"its notification is of {notified}, after the order of {day}")
    if not case["firm.limits_configured"]:
        wrong.append("no trading limits are set")
    if not case["firm.kill_switch"]:
        wrong.append("it has no kill switch")
    if not wrong:
        return NOTHING
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"The order comes from an algorithm that decides {', '.join(sorted(decides)) or 'by itself'}: "
                f"{'; '.join(wrong)}. Put this right before it trades.",
            ),
        )
    )
