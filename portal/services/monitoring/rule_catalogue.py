"""Alert rules as they stand: those that this release declares, and over them the versions that people wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.queries import alert_rules as queries
from data.queries.alert_rules import RuleRow
from data.session import UnitOfWork
from portal.core.errors import NotFound
from portal.domain.monitoring.rule_terms import Terms, read_terms
from portal.domain.monitoring.slo import DAY, HOUR

PREFIX = "rule."
"""An alert of the rule ``x`` is raised as ``rule.x``."""
GROUPS = {"service": "its service", "rule": "this rule", "subject": "nothing: each its own incident"}
SEVERITIES = ("info", "warning", "critical")
ANY = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule; ``version`` 0 is what this release declares. ``inhibited_by`` are codes of rules, or of other alerts."""

    code: str
    kind: str
    title: str
    service: str
    metric: str
    terms: Mapping[str, Any]
    severity: str = "warning"
    group_by: str = "service"
    inhibited_by: tuple[str, ...] = ()
    enabled: bool = True
    version: int = 0
    replay: Mapping[str, Any] = field(default_factory=dict)
    written_by: str = ""
    recorded_at: datetime | None = None

    @property
    def alert(self) -> str:
        """The rule under which its alerts are raised."""
        return f"{PREFIX}{self.code}"

    def read(self) -> Terms:
        """Return its terms, checked."""
        return read_terms(self.kind, self.terms)

    def inhibitors(self) -> tuple[str, ...]:
        """Return the rules of alerts while which it is silent; codes of rules have no dot, those of other alerts do."""
        return tuple(one if "." in one else f"{PREFIX}{one}" for one in self.inhibited_by)


def _fast(objective: str, service: str, title: str) -> Rule:
    return Rule(
        f"{objective}-burns-fast", "burn-rate", title, service, "",
        {"objective": objective, "windows": [[HOUR, 300, 14.4], [6 * HOUR, 1800, 6.0]], "least_events": 20},
        severity="critical",
    )  # fmt: skip


def _slow(objective: str, service: str, title: str) -> Rule:
    return Rule(
        f"{objective}-burns-slowly", "burn-rate", title, service, "",
        {"objective": objective, "windows": [[3 * DAY, 6 * HOUR, 1.0]], "least_events": 50},
        inhibited_by=(f"{objective}-burns-fast",),
    )  # fmt: skip


DECLARED = (
    _fast("availability", "web", "Too many requests fail"),
    _slow("availability", "web", "Requests fail more often than promised"),
    _fast("up", "web", "The portal keeps going down"),
    _fast("latency", "web", "Answers are slow"),
    _slow("latency", "web", "Answers are slower than promised"),
    _slow("jobs", "worker", "Jobs fail more often than promised"),
    _fast("database", "database", "The database keeps failing"),
    Rule(
        "disk-fills", "threshold", "The disk fills up", "disk", "host_disk_free_ratio",
        {"operator": "<", "level": 0.1, "clear_level": 0.15, "for_seconds": 120}, severity="critical",
    ),
    Rule(
        "memory-short", "threshold", "Memory runs short", "disk", "host_memory_used_ratio",
        {"operator": ">", "level": 0.95, "clear_level": 0.9, "for_seconds": 300},
    ),
    Rule(
        "processor-busy", "threshold", "The processor has no time left", "disk", "host_cpu_ratio",
        {"operator": ">", "level": 0.95, "clear_level": 0.85, "for_seconds": 1800, "keep_seconds": 300},
        severity="info",
    ),
    Rule(
        "locks-wait", "threshold", "Sessions wait for locks", "database", "pg_sessions_waiting_for_locks",
        {"operator": ">=", "level": 3, "clear_level": 1, "for_seconds": 120}, inhibited_by=("service.down",),
    ),
    Rule(
        "transaction-long", "threshold", "A transaction stays open", "database", "pg_longest_transaction_seconds",
        {"operator": ">", "level": 3600, "for_seconds": 60}, inhibited_by=("service.down",),
    ),
    Rule(
        "jobs-wait", "threshold", "Jobs wait too long", "worker", "enerscope_jobs_oldest_wait_seconds",
        {"operator": ">", "level": 900, "clear_level": 300}, inhibited_by=("service.down",),
    ),
    Rule(
        "host-silent", "absence", "The machine is not measured any more", "disk", "host_memory_used_ratio",
        {"level": 300},
    ),
    Rule(
        "requests-unusual", "anomaly", "Traffic is unusual for the time of the week", "web", "enerscope_requests_total",
        {"reading": "rate", "combine": "sum", "level": 8, "clear_level": 5, "for_seconds": 1800}, severity="info",
        inhibited_by=("service.down", "host-silent"), enabled=False,
    ),
)  # fmt: skip


def of_row(row: RuleRow) -> Rule:
    """Return a stored version."""
    given = {name: getattr(row, name) for name in Rule.__dataclass_fields__ if name != "inhibited_by"}
    return Rule(**given, inhibited_by=tuple(row.inhibited_by.get("rules", ())))


def rules(work: UnitOfWork, moment: datetime | None = None) -> dict[str, Rule]:
    """Return all rules by code as they stand or stood at ``moment``: what is declared, under what people wrote."""
    found = {one.code: one for one in DECLARED}
    found.update({row.code: of_row(row) for row in queries.rules(work.session, until=moment)})
    return found


def rule(work: UnitOfWork, code: str) -> Rule:
    """Return one rule, or raise :class:`NotFound`."""
    found = rules(work).get(code)
    if found is None:
        raise NotFound(f"There is no alert rule '{code[:64]}'.", rule=code)
    return found
