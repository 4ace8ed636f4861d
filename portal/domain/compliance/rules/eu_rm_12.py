"""EU-RM-12: whoever makes reportable trades is registered, and represented in the Union."""

from datetime import date

from portal.domain.compliance import areas
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day

REPRESENTATIVE_FROM = "EU-RM-12.third_country_representative_from"


@compliance_rule(
    "EU-RM-12",
    "Registration of market participants",
    regimes=("EU-REMIT",),
    kinds=("trade",),
    law="Reg. (EU) 1227/2011 Art. 9(1), (4)",
    trust="V",
    inputs={
        "trade.zone": "s?",
        "trade.trade_date": "d",
        "trade.reportable": "b",
        "party.established_in": "s",
        "party.acer_code": "s!",
        "party.registered_from": "d!",
        "party.eu_representative": "s!",
    },
    test="reportable: no ACER code, or trade date < registered_from -> block; outside the Union and no representative, "
    "from 8 November 2024 -> block",
    actions=("block",),
    parameters=(REPRESENTATIVE_FROM,),
)
def check(case: Case) -> Answer:
    """Block a reportable trade of a firm that is not registered or not represented."""
    zone = case.get("trade.zone", "")
    if not case["trade.reportable"] or areas.in_great_britain(areas.country_of_zone(zone), zone):
        return NOTHING
    party, day = case["party"], to_day(case["trade.trade_date"])
    registered = party["registered_from"]
    wrong = []
    if not party["acer_code"]:
        wrong.append("it has no ACER code")
    if not registered:
        wrong.append("it is not registered with a national authority")
    elif day < to_day(registered):
        wrong.append(f"it is registered only from {registered}")
    if not areas.is_union(party["established_in"]) and not party["eu_representative"]:
        since = date.fromisoformat(case.parameter(REPRESENTATIVE_FROM, day))
        if day >= since:
            wrong.append(
                f"it is established in {party['established_in']} and names no representative in the Union"
            )
    if not wrong:
        return NOTHING
    return Answer(
        (
            Finding(
                Action.BLOCK,
                f"The firm may not make a reportable trade on {day}: {'; '.join(wrong)}. Register it first.",
            ),
        )
    )
