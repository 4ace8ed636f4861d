"""EU-MI-05: members of a venue report their positions every day."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "EU-MI-05",
    "Daily position breakdown to the venue",
    regimes=("EU-MIFID",),
    kinds=("report",),
    law="Directive 2014/65/EU (MiFID II) Art. 58(3)",
    trust="V",
    inputs={"report_type": "s(MIFID-DAILY-POSITION)", "positions_open": "b", "event_date": "d"},
    test="open or changed position on a day -> report on the next working day",
    deadline="next working day; the clock time is to be confirmed",
    actions=("report",),
    parameters=("EU-MI-05.due_working_days",),
)
def check(case: Case) -> Answer:
    """Ask for the file of a day with positions."""
    if not case["positions_open"]:
        return Answer()
    day = to_day(case["event_date"])
    due = case.calendar.after(day, case.parameter("EU-MI-05.due_working_days", day))
    message = (
        f"Positions were open on {day}. Send their breakdown, down to the end client, to the venue by {due}."
    )
    return Answer((Finding(Action.REPORT, message, due=due),), {"due": due})
