"""Rules and what they found, in words."""

from math import isfinite

from portal.domain.monitoring.rule_terms import COMBINE, DIRECTIONS, Terms
from portal.services.monitoring.objectives import Objective
from portal.services.monitoring.rule_catalogue import Rule

_UNITS = (("_seconds", " s"), ("_bytes", " bytes"), ("_ratio", ""))
_BINARY = ((2**40, "TiB"), (2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


def duration(seconds: float) -> str:
    """Return a time as people say it: 90 s, 5 min, 6 h, 3 days."""
    for size, unit in ((86_400.0, "day"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= size and seconds % size == 0:
            count = seconds / size
            return f"{count:g} {unit}{'s' if unit == 'day' and count != 1 else ''}"
    if seconds >= 7_200:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.3g} min" if seconds >= 120 else f"{seconds:g} s"


def measure(metric: str, value: float, *, rate: bool = False) -> str:
    """Return a value of a metric with its unit, which ends its name."""
    if not isfinite(value):
        return "unknown"
    if rate:
        return f"{value:,.3g} /s"
    if metric.endswith("_ratio"):
        return f"{value:.1%}".replace("%", " %")
    if metric.endswith("_bytes"):
        for size, unit in _BINARY:
            if abs(value) >= size:
                return f"{value / size:,.1f} {unit}"
    unit = next((unit for end, unit in _UNITS if metric.endswith(end)), "")
    return f"{value:,.4g}{unit}"


def condition(rule: Rule, terms: Terms, objective: Objective | None) -> str:
    """Return when a rule fires, in a sentence without its end."""
    held = f" for {duration(terms.for_seconds)}" if terms.for_seconds else ""
    if terms.kind == "absence":
        return f"no sample of {rule.metric} for {duration(terms.level)}{held}"
    if terms.kind == "burn-rate":
        pairs = " or ".join(
            f"{one.factor:g}× over {duration(one.long_seconds)} and {duration(one.short_seconds)}"
            for one in terms.windows
        )
        named = objective.title if objective else terms.objective
        return f"the error budget of '{named}' burns faster than {pairs}{held}"
    read = (
        f"the increase per second of {rule.metric} ({duration(terms.window_seconds)})"
        if terms.reading == "rate"
        else rule.metric
    )
    added = f", {COMBINE['sum']}," if terms.combine == "sum" else ""
    if terms.kind == "anomaly":
        season = "week" if terms.season.seconds > 86_400 else "day"
        return (
            f"{read}{added} is {DIRECTIONS[terms.direction]} for the time of the {season}: "
            f"more than {terms.level:g} robust standard deviations from the median of "
            f"{terms.season.past} {season}s{held}"
        )
    level = measure(rule.metric, terms.level, rate=terms.reading == "rate")
    return f"{read}{added} {terms.operator} {level}{held}"


def recovery(rule: Rule, terms: Terms) -> str:
    """Return when a rule is over, in a sentence without its end."""
    kept = f" for {duration(terms.keep_seconds)}" if terms.keep_seconds else ""
    if terms.kind == "absence":
        return f"a sample comes{kept}"
    if terms.kind == "burn-rate":
        return f"one window of each pair burns more slowly{kept}"
    if terms.kind == "anomaly":
        return f"the score is at most {terms.clear_level:g}{kept}"
    return f"no more {terms.operator} {measure(rule.metric, terms.clear_level, rate=terms.reading == 'rate')}{kept}"


def told(rule: Rule, terms: Terms, objective: Objective | None, subject: str, reading: float) -> str:
    """Return what an alert says: what was found, and when it fires."""
    fires = condition(rule, terms, objective)
    if terms.kind == "absence":
        found = (
            f"The newest sample of {subject} is {duration(round(reading))} old." if isfinite(reading) else ""
        )
    elif terms.kind == "burn-rate":
        found = f"It burns at {reading:.2g} times the level of the alert." if isfinite(reading) else ""
    elif terms.kind == "anomaly":
        found = (
            f"{subject} is {reading:.1f} robust standard deviations from what is usual."
            if isfinite(reading)
            else ""
        )
    else:
        found = f"{subject} reads {measure(rule.metric, reading, rate=terms.reading == 'rate')}."
    return f"{found} The rule fires when {fires}.".strip()
