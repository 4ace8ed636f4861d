"""EU-RM-05: unavailability of plant is published in time, on a platform for inside information."""

from datetime import datetime
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day, to_moment

MIN_MW = "EU-RM-05.min_mw"
MAX_DELAY = "EU-RM-05.max_delay_min"


@compliance_rule(
    "EU-RM-05",
    "Publication of inside information",
    regimes=("EU-REMIT", "UK-REMIT"),
    kinds=("event",),
    law="Reg. (EU) 1227/2011 Art. 4(1)",
    trust="V",
    inputs={
        "event.type": "s(unavailability)",
        "event.asset": "s",
        "event.mw": "n",
        "event.decided_at": "t",
        "event.published_at": "t!",
        "event.channel": "s(IIP,WEBSITE)",
    },
    test="|MW| >= 100 and (not published, or not on a platform, or published_at - decided_at > 60 min) -> report, flag",
    deadline="60 minutes (house value)",
    actions=("flag", "report"),
    parameters=(MIN_MW, MAX_DELAY),
)
def check(case: Case) -> Answer:
    """Flag an unavailability that is not public, not on a platform, or was public too late."""
    event, day = case["event"], to_day(case["event.decided_at"])
    floor, allowed = case.parameter(MIN_MW, day), case.parameter(MAX_DELAY, day)
    delay = _delay(case, event)
    values = {} if delay is None else {"delay_min": delay}
    size = abs(event["mw"])
    published = event["published_at"] is not None
    on_platform = event["channel"] == "IIP"
    if size < floor or (published and on_platform and delay is not None and delay <= allowed):
        return Answer(values=values)
    if not published:
        found = "is not published"
    elif not on_platform:
        found = "is published on a web site, not on a platform for inside information"
    else:
        found = (
            f"was published {delay:,.4g} minutes after it was decided, later than the {allowed:,.0f} allowed"
        )
    text = f"{event['asset']}: the unavailability of {size:,.0f} MW of {event['decided_at']} {found}."
    return Answer(
        (
            Finding(
                Action.FLAG,
                f"{text} Who knows of it may not trade the product until it is public.",
                measured=delay,
                limit=None if delay is None else float(allowed),
                unit="min",
            ),
            Finding(Action.REPORT, f"{text} Publish it on the platform, or record why it was late.", due=day),
        ),
        values,
    )


def _delay(case: Case, event: Any) -> float | None:
    """Return minutes from the decision to the publication, else to now; None when now is only a day."""
    start, end = to_moment(event["decided_at"]), event["published_at"]
    if end is not None:
        return (to_moment(end) - start).total_seconds() / 60.0
    if isinstance(case.as_of, datetime) and case.as_of >= start:
        return (case.as_of - start).total_seconds() / 60.0
    return None
