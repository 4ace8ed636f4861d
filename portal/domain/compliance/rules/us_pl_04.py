"""US-PL-04: lots that hedge a documented exposure leave the limit test."""

from portal.domain.compliance.base import Answer, Case, compliance_rule
from portal.domain.compliance.position_limits import counted_hedge


@compliance_rule(
    "US-PL-04",
    "Bona fide hedge",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="17 CFR 150.1 and 150.3; NYMEX Rule 559",
    trust="V",
    inputs={"accounts[].hedge": "n", "accounts[].hedge_documented_exposure": "n"},
    test="counted = min(hedge lots, documented exposure); the surplus is speculative. Reporting counts all lots.",
    deadline="Apply to NYMEX within 5 business days after the level is exceeded.",
)
def check(case: Case) -> Answer:
    """Say how many hedge lots are covered by documents, and how many are not."""
    counted = sum(counted_hedge(account) for account in case["accounts"])
    lots = sum(float(account["hedge"]) for account in case["accounts"])
    return Answer(values={"counted_hedge": counted, "surplus_hedge": max(lots - counted, 0.0)})
