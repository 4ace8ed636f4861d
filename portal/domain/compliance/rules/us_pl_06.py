"""US-PL-06: cash-settled natural gas has a higher level per exchange while no physical position is held."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.position_limits import conditional_gas_level


@compliance_rule(
    "US-PL-06",
    "Conditional limit of cash-settled natural gas",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="17 CFR 150.3(a)(4)",
    trust="U",
    inputs={
        "contract": "s(NG)",
        "positions[].settlement_type": "s",
        "positions[].exchange": "s",
        "positions[].net": "n",
    },
    test="physical NG position = 0: cash-settled |net| per exchange > 10,000, else > 2,000 -> US-PL-01 fires as block",
    actions=("block",),
    parameters=("US-PL-01.NG", "US-PL-06"),
)
def check(case: Case) -> Answer:
    """Compare the cash-settled net of each exchange with the level that the physical position leaves."""
    if case.get("spot_month", True) is False:
        return NOTHING
    limit = conditional_gas_level(case)
    nets: dict[tuple[str, str], float] = {}
    for item in case["positions"]:
        key = (item["settlement_type"], item["exchange"])
        nets[key] = nets.get(key, 0.0) + item["net"]
    cash = {exchange: abs(net) for (kind, exchange), net in nets.items() if kind == "cash"}
    physical = abs(sum(net for (kind, _), net in nets.items() if kind == "physical"))
    values = {"cash_net": max(cash.values(), default=0.0), "limit": limit}
    found = [_breach(f"{exchange} cash-settled", net, limit) for exchange, net in cash.items() if net > limit]
    federal = case.parameter("US-PL-01.NG")
    if physical > federal:
        found.append(_breach("physically settled", physical, federal))
    return Answer(tuple(found), values)


def _breach(what: str, net: float, limit: float) -> Finding:
    return Finding(
        Action.BLOCK,
        f"The net of {net:,.0f} lots of {what} NG is above the spot-month limit of {limit:,.0f} lots. "
        "The higher level of 10,000 needs that no physical position is held. Reduce the position.",
        measured=net,
        limit=limit,
        unit="lots",
        rule="US-PL-01",
    )
