"""GL-KY-05: who is reported under EMIR or Part 45 has a valid LEI in good standing."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.identifiers import lei_error

_NEEDED = ("EMIR", "CFTC")


@compliance_rule(
    "GL-KY-05",
    "LEI live",
    regimes=("EU-EMIR", "UK-EMIR", "US-CFTC"),
    kinds=("party",),
    law="Reg. (EU) 648/2012 Art. 9 with Reg. (EU) 2022/1855; 17 CFR 45.6; ISO 17442",
    trust="S",
    inputs={"party.lei": "s", "party.lei_status": "s(ISSUED,LAPSED,RETIRED)", "regimes[]": "s"},
    test="under EMIR or Part 45: wrong check digits or retired -> block; lapsed -> flag",
    actions=("block", "flag"),
)
def check(case: Case) -> Answer:
    """Block a code that is none any more, flag one that was not renewed; only where a report needs it."""
    needed = sorted({name for name in case["regimes[]"] if any(part in name.upper() for part in _NEEDED)})
    if not needed:
        return NOTHING
    lei, status, where = case["party.lei"], case["party.lei_status"], " and ".join(needed)
    wrong = lei_error(lei)
    if wrong:
        return Answer(
            (Finding(Action.BLOCK, f"{wrong} {where} needs a valid code. Correct it before trading."),)
        )
    if status == "RETIRED":
        text = f"The LEI {lei} is retired: its holder exists no more. {where} cannot be reported with it. "
        return Answer((Finding(Action.BLOCK, text + "Find the successor before trading."),))
    if status == "LAPSED":
        text = f"The LEI {lei} has lapsed and {where} needs one that is issued. Ask the party to renew it."
        return Answer((Finding(Action.FLAG, text),))
    return NOTHING
