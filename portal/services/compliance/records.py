"""What is kept of a verdict: a record for each rule that fired, and for each blocking one that lacked facts.

API: ``Subject``, ``Found``, ``findings(subject, verdict)``.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.domain.compliance.base import Rule
from portal.domain.compliance.engine import GAP, Fired, Verdict
from portal.domain.compliance.inputs import look_up
from portal.domain.compliance.parameters import Parameter
from portal.domain.compliance.working_days import end_of

BLOCK, FLAG, REPORT, GAP_ACTION = "block", "flag", "report", "gap"
SEVERITY = {BLOCK: "high", FLAG: "medium", GAP_ACTION: "low"}
"""Of the case that a record opens, by its action."""
CRITICAL = frozenset({"GL-SN-01", "GL-SN-02", "GL-SN-04", "GL-SN-05", "ME-AD-05"})
"""Rules whose block is about sanctions, which cannot wait."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a verdict is about."""

    kind: str
    ref: str
    event_on: date
    trade_id: int | None = None
    trade_version: int | None = None
    portfolio_id: int | None = None
    counterparty_id: int | None = None


@dataclass(slots=True)
class Found:
    """One record before it is stored; ``inputs``, ``values`` and ``parameters`` are JSON texts."""

    fingerprint: str
    rule: str
    rule_version: int
    regime: str
    action: str
    subject: Subject
    due_at: datetime | None
    message: str
    measured: float | None
    limit: float | None
    unit: str | None
    inputs: str
    values: str
    parameters: str
    title: str

    @property
    def severity(self) -> str:
        """Severity of the case that it opens."""
        if self.action == BLOCK and self.rule in CRITICAL:
            return "critical"
        return SEVERITY.get(self.action, "low")


def findings(subject: Subject, facts: Mapping[str, Any], verdict: Verdict) -> Iterator[Found]:
    """Yield the records of a verdict."""
    for fired in verdict.fired:
        yield _found(subject, facts, fired, verdict.regimes)


def _found(subject: Subject, facts: Mapping[str, Any], fired: Fired, regimes: frozenset[str]) -> Found:
    rule, finding = fired.rule, fired.finding
    action = GAP_ACTION if finding.extra.get("reason") == GAP else finding.action.value
    inputs = text(inputs_of(rule, facts))
    code = fired.code
    key = f"{code}|{rule.version}|{subject.kind}|{subject.ref}|{subject.event_on}|{action}|{inputs}"
    regime = next((name for name in rule.regimes if name in regimes), rule.regimes[0])
    return Found(
        hashlib.sha256(key.encode()).hexdigest(), code, rule.version, regime, action, subject,
        _moment(finding.due, regime), finding.message, finding.measured, finding.limit, finding.unit or None, inputs,
        text({**fired.values, **finding.extra}) if fired.values or finding.extra else "{}",
        text({name: _parameter(item) for name, item in fired.parameters.items()}) if fired.parameters else "{}",
        rule.title,
    )  # fmt: skip


def inputs_of(rule: Rule, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a rule declares and that are there, by path."""
    found = {}
    for fact in rule.inputs.facts:
        try:
            found[fact.path] = look_up(facts, fact.path)
        except KeyError:
            continue
    return found


def text(value: Any) -> str:
    """Return a value as JSON whose keys are in order."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return str(value)


def _moment(due: date | datetime | None, regime: str) -> datetime | None:
    if due is None or isinstance(due, datetime):
        return due
    return end_of(due, regime)


def _parameter(item: Parameter) -> dict[str, Any]:
    return {
        "value": item.value, "unit": item.unit, "valid_from": item.valid_from, "valid_to": item.valid_to,
        "source": item.source, "trust": item.trust, "changed_by": item.changed_by,
    }  # fmt: skip
