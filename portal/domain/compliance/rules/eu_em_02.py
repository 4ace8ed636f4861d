"""EU-EM-02: identifiers of an EMIR report are well formed before it is filed."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.identifiers import is_emir_uti, is_lei


@compliance_rule(
    "EU-EM-02",
    "Identifiers of the EMIR report",
    regimes=("EU-EMIR", "UK-EMIR"),
    kinds=("report",),
    law="Delegated Regulation (EU) 2022/1855; ISO 17442 (check digits by ISO 7064, mod 97-10)",
    trust="V",
    inputs={"report_type": "s(EMIR)", "lei": "s", "uti": "s?", "acer_uti": "s?"},
    test="LEI of 20 characters with mod 97 = 1; UTI of 20 to 52 capitals and digits that begins with an LEI and is "
    "not the ACER identifier; else block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block the filing of a report with a wrong LEI or UTI."""
    lei, uti = case["lei"], case.get("uti")
    problems = {}
    if not is_lei(lei):
        problems["LEI"] = f"{lei} is no LEI: it needs 20 characters whose check digits are right"
    if uti is not None and uti == case.get("acer_uti"):
        problems["UTI"] = f"{uti} is the identifier for ACER and must not be used again as UTI"
    elif uti is not None and not is_emir_uti(uti, lei if uti.startswith(lei) else ""):
        problems["UTI"] = (
            f"{uti} is no UTI: it needs 20 to 52 capitals and digits, the LEI of its maker first"
        )
    if not problems:
        return Answer(values={"errors": []})
    message = f"{'; '.join(problems.values())}. Correct it before the report is filed."
    return Answer((Finding(Action.BLOCK, message),), {"errors": list(problems)})
