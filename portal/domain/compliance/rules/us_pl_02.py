"""US-PL-02: the limit of a spot month steps down towards the last trading day."""

from datetime import date

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.position_limits import largest, spot_level


@compliance_rule(
    "US-PL-02",
    "Step-down of the crude spot-month limit",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="Appendix E to 17 CFR Part 150",
    trust="U",
    inputs={
        "contract": "s",
        "month": "s",
        "spot_month": "b",
        "settlement_type": "s(physical,cash)",
        "close_business_days_before_ltd": "i",
        "at_close": "b",
        "accounts[].id": "s",
        "accounts[].entity": "s",
        "accounts[].long": "n",
        "accounts[].short": "n",
        "accounts[].hedge": "n",
        "accounts[].hedge_documented_exposure": "n?",
        "evaluate_entity": "s?",
    },
    test="stepped level < net <= first level -> block, together with US-PL-01",
    actions=("block",),
    parameters=("US-PL-01.",),
)
def check(case: Case) -> Answer:
    """Find nets that the first level of the spot month allowed and the stepped one does not."""
    if not case["spot_month"] or case.day < date.fromisoformat(case.parameter("US-PL-01.energy_from")):
        return NOTHING
    limit, first = spot_level(case)
    tested = largest(case).tested
    if not limit < tested <= first:
        return Answer(values={"limit": limit})
    message = (
        f"The limit of {case['contract']} {case['month']} has stepped down from {first:,.0f} to {limit:,.0f} lots; "
        f"the net of {tested:,.0f} lots is now above it. Reduce it by {tested - limit:,.0f} lots."
    )
    finding = Finding(Action.BLOCK, message, measured=tested, limit=limit, unit="lots")
    return Answer((finding,), {"limit": limit})
