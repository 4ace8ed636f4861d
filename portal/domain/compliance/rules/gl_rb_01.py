"""GL-RB-01: nobody does what their role does not allow."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import NotAskedError


@compliance_rule(
    "GL-RB-01",
    "Right of the role",
    regimes=("GLOBAL",),
    kinds=("access",),
    law="House policy; OWASP ASVS 5.0.0, 8.2.1",
    trust="P",
    inputs={
        "user.id": "s",
        "user.role": "s(viewer,analyst,trader,risk,compliance,compliance_head,auditor,admin,api_client)",
        "action": "s",
        "object": "s",
        "role_actions.<role>[]": "s",
    },
    test="action not in role_actions[role] -> block",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block an action that is not among those of the user's role."""
    role, action = case["user.role"], case["action"]
    allowed = case["role_actions"].get(role)
    if allowed is None:
        raise NotAskedError(f"What the role '{role}' may do is not known.")
    if action in allowed:
        return NOTHING
    text = (
        f"The role '{role}' of {case['user.id']} does not allow '{action}' on {case['object']}. "
        "Ask an administrator for a role that does."
    )
    return Answer((Finding(Action.BLOCK, text),))
