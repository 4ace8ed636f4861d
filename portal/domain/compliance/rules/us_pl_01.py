"""US-PL-01: no net position above the federal limit of a spot month."""

from datetime import date

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.position_limits import largest, spot_level


@compliance_rule(
    "US-PL-01",
    "Federal spot-month limit",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="17 CFR 150.2 and Appendix E to Part 150",
    trust="V",
    inputs={
        "contract": "s",
        "month": "s",
        "spot_month": "b",
        "settlement_type": "s(physical,cash)",
        "close_business_days_before_ltd": "i",
        "at_close": "b?",
        "accounts[].id": "s",
        "accounts[].entity": "s",
        "accounts[].long": "n",
        "accounts[].short": "n",
        "accounts[].hedge": "n",
        "accounts[].hedge_documented_exposure": "n?",
        "evaluate_entity": "s?",
    },
    test="|long - short| without documented hedges > level in force -> block; physical and cash apart",
    actions=("block",),
    parameters=("US-PL-01.", "US-PL-05.", "US-PL-06"),
)
def check(case: Case) -> Answer:
    """Compare the speculative net of each entity, with those added to it, with the level in force."""
    if not case["spot_month"] or case.day < date.fromisoformat(case.parameter("US-PL-01.energy_from")):
        return NOTHING
    holding = largest(case)
    limit, _ = spot_level(case)
    excess = max(holding.tested - limit, 0.0)
    values = {"net": holding.net, "speculative_net": holding.speculative, "limit": limit, "excess": excess}
    if not excess:
        return Answer(values=values)
    return Answer((_breach(case, holding.tested, limit, " and ".join(holding.entities)),), values)


def _breach(case: Case, tested: float, limit: float, entities: str) -> Finding:
    return Finding(
        Action.BLOCK,
        f"{entities} would hold a net {tested:,.0f} lots of {case['contract']} {case['month']} in its spot month; "
        f"the federal limit is {limit:,.0f} lots, so {tested - limit:,.0f} are too many. "
        "Reduce the position or document a bona fide hedge.",
        measured=tested,
        limit=limit,
        unit="lots",
    )
