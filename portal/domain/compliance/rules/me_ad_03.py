"""ME-AD-03: a cargo with a destination clause goes only where the clause allows, and is resold only with consent."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "ME-AD-03",
    "Destination clause",
    regimes=("ME-ADNOC",),
    kinds=("contract",),
    law="Term contract of the cargo; IFAD Murban carries no resale restriction",
    trust="V",
    inputs={
        "contract.grade": "s",
        "contract.source": "s(term,IFAD)",
        "contract.destination_restricted": "b",
        "contract.allowed_regions[]": "s",
        "contract.consent": "b",
        "discharge.country": "s",
        "discharge.region": "s",
        "resale": "b",
    },
    test="restricted term cargo and (resale without consent, or discharge outside the allowed regions) -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block a discharge or a resale that the contract does not allow."""
    if case["contract.source"] == "IFAD" or not case["contract.destination_restricted"]:
        return NOTHING
    grade, allowed = case["contract.grade"], case["contract.allowed_regions"]
    country, region = case["discharge.country"], case["discharge.region"]
    problems = []
    if case["resale"] and not case["contract.consent"]:
        problems.append(f"the {grade} cargo is resold without the consent of its seller")
    if not {country.casefold(), region.casefold()} & {item.casefold() for item in allowed}:
        where = ", ".join(allowed) or "no region"
        problems.append(f"it is discharged in {country} ({region}), and the clause allows {where}")
    if not problems:
        return NOTHING
    text = "; ".join(problems)
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"{text[0].upper()}{text[1:]}. Get the seller's written consent or another destination.",
            ),
        )
    )
