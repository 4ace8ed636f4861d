"""What the rules say of requests of persons: the deadline of an answer, and what of their data may go.

API: ``deadline``, ``Kept``, ``divide``. What a rule could not judge is never erased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.core.errors import DomainError
from portal.domain.compliance.base import Action, Case, all_rules
from portal.domain.compliance.engine import Verdict, evaluate
from portal.domain.compliance.parameters import Parameters
from portal.domain.compliance.record_classes import RecordClass
from portal.domain.compliance.retention import DUTIES, PARAMETER, Retention, retention
from portal.domain.compliance.working_days import WorkingDays, end_of

ERASURE, ACCESS = "erasure", "access"


@dataclass(frozen=True, slots=True)
class Held:
    """A class of a person's records, as the rules read it."""

    record_class: RecordClass
    newest: date | None
    contract_end: date | None
    holds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the rules say of a class: whether it must be kept, until when and why."""

    keep: bool
    until: date | None
    reason: str
    rules: tuple[str, ...]


def deadline(kind: str, received_on: date, *, extended: bool, parameters: Parameters, day: date) -> datetime:
    """Return when a request is to be answered by GL-GD-01: the end of that day.

    Raises
    ------
    DomainError
        The rule could not be asked.
    """
    facts = {
        "kind": "event",
        "event": {
            "type": f"gdpr_{kind}",
            "received_at": received_on.isoformat(),
            "extended": extended,
        },
    }
    verdict = _ask("GL-GD-01", facts, parameters, day)
    due = verdict.values.get("due")
    if not isinstance(due, date):
        raise DomainError(f"The deadline of the request is not known: {_gap(verdict)}")
    return end_of(due, "EU")


def divide(held: Sequence[Held], parameters: Parameters, day: date) -> dict[str, Kept]:
    """Return for each class, by its code, whether it may be erased on ``day`` by GL-GD-02 and GL-RT-01."""
    data = [_fact(item) for item in held]
    facts = {"kind": "event", "event": {"type": "gdpr_erasure", "data": data}}
    verdict = _ask("GL-GD-02", facts, parameters, day)
    may_go = frozenset(verdict.values.get("erase", ())) if "GL-GD-02" in verdict.asked else frozenset()
    gap = "" if "GL-GD-02" in verdict.asked else _gap(verdict)
    return {item.record_class.code: _kept(item, may_go, gap, parameters, day) for item in held}


def _fact(item: Held) -> dict[str, Any]:
    return {
        "class": item.record_class.code,
        "regimes": list(item.record_class.regimes),
        "created": item.newest.isoformat() if item.newest else None,
        "contract_end": item.contract_end.isoformat() if item.contract_end else None,
    }


def _kept(item: Held, may_go: frozenset[str], gap: str, parameters: Parameters, day: date) -> Kept:
    """Put together what both rules say; a class goes only when both let it."""
    created = item.newest or day
    record = {**_fact(item), "created": created.isoformat(), "legal_hold": bool(item.holds)}
    verdict = _ask("GL-RT-01", {"kind": "deletion", "record": record}, parameters, day)
    blocked = [fired.finding.message for fired in verdict.fired if fired.finding.action is Action.BLOCK]
    unjudged = "" if "GL-RT-01" in verdict.asked else _gap(verdict)
    until = end_of_class(item, parameters).end
    if item.holds:
        numbers = ", ".join(map(str, item.holds))
        return Kept(True, None, f"{blocked[0] if blocked else unjudged} (hold {numbers})", ("GL-RT-01",))
    if gap or unjudged:
        return Kept(
            True, until, f"Not erased, because a rule could not be asked: {gap or unjudged}", ("GL-GD-02",)
        )
    rules = tuple(
        rule
        for rule, says in (("GL-GD-02", item.record_class.code not in may_go), ("GL-RT-01", bool(blocked)))
        if says
    )
    if not rules:
        return Kept(False, until, "No duty to keep it is running.", ("GL-GD-02", "GL-RT-01"))
    return Kept(True, until, blocked[0] if blocked else "A duty to keep it is running.", rules)


def end_of_class(item: Held, parameters: Parameters) -> Retention:
    """Return until when the newest row of a class must be kept."""
    if not item.record_class.regimes or item.newest is None:
        return Retention(None, "", False)
    years: Mapping[str, float] = parameters.in_force(PARAMETER, item.newest).value
    return retention(item.record_class.regimes, item.newest, item.contract_end, years)


def duties(record_class: RecordClass) -> str:
    """Return which laws keep a class, in words."""
    return "; ".join(DUTIES[code].law for code in record_class.regimes) or "none"


def _ask(code: str, facts: Mapping[str, Any], parameters: Parameters, day: date) -> Verdict:
    case = Case(facts, day, parameters, WorkingDays())
    return evaluate(case, rules=[all_rules()[code]])


def _gap(verdict: Verdict) -> str:
    return " ".join(item.reason for item in verdict.skipped) or "the rule was not asked."
