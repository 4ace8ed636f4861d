"""EU-RM-25: bids, offers and trades of LNG for the Union are market data that is reported."""

from portal.domain.compliance import areas
from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "EU-RM-25",
    "LNG market data",
    regimes=("EU-REMIT",),
    kinds=("trade",),
    law="Reg. (EU) 1227/2011 Art. 8(1b), 2(23)-(25)",
    trust="V",
    inputs={
        "trade.commodity": "s(lng)",
        "trade.lng_event": "s(bid,offer,trade)",
        "trade.delivery.country": "s",
        "trade.regas_country": "s?",
        "trade.event_date": "d",
    },
    test="delivered or regasified in the Union -> report the same day (day unverified)",
    deadline="the same day (house value)",
    actions=("report",),
)
def check(case: Case) -> Answer:
    """Ask for the data of an LNG bid, offer or trade for the Union."""
    country, regas = case["trade.delivery.country"], case.get("trade.regas_country")
    if not (areas.is_union(country) or areas.is_union(regas)):
        return NOTHING
    due = to_day(case["trade.event_date"])
    where = f"delivered in {country}" if areas.is_union(country) else f"regasified in {regas}"
    return Answer(
        (
            Finding(
                Action.REPORT, f"Report the LNG {case['trade.lng_event']} {where} to ACER by {due}.", due=due
            ),
        ),
        {"due": due},
    )
