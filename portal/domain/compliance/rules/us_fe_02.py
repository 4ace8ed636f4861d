"""US-FE-02: sellers with market-based rates file a report every quarter, transactions or none."""

from datetime import date

from portal.domain.compliance.base import NOTHING, Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import BadCaseError
from portal.domain.compliance.working_days import WorkingDays

_DUE = "US-FE-02.eqr_due"


@compliance_rule(
    "US-FE-02",
    "Electric Quarterly Report",
    regimes=("US-FERC",),
    kinds=("report",),
    law="18 CFR 35.10b",
    trust="V",
    inputs={"report_type": "s(FERC-EQR)", "quarter": "s", "seller.mbr_authority": "b"},
    test="due 30 Apr, 31 Jul, 31 Oct, 31 Jan; on a weekend the next business day",
    actions=("report",),
    deadline="30 April, 31 July, 31 October, 31 January, or the next business day.",
    parameters=(_DUE,),
)
def check(case: Case) -> Answer:
    """Find the day on which the report of a quarter is due."""
    quarter = case["quarter"]
    due = due_day(quarter, case.parameter(_DUE), case.calendar)
    if not case["seller.mbr_authority"]:
        return NOTHING
    text = f"The Electric Quarterly Report of {quarter} is due by {due}. File it, also without transactions."
    return Answer((Finding(Action.REPORT, text, due=due),), {"due": due})


def due_day(quarter: str, days: dict[str, str], calendar: WorkingDays) -> date:
    """Return the day on which the report of a quarter such as ``2026-Q3`` is due.

    Raises
    ------
    BadCaseError
        The quarter is not written like that.
    """
    year, _, name = quarter.partition("-")
    if not year.isdigit() or name not in days:
        raise BadCaseError(f"'{quarter}' is not a quarter such as 2026-Q3.")
    month, day = (int(part) for part in days[name].split("-"))
    return calendar.rolled(date(int(year) + (name == "Q4"), month, day))
