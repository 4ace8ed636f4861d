"""Alerts: what the portal tells people without being asked, once for each rule and subject until it is over.

A service that finds something calls :func:`raise_alert` in its own transaction, and :func:`clear` when it is over.
People see those of their permissions and their part of the tree (:func:`alerts`) and say that they have taken notice
(:func:`acknowledge`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from data.queries import alerts as queries
from data.queries.alerts import PORTFOLIO, AlertRow
from data.session import UnitOfWork
from data.writes import alerts as writes
from portal.core.actor import Actor
from portal.core.canonical import plain
from portal.core.errors import Conflict, NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.services import audit
from portal.services.monitoring import joining, telling
from portal.services.monitoring.events import Event
from portal.services.monitoring.sight import sight_of

Severity = Literal["info", "warning", "critical"]
ANSWERS = {
    Permission.RISK_READ: Permission.RISK_COMMENT,
    Permission.JOBS_READ: Permission.JOBS_MANAGE,
    Permission.FORECAST_READ: Permission.FORECAST_RUN,
    Permission.MARKET_READ: Permission.DATA_REPAIR,
    Permission.COMPLIANCE_READ: Permission.COMPLIANCE_DECIDE,
    Permission.MONITORING_READ: Permission.INCIDENT_ANSWER,
    Permission.SECURITY_READ: Permission.INCIDENT_ANSWER,
}
"""The right to acknowledge by the right to see; whoever only reads does not answer for the desk."""

RULES = {
    "audit.broken": "The audit log is not whole",
    "backup.failed": "A backup cannot be restored",
    "delivery.dead": "Messages of a channel do not arrive",
    "feed.late": "A feed is late",
    "packs.folder": "Packs do not reach their folder",
    "risk.grade-drop": "Confidence in a risk figure has dropped",
    "risk.limit-breach": "A limit is broken",
    "jobs.failed": "A scheduled job failed",
    "jobs.lost": "A job was lost",
    "forecast.drift": "A forecast drifts",
    "security.sign-in": "A sign-in is unusual",
    "service.down": "A service does not work",
}
"""Rules in words; one that is not here is shown by its code."""
RANKS = {"info": 0, "warning": 1, "critical": 2}
LONGEST = 64  # characters of a subject

__all__ = [
    "PORTFOLIO", "RULES", "Alert", "AlertRow", "acknowledge", "alerts", "clear", "cleared", "find_open", "open_at",
    "open_count", "open_of_rule", "raise_alert", "sight_of", "title_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as its reader sees it; ``may_acknowledge`` is the reader's right at this moment."""

    id: int
    rule: str
    rule_title: str
    subject: str
    severity: str
    title: str
    message: str
    link: str
    facts: Mapping[str, Any]
    raised_at: datetime
    acknowledged_by: str
    acknowledged_at: datetime | None
    cleared_at: datetime | None
    may_acknowledge: bool


def raise_alert(
    work: UnitOfWork, rule: str, subject: str, severity: Severity, title: str, message: str, link: str,
    permission: Permission, facts: Mapping[str, Any] | None = None,
) -> int:  # fmt: skip
    """Raise an alert, or renew the one that is open about the same; return its id.

    Parameters
    ----------
    work : UnitOfWork
        The transaction that found it, so that nobody is told of what was not stored.
    rule, subject : str
        What is looked after, such as ``risk.grade-drop``, and about what; up to 64 characters each.
    severity : str
        ``info``, ``warning`` or ``critical``. When it rises, the alert has to be acknowledged again.
    title, message : str
        A few words, and sentences that say what happened and what to do.
    link : str
        The page that shows it.
    permission : Permission
        The right without which it is not seen.
    facts : mapping
        What it rests on. ``portfolio`` names a node: who does not see that node does not see the alert.
    """
    before = find_open(work, rule, subject)
    alert_id, is_new = writes.raise_open(
        work.session, rule=rule, subject=subject[:LONGEST], severity=severity, title=title, message=message, link=link,
        permission=permission.value, facts=plain(dict(facts or {})),
    )  # fmt: skip
    is_worse = before is not None and RANKS[severity] > RANKS[before.severity]
    _follow(work, rule, subject, "raised" if is_new else "worse" if is_worse else "renewed")
    return alert_id


def clear(work: UnitOfWork, rule: str, subject: str) -> bool:
    """Say that what a rule found about a subject is over; return whether an alert was open."""
    _follow(work, rule, subject, "cleared")
    return writes.clear(work.session, rule, subject[:LONGEST])


def _follow(work: UnitOfWork, rule: str, subject: str, event: Event) -> None:
    """Let incidents and messages follow an open alert, in the transaction that raises or clears it."""
    alert = find_open(work, rule, subject)
    if alert is not None:
        joining.follow(work, alert, event)
        telling.follow(work, alert, event)


def find_open(work: UnitOfWork, rule: str, subject: str) -> AlertRow | None:
    """Return the open alert of a rule about a subject, whoever may see it; for the services that raise it."""
    return queries.open_of(work.session, rule, subject[:LONGEST])


def open_of_rule(work: UnitOfWork, rule: str) -> list[AlertRow]:
    """Return the open alerts of a rule, whoever may see them; for the services that raise them."""
    return queries.open_of_rule(work.session, rule)


def open_at(work: UnitOfWork, rule: str, moment: datetime) -> list[AlertRow]:
    """Return the alerts of a rule that were open at a moment, for the services that raise them."""
    return queries.open_at(work.session, rule, moment)


def acknowledge(alert_id: int, actor: Actor) -> Alert:
    """Note that ``actor`` has taken notice of an alert, and return it.

    Raises
    ------
    NotFound
        There is no such alert that the actor may see.
    NotPermitted
        They may see it, but not answer for it.
    Conflict
        Somebody has acknowledged it already, or it is over.
    """
    with UnitOfWork(write=True) as work:
        row = _visible(work, alert_id, actor)
        actor.require(answer_to(row.permission))
        if not writes.acknowledge(work.session, alert_id, actor.username):
            over = "It is over." if row.cleared_at else f"{row.acknowledged_by} has acknowledged it already."
            raise Conflict(f"{over} Nothing is left to acknowledge.", alert=alert_id)
        audit.note(work, actor, "alert.acknowledged", "alert", str(alert_id))
        joining.noticed(work, row, actor)
        return _view(_visible(work, alert_id, actor), actor)


def _visible(work: UnitOfWork, alert_id: int, actor: Actor) -> AlertRow:
    row = queries.by_id(work.session, alert_id, sight_of(actor))
    if row is None:
        raise NotFound(f"There is no alert {alert_id} that you may see.", alert=alert_id)
    return row


def alerts(actor: Actor) -> list[Alert]:
    """Return the open alerts that ``actor`` may see, the newest first."""
    with UnitOfWork() as work:
        return [_view(row, actor) for row in queries.open_alerts(work.session, sight_of(actor))]


def cleared(actor: Actor, query: GridQuery) -> tuple[list[Alert], int]:
    """Return a page of the alerts that are over, the newest first, and how many there are."""
    with UnitOfWork() as work:
        rows, total = queries.cleared(work.session, sight_of(actor), query)
    return [_view(row, actor) for row in rows], total


def open_count(actor: Actor) -> int:
    """Return how many open alerts ``actor`` may see."""
    with UnitOfWork() as work:
        return queries.count_open(work.session, sight_of(actor))


def answer_to(permission: str) -> Permission:
    """Return the right to acknowledge an alert that is seen with ``permission``."""
    seen = Permission(permission)
    return ANSWERS.get(seen, seen)


def title_of(row: AlertRow) -> str:
    """Return the rule of an alert in words: a rule that people wrote gives its title with the alert."""
    return RULES.get(row.rule) or str(row.facts.get("rule_title") or row.rule)


def _view(row: AlertRow, actor: Actor) -> Alert:
    waits = row.cleared_at is None and row.acknowledged_at is None
    return Alert(
        row.id, row.rule, title_of(row), row.subject, row.severity, row.title, row.message,
        row.link, row.facts, row.raised_at, row.acknowledged_by or "", row.acknowledged_at, row.cleared_at,
        may_acknowledge=waits and actor.can(answer_to(row.permission)),
    )  # fmt: skip
