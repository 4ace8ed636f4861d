"""US-SW-01: creation data of a swap goes to the repository one or two business days after execution."""

from datetime import date
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.us_days import new_york_day

_DUE = "US-SW-01.creation_data_due"
_SIDES = "s(SD,MSP,DCO,NON_SD)"
_TRADE = ("trade.product.type", "trade.executed_at", "trade.venue.is_sef_or_dcm")


@compliance_rule(
    "US-SW-01",
    "Swap creation data",
    regimes=("US-CFTC",),
    kinds=("trade",),
    law="17 CFR 45.3",
    trust="V",
    inputs={
        "trade.product.type": "s(swap)",
        "trade.executed_at": "t",
        "trade.venue.is_sef_or_dcm": "b",
        "trade.creation_reported_at": "t?",
        "variants[].name": "s",
        "variants[].reporting_party": _SIDES,
        "reporting_party": _SIDES,
    },
    groups=((*_TRADE, "variants[].name", "variants[].reporting_party"), (*_TRADE, "reporting_party")),
    test="due = T+1 on a SEF or DCM or when an SD, MSP or DCO reports, else T+2; reported later -> flag",
    actions=("report", "flag"),
    deadline="End of the first or second business day after execution, in New York.",
    parameters=(_DUE,),
)
def check(case: Case) -> Answer:
    """Count the business days from the day of execution in New York."""
    executed = new_york_day(case["trade.executed_at"])
    days = case.parameter(_DUE, executed)
    values: dict[str, Any] = {}
    found: list[Finding] = []
    for name, party in _asked(case):
        place = "SEF/DCM" if case["trade.venue.is_sef_or_dcm"] else party
        count = days.get(place, days["other_off_facility"])
        due = case.calendar.after(executed, count)
        values[f"due.{name}" if name else "due"] = due
        extra = {"variant": name} if name else {}
        text = f"The creation data of the swap executed on {executed} is due by {due}, T+{count}. Send it."
        found.append(Finding(Action.REPORT, text, due=due, extra=extra))
        found.extend(_late(case, due))
    return Answer(tuple(found), values)


def _asked(case: Case) -> list[tuple[str, str]]:
    if variants := case.get("variants"):
        return [(item["name"], item["reporting_party"]) for item in variants]
    return [("", case["reporting_party"])]


def _late(case: Case, due: date) -> list[Finding]:
    sent = case.get("trade.creation_reported_at")
    if sent is None or new_york_day(sent) <= due:
        return []
    text = f"The creation data was sent on {new_york_day(sent)}; it was due by {due}. Note the reason of the delay."
    return [Finding(Action.FLAG, text, measured=(new_york_day(sent) - due).days, limit=0, unit="days")]
