"""UK-MA-01: suspicion in allowances or futures of a UK venue is reported the same day."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day, to_moment

_NAMES = {"UKA": "UK allowances", "UK_FUTURE": "futures on a UK venue"}


@compliance_rule(
    "UK-MA-01",
    "Suspicious transaction report (UK)",
    regimes=("UK-MAR",),
    kinds=("event",),
    law="UK MAR (Reg. (EU) 596/2014 as retained) Art. 16(2)",
    trust="S",
    inputs={
        "event.type": "s(suspicion)",
        "event.instrument": "s(UKA,UK_FUTURE)",
        "event.aware_at": "d",
    },
    test="suspicion in UKA or in power or gas futures on a UK venue -> report the same day (house value)",
    deadline="without delay; the same day (house value)",
    actions=("report",),
)
def check(case: Case) -> Answer:
    """Ask for the report on the day, in London, on which the suspicion arose."""
    due = _london_day(case["event.aware_at"])
    return Answer(
        (
            Finding(
                Action.REPORT,
                f"Report the suspicion in {_NAMES[case['event.instrument']]} to the FCA by {due}.",
                due=due,
            ),
        ),
        {"due": due},
    )


def _london_day(value: str | date | datetime) -> date:
    """Return a day as it is, and the day in London of a moment."""
    is_day = len(value) == len("2026-06-08") if isinstance(value, str) else not isinstance(value, datetime)
    return to_day(value) if is_day else to_moment(value).astimezone(ZoneInfo("Europe/London")).date()
