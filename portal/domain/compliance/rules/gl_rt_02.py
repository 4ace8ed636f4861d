"""GL-RT-02: an old swap record that the CFTC asks for comes within three business days."""

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.working_days import years_after


@compliance_rule(
    "GL-RT-02",
    "Retrieval of swap records",
    regimes=("GLOBAL", "US-CFTC"),
    kinds=("event",),
    law="17 CFR 45.2(e)",
    trust="S",
    inputs={
        "event.type": "s(cftc_record_request)",
        "event.requested_on": "d",
        "event.served_on": "d",
        "record.contract_end": "d",
    },
    test="requested more than 2 years after the end of the swap: served after the 3rd business day -> flag",
    actions=("flag",),
    deadline="Third business day after the request",
    parameters=("GL-RT-02.at_hand_years", "GL-RT-02.business_days"),
)
def check(case: Case) -> Answer:
    """Flag a record that came late; younger records must be at hand and are not counted in days."""
    asked, served = to_day(case["event.requested_on"]), to_day(case["event.served_on"])
    at_hand = case.parameter("GL-RT-02.at_hand_years", asked)
    if asked <= years_after(to_day(case["record.contract_end"]), at_hand):
        return NOTHING
    days = case.parameter("GL-RT-02.business_days", asked)
    due = case.calendar.after(asked, days)
    values = {"due": due}
    if served <= due:
        return Answer(values=values)
    taken = case.calendar.between(asked, served)
    text = (
        f"The record asked for on {asked} was due on {due} and was served on {served}, after {taken} business days. "
        "Tell the CFTC why, and make old records quicker to find."
    )
    return Answer(
        (Finding(Action.FLAG, text, measured=float(taken), limit=float(days), unit="business days"),), values
    )
