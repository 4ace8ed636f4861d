"""GL-S2-02: a change is deployed only when another person reviewed it, its tests passed and it was approved."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GL-S2-02",
    "Changes are reviewed",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="SOC 2 CC7.1-7.4, CC8.1",
    trust="P",
    inputs={
        "event.type": "s(deploy)",
        "event.review_by": "s!",
        "event.author": "s",
        "event.tests_passed": "b",
        "event.approved_by": "s!",
    },
    test="no review by another person, tests not passed, or no approval by another person -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag what the change lacks."""
    author, reviewer, approver = case["event.author"], case["event.review_by"], case["event.approved_by"]
    lacks = []
    if not reviewer:
        lacks.append("nobody reviewed it")
    elif reviewer == author:
        lacks.append(f"only its author {author} reviewed it")
    if not case["event.tests_passed"]:
        lacks.append("its tests did not pass")
    if not approver:
        lacks.append("nobody approved it")
    elif approver == author:
        lacks.append(f"its author {author} approved it")
    if not lacks:
        return NOTHING
    text = f"The change was deployed although {', and '.join(lacks)}. Review it now, or roll it back."
    return Answer((Finding(Action.FLAG, text, measured=float(len(lacks)), limit=0.0, unit="missing steps"),))
