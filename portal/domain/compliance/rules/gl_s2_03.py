"""GL-S2-03: evidence of a control is younger than the period in which it is to be done again."""

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.inputs import to_day


@compliance_rule(
    "GL-S2-03",
    "Age of evidence",
    regimes=("GLOBAL",),
    kinds=("event",),
    law="SOC 2 CC3, CC4, CC5, CC9.2, A1.2-A1.3, C1, PI1, P1-P8",
    trust="P",
    inputs={
        "event.type": "s(evidence)",
        "event.item": "s",
        "event.last_done": "d",
        "event.period_days": "i",
    },
    test="age in days is not below the period -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag evidence whose period is over."""
    done, period = to_day(case["event.last_done"]), int(case["event.period_days"])
    age = (case.day - done).days
    values = {"age_days": age}
    if age < period:
        return Answer(values=values)
    text = f"'{case['event.item']}' was last done on {done}, {age} days ago; its period is {period} days. Do it again."
    return Answer(
        (Finding(Action.FLAG, text, measured=float(age), limit=float(period), unit="days"),), values
    )
