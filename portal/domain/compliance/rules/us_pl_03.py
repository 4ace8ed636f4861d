"""US-PL-03: outside the spot month energy has no federal limit; the exchange asks for an account of large nets."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.position_limits import holdings


@compliance_rule(
    "US-PL-03",
    "Exchange accountability outside the spot month",
    regimes=("US-CFTC",),
    kinds=("position",),
    law="NYMEX Rule 560; NYMEX SER-7072",
    trust="V",
    inputs={
        "contract": "s",
        "spot_month": "b(False)",
        "accounts[].long": "n",
        "accounts[].short": "n",
        "all_months_net": "n?",
    },
    test="|net| of one month > single level, or |net| of all months > all-months level -> flag",
    actions=("flag",),
    parameters=("US-PL-03.",),
)
def check(case: Case) -> Answer:
    """Compare the net of the month and that of all months with the accountability levels."""
    levels = case.parameter(f"US-PL-03.{case['contract']}")
    single = max((item.net for item in holdings(case)), default=0.0)
    months = case.get("all_months_net")
    values: dict[str, float] = {"net_single_month": single, "level": levels["single"]}
    if months is not None:
        values["net_all_months"] = abs(months)
    if single > levels["single"]:
        return Answer((_finding(case, single, levels["single"], "in one month"),), values)
    if months is not None and abs(months) > levels["all"]:
        values["level"] = levels["all"]
        return Answer((_finding(case, abs(months), levels["all"], "in all months"),), values)
    return Answer(values=values)


def _finding(case: Case, net: float, level: float, where: str) -> Finding:
    return Finding(
        Action.FLAG,
        f"The net of {net:,.0f} lots of {case['contract']} {where} is above the accountability level of {level:,.0f} "
        "lots. The exchange may ask why; have the reason ready and do not add to it without a word with compliance.",
        measured=net,
        limit=level,
        unit="lots",
    )
