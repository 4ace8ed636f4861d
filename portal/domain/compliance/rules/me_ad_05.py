"""ME-AD-05: a confirmed hit on the lists of the Emirates or the United Nations freezes, and is reported."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "ME-AD-05",
    "Lists of the UAE",
    regimes=("ME-ADNOC", "GLOBAL"),
    kinds=("party",),
    law="UAE Cabinet Decision 74/2020; EOCN guidance",
    trust="U",
    inputs={"screening.list": "s(UAE-LOCAL,UN)", "screening.confirmed_on": "d"},
    test="confirmed hit -> block, and report by the fifth business day",
    deadline="freeze within 24 hours, report within 5 business days (to be confirmed)",
    actions=("block", "report"),
    parameters=("ME-AD-05.report_business_days",),
)
def check(case: Case) -> Answer:
    """Block the party and ask for the report."""
    day = to_day(case["screening.confirmed_on"])
    due = case.calendar.after(day, case.parameter("ME-AD-05.report_business_days", day))
    name = {"UAE-LOCAL": "the Local Terrorist List of the UAE", "UN": "the list of the United Nations"}
    hit = f"The hit on {name[case['screening.list']]} was confirmed on {day}."
    return Answer(
        (
            Finding(Action.BLOCK, f"{hit} Freeze the funds within 24 hours and do not trade with the party."),
            Finding(Action.REPORT, f"{hit} Report it to the EOCN by {due}.", due=due),
        ),
        {"due": due},
    )
