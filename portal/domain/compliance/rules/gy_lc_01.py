"""GY-LC-01: which company counts as Guyanese under the Local Content Act."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day

_SHARES = {
    "voting_shares": ("guyana.voting_shares_pct", "voting shares of nationals"),
    "executives": ("guyana.executives_pct", "executives and senior managers"),
    "other_staff": ("guyana.other_staff_pct", "other staff"),
}


@compliance_rule(
    "GY-LC-01",
    "Guyanese company",
    regimes=("GY-PETROLEUM",),
    kinds=("party",),
    law="Local Content Act 2021 of Guyana",
    trust="S",
    inputs={path: "n" for path, _words in _SHARES.values()} | {"guyana.certificate_valid_to": "d"},
    test="voting shares >= 51 %, executives >= 75 %, other staff >= 90 %, and in the register; else flag",
    actions=("flag",),
    parameters=("GY-LC-01.min_pct",),
)
def check(case: Case) -> Answer:
    """Flag a company that does not count as Guyanese, with the reasons."""
    least = case.parameter("GY-LC-01.min_pct")
    problems = [
        f"{words} are {case[path]:g} % and must be {least[name]:g} %"
        for name, (path, words) in _SHARES.items()
        if case[path] < least[name]
    ]
    until = to_day(case["guyana.certificate_valid_to"])
    if until < case.day:
        problems.append(f"the certificate of the register ended on {until}")
    values = {"guyanese_company": not problems}
    if not problems:
        return Answer(values=values)
    message = (
        f"The company does not count as Guyanese: {'; '.join(problems)}. Do not count its services as local."
    )
    return Answer((Finding(Action.FLAG, message),), values)
