"""RG-07: what applies everywhere."""

from portal.domain.compliance.base import NOTHING, Answer, Case, compliance_rule


@compliance_rule(
    "RG-07",
    "Global rules always apply",
    regimes=("GLOBAL",),
    kinds=("any",),
    law="Sanctions law, GDPR, retention duties, house controls",
    trust="V",
    inputs={},
    test="always -> GLOBAL: sanctions, KYC, privacy, retention, maker and checker, audit",
)
def check(case: Case) -> Answer:
    """Say nothing: GLOBAL is among the regimes of every verdict."""
    del case
    return NOTHING
