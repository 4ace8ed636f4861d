"""GL-SN-03: a screening hit is cleared by a second person, in writing, where two facts differ strongly."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule

_WORDS = {"birth_year": "birth year", "country": "country", "address": "address", "type": "type"}


@compliance_rule(
    "GL-SN-03",
    "Clearing a screening hit",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="OFAC FAQ 5 (steps of an assessment)",
    trust="V",
    inputs={
        "hit.name_score": "n",
        "hit.differences[]": "s(birth_year,country,address,type)",
        "hit.second_reviewer": "s!",
        "hit.reason": "s!",
    },
    test="at least 2 strong differences -> may be cleared; flag until a second person cleared it with a reason",
    actions=("flag",),
    parameters=("GL-SN-03.strong_differences",),
)
def check(case: Case) -> Answer:
    """Flag a hit that is not cleared, and say what is missing."""
    different = [_WORDS[item] for item in sorted(set(case["hit.differences[]"]))]
    wanted = case.parameter("GL-SN-03.strong_differences")
    may_clear = len(different) >= wanted
    reviewer, reason = case.get("hit.second_reviewer", ""), case.get("hit.reason", "")
    missing = [
        text
        for text, is_missing in (
            (f"{wanted} strong differences are needed", not may_clear),
            ("a written reason is needed", not reason.strip()),
            ("a second person must review it", not reviewer.strip()),
        )
        if is_missing
    ]
    values = {"may_clear": may_clear}
    if not missing:
        return Answer(values=values)
    seen = f"{', '.join(different)} differ" if different else "nothing is known to differ"
    text = f"The hit with a score of {case['hit.name_score']:g} is not cleared: {seen}; {'; '.join(missing)}."
    return Answer(
        (
            Finding(
                Action.FLAG, text, measured=float(len(different)), limit=float(wanted), unit="differences"
            ),
        ),
        values,
    )
