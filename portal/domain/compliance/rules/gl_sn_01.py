"""GL-SN-01: no party whose name is on a sanctions list; one whose name looks like it is reviewed."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.names import likeness


@compliance_rule(
    "GL-SN-01",
    "Name screening",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="OFAC sanctions list search (method); thresholds are house policy",
    trust="P",
    inputs={
        "party.name": "s",
        "party.country": "s",
        "list[].name": "s",
        "list[].aliases[]": "s",
        "list[].program": "s",
        "list_age_hours": "n",
        "precomputed_score": "n?",
    },
    test="score = max over names of (Jaro-Winkler, phonetic agreement) x 100; >= 95 block, 85 to 94.99 flag",
    actions=("block", "flag"),
    parameters=("GL-SN-01.block_score", "GL-SN-01.flag_score"),
)
def check(case: Case) -> Answer:
    """Hold a party whose score reaches the upper threshold, flag from the lower one on."""
    name = case["party.name"]
    score, entry, program = _best(case, name)
    hold, look = case.parameter("GL-SN-01.block_score"), case.parameter("GL-SN-01.flag_score")
    values = {"score": round(score, 2)}
    against = f"'{entry}' ({program})" if entry else "a name on the list"
    if score >= hold:
        text = (
            f"{name} is held: its name scores {score:.2f} of 100 against {against}; {hold:g} holds a party. "
        )
        text += "Review the hit before anything is done with this party."
        return Answer((Finding(Action.BLOCK, text, measured=score, limit=hold, unit="points"),), values)
    if score >= look:
        text = f"{name} looks like {against}: {score:.2f} of 100, and {look:g} needs a review. "
        text += "Compare birth date, country, address and type."
        return Answer((Finding(Action.FLAG, text, measured=score, limit=look, unit="points"),), values)
    return Answer(values=values)


def _best(case: Case, name: str) -> tuple[float, str, str]:
    """Return the highest score with the name and the program it was reached against."""
    found = max(
        (
            (likeness(name, other).score, other, entry["program"])
            for entry in case["list"]
            for other in (entry["name"], *entry["aliases"])
        ),
        default=(0.0, "", ""),
    )
    given = case.get("precomputed_score")
    return found if given is None else (float(given), found[1], found[2])
