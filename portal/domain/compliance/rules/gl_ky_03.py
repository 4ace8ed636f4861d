"""GL-KY-03: a politically exposed person is accepted by senior management only."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GL-KY-03",
    "Politically exposed person",
    regimes=("GLOBAL",),
    kinds=("party",),
    law="FATF Recommendation 12",
    trust="S",
    inputs={"party.pep": "b", "party.senior_approval": "s!"},
    test="politically exposed and no approval of senior management -> flag; no trades until it is given",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag a politically exposed party without senior approval."""
    if not case["party.pep"] or case.get("party.senior_approval", "").strip():
        return NOTHING
    text = (
        "A politically exposed person owns or directs the party and senior management has not approved it. "
        "Do not trade until it has."
    )
    return Answer((Finding(Action.FLAG, text),))
