"""One door for compliance cases: ``evaluate(case)`` asks the product's engine and shapes its answer.

A case is as ``cases_public.json`` describes it: ``input``, ``as_of``, ``calendar`` and, sometimes, ``params``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.domain.compliance.base import Case
from portal.domain.compliance.engine import Verdict
from portal.domain.compliance.engine import evaluate as ask
from portal.domain.compliance.inputs import to_day, to_moment
from portal.domain.compliance.parameters import shipped
from portal.domain.compliance.working_days import WorkingDays

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def evaluate(case: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"decision", "fires", "not_evaluated", "values"}`` of one case."""
    as_of = str(case["as_of"])
    calendar = case.get("calendar") or {}
    question = Case(
        case["input"],
        to_day(as_of) if len(as_of) == len("2026-06-08") else to_moment(as_of),
        shipped().with_overrides(case.get("params") or {}),
        WorkingDays(
            frozenset(_DAYS.index(day[:3]) for day in calendar.get("weekend", ("Sat", "Sun"))),
            frozenset(date.fromisoformat(day) for day in calendar.get("holidays", ())),
        ),
    )
    return shape(ask(question))


def shape(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain values."""
    return {
        "decision": verdict.decision,
        "fires": [
            {"rule": item.code, "action": item.finding.action.value, "message": item.finding.message}
            | {key: _plain(value) for key, value in item.finding.extra.items()}
            | ({"due": _plain(item.finding.due)} if item.finding.due else {})
            for item in verdict.fired
        ],
        "not_evaluated": [item.rule.code for item in verdict.skipped],
        "values": {key: _plain(value) for key, value in verdict.values.items()},
    }


def _plain(value: Any) -> Any:
    if hasattr(value, "hour"):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return value
