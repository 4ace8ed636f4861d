"""ME-AD-04: an open Murban position near its last trading day needs a nomination, because it ends in delivery."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule


@compliance_rule(
    "ME-AD-04",
    "Readiness for physical delivery",
    regimes=("ME-ADNOC",),
    kinds=("position",),
    law="House policy; ICE Futures Abu Dhabi: physical delivery FOB Fujairah",
    trust="P",
    inputs={"contract": "s(ADM)", "open_lots": "n", "days_to_ltd": "i", "nominated": "b"},
    test="open lots, at most 5 days to the last trading day, and no nomination -> flag",
    actions=("flag",),
    parameters=("ME-AD-04.warning_days",),
)
def check(case: Case) -> Answer:
    """Flag lots that would be delivered without terminal or vessel."""
    lots, days = case["open_lots"], case["days_to_ltd"]
    warning = case.parameter("ME-AD-04.warning_days")
    if lots == 0 or case["nominated"] or days > warning:
        return NOTHING
    message = (
        f"{lots:,g} lots of Murban are open {days} days before the last trading day and no terminal or vessel is "
        "nominated. Nominate one or close the position."
    )
    return Answer((Finding(Action.FLAG, message, measured=float(days), limit=float(warning), unit="days"),))
