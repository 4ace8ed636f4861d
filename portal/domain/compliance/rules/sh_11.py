"""SH-11: no business with sectors that are forbidden."""

import re

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "SH-11",
    "Forbidden business",
    regimes=("SHARIAH",),
    kinds=("party",),
    law="AAOIFI Shariah standards",
    trust="S",
    inputs={"account.shariah": "b", "party.sector": "s"},
    test="sector is conventional banking or insurance, alcohol, pork, tobacco, gambling, adult entertainment or "
    "weapons -> block",
    actions=("block",),
    parameters=("SH-11.",),
)
def check(case: Case) -> Answer:
    """Block a counterparty of a forbidden sector; Islamic banks and takaful are none."""
    sector = case["party.sector"]
    words = set(re.findall(r"[a-z]+", sector.casefold()))
    if not case["account.shariah"] or words & set(case.parameter("SH-11.permitted_words")):
        return NOTHING
    if not words & set(case.parameter("SH-11.forbidden_words")):
        return NOTHING
    message = f"The counterparty is of the sector {sector.replace('_', ' ')}. Do not trade with it for this account."
    return Answer((Finding(Action.BLOCK, message),))
