"""SH-08: istisna is for something that is made, with its specification and price fixed."""

from portal.domain.compliance import shariah
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule

_NATURAL = {"crude_in_ground": "crude in the ground", "crude": "crude"}


@compliance_rule(
    "SH-08",
    "Object of an istisna",
    regimes=("SHARIAH",),
    kinds=("contract",),
    law="AAOIFI Shariah standard 11",
    trust="S",
    inputs={
        "contract.kind": "s(istisna)",
        "contract.asset": "s(pipeline,tank,vessel,crude_in_ground,crude)",
        "contract.spec": "s!",
        "contract.price": "n!",
        "contract.paid_pct": "n",
    },
    test="natural unprocessed commodity, or no specification or price -> block; payment may be deferred",
    actions=("block",),
)
def check(case: Case) -> Answer:
    """Block an istisna on what nobody makes, or without specification or price."""
    if not shariah.concerns(case):
        return NOTHING
    asset = case["contract.asset"]
    findings = []
    if asset in _NATURAL:
        message = f"{_NATURAL[asset].capitalize()} is not made by anybody. Use a salam for it."
        findings.append(Finding(Action.BLOCK, message))
    missing = [
        name
        for name, path in (("specification", "contract.spec"), ("price", "contract.price"))
        if case[path] is None
    ]
    if missing:
        message = f"The istisna has no {' and no '.join(missing)}. Fix both at the contract."
        findings.append(Finding(Action.BLOCK, message))
    return Answer(tuple(findings))
