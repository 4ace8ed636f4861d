"""US-LT-03: Part 17 files have a new format, and routine reports under Part 20 have ended."""

from datetime import date

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day

_FORMAT_FROM = "US-LT-03.part17_new_format_compliance"
_PART20_END = "US-LT-03.part20_routine_reports_end"


@compliance_rule(
    "US-LT-03",
    "Large-trader formats",
    regimes=("US-CFTC",),
    kinds=("report",),
    law="17 CFR 17.00; 89 FR 47439; 17 CFR Part 20",
    trust="V",
    inputs={
        "report_type": "s(CFTC-PART17,CFTC-PART20-ROUTINE)",
        "format": "s?(fixed80,fixml)",
        "event_date": "d",
    },
    test="Part 17 in 80-character records after 3 June 2026 -> flag; Part 20 after 21 July 2026 -> no task",
    actions=("flag", "report"),
    parameters=("US-LT-03.",),
)
def check(case: Case) -> Answer:
    """Flag the old format of Part 17; open a task of Part 20 only while there are such reports."""
    day = to_day(case["event_date"])
    if case["report_type"] == "CFTC-PART20-ROUTINE":
        return _part_20(day, date.fromisoformat(case.parameter(_PART20_END)))
    since = date.fromisoformat(case.parameter(_FORMAT_FROM))
    if case.get("format") != "fixed80" or day <= since:
        return NOTHING
    text = (
        f"The Part 17 file of {day} is in 80-character records; since {since} it must be FIXML with the elements of "
        "Appendix C. Make the file again in the new format."
    )
    return Answer((Finding(Action.FLAG, text),))


def _part_20(day: date, end: date) -> Answer:
    if day > end:
        return Answer(values={"task_created": False})
    text = f"A routine Part 20 position report is due for {day}. Such reports end on {end}."
    return Answer((Finding(Action.REPORT, text),), {"task_created": True})
