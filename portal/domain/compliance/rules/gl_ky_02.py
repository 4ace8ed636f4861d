"""GL-KY-02: owners at or above the threshold are identified, and one person is named who controls the party."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GL-KY-02",
    "Beneficial owners identified",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="31 CFR 1010.230 (FinCEN CDD); Directive (EU) 2015/849 Art. 3(6), Reg. (EU) 2024/1624",
    trust="S",
    inputs={
        "party.owners[].name": "s",
        "party.owners[].pct": "n",
        "party.owners[].identified": "b",
        "party.control_person": "s!",
        "party.jurisdiction": "s(US,EU)",
    },
    test="an owner at the threshold not identified, or no control person -> block; EU counts > 25 % until July 2027",
    actions=("block",),
    parameters=("GL-KY-02.",),
)
def check(case: Case) -> Answer:
    """Block an onboarding while an owner who counts is not identified or nobody is named as in control."""
    place = case["party.jurisdiction"]
    threshold = float(case.parameter(f"GL-KY-02.ubo_pct.{place}"))
    counts_at = case.parameter(f"GL-KY-02.at_threshold.{place}")
    unknown = [
        owner
        for owner in case["party.owners"]
        if not owner["identified"] and (owner["pct"] > threshold or (counts_at and owner["pct"] == threshold))
    ]
    values, found = {"threshold_pct": threshold}, []
    if unknown:
        most = max(owner["pct"] for owner in unknown)
        named = ", ".join(f"{owner['name']} ({owner['pct']:g} %)" for owner in unknown)
        bound = f"{threshold:g} % or more" if counts_at else f"more than {threshold:g} %"
        text = f"Owners of {bound} must be identified and are not: {named}. Get their identity documents."
        found.append(Finding(Action.BLOCK, text, measured=float(most), limit=threshold, unit="%"))
    if not case.get("party.control_person", "").strip():
        found.append(Finding(Action.BLOCK, "No person is named who controls the party. Name one."))
    return Answer(tuple(found), values)
