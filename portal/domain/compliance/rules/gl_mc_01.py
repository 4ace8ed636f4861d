"""GL-MC-01: whoever asks for an override does not approve it."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "GL-MC-01",
    "Maker is not checker",
    regimes=("GLOBAL",),
    kinds=("access",),
    law="House policy; SOC 2 CC6.3",
    trust="P",
    inputs={
        "override.limit_id": "s",
        "override.created_by": "s",
        "override.approved_by": "s",
        "override.reason": "s",
    },
    test="created_by = approved_by -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block an override that its own author approved."""
    author, approver = case["override.created_by"], case["override.approved_by"]
    if author != approver:
        return NOTHING
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"{author} asked for the override of {case['override.limit_id']} and approved it too. "
                "A second person must approve it.",
            ),
        )
    )
