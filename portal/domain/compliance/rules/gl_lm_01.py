"""GL-LM-01: no new risk above a credit limit; trades that reduce it pass."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_EDGE = 1e-9


@compliance_rule(
    "GL-LM-01",
    "Credit limit",
    regimes=("GLOBAL",),
    kinds=("trade",),
    law="House policy",
    trust="P",
    inputs={"credit.limit": "n", "credit.used": "n", "credit.change": "n"},
    test="change > 0 and (used + change) / limit: > 100 % -> block, from 90 % -> flag",
    actions=("block", "flag"),
    parameters=("GL-LM-01.flag_pct", "GL-LM-01.block_pct"),
)
def check(case: Case) -> Answer:
    """Hold the use after the trade against the limit."""
    limit, used, change = (
        float(case["credit.limit"]),
        float(case["credit.used"]),
        float(case["credit.change"]),
    )
    after = used + change
    if limit <= 0:
        if change <= 0:
            return NOTHING
        text = f"There is no credit limit, and the trade adds {change:,.2f}. Have a limit approved first."
        return Answer((Finding(Action.BLOCK, text, measured=after, limit=0.0, unit="currency of the limit"),))
    use = 100 * after / limit
    values = {"use_after_pct": use}
    flag, block = case.parameter("GL-LM-01.flag_pct"), case.parameter("GL-LM-01.block_pct")
    if change <= 0 or use < flag - _EDGE:
        return Answer(values=values)
    action, level = (Action.BLOCK, block) if use > block + _EDGE else (Action.FLAG, flag)
    todo = (
        "Reduce it, or have the limit raised."
        if action is Action.BLOCK
        else "Somebody of credit has to look at it."
    )
    text = f"The trade takes the use of the credit limit from {100 * used / limit:,.1f} % to {use:,.1f} %. {todo}"
    return Answer((Finding(action, text, measured=use, limit=float(level), unit="%"),), values)
