"""GY-PA-03: officials of government and their families hold no interest in a licence."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GY-PA-03",
    "Interest of an official",
    regimes=("GY-PETROLEUM",),
    kinds=("party",),
    law="Petroleum Activities Bill 2023 of Guyana, s. 10",
    trust="S",
    inputs={
        "party.owners[].name": "s",
        "party.owners[].pct": "n",
        "party.owners[].official": "b",
        "party.owners[].family_of_official": "b",
    },
    test="owner with more than 0 % is an official or of an official's family -> block onboarding",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block the onboarding of a party in which an official has an interest."""
    found = [
        f"{owner['pct']:g} % held by {'an official' if owner['official'] else 'the family of an official'}"
        for owner in case.facts["party"]["owners"]
        if owner["pct"] > 0 and (owner["official"] or owner["family_of_official"])
    ]
    if not found:
        return NOTHING
    message = f"Officials may not have an interest in the party: {', '.join(found)}. Do not onboard it."
    return Answer((Finding(Action.BLOCK, message),))
