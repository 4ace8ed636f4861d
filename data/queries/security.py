"""Reads for Monitoring > Security: tries to sign in, sessions, what was refused, changes of rights, events.

Only people with the right to it get here; the callers check it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, or_, select, union_all
from sqlalchemy.orm import Session

from data.models.access import LoginAttempt, User, UserSession
from data.models.audit import AuditEntry
from data.models.operations import SecurityEvent

RIGHTS = ("user.created", "user.disabled", "user.enabled", "user.roles-changed", "user.portfolios-changed")
"""Actions of the audit log that change what somebody may do."""


@dataclass(frozen=True, slots=True)
class TryRow:
    """One try to sign in; ``agent`` is that of the session that it opened, "" for a failure."""

    username: str
    address: str
    at: datetime
    succeeded: bool
    agent: str


@dataclass(frozen=True, slots=True)
class LiveRow:
    """A session that has not ended. ``handle`` names it without being the token."""

    handle: str
    username: str
    address: str
    agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that a browser, a scanner or a rule told, ``count`` times."""

    id: int
    kind: str
    at: datetime
    last_at: datetime
    username: str | None
    severity: str
    message: str
    facts: dict[str, Any]
    count: int


@dataclass(frozen=True, slots=True)
class NotedRow:
    """An entry of the audit log."""

    seq: int
    at: datetime
    actor_ref: str
    action: str
    object_kind: str
    object_ref: str
    outcome: str


HANDLE = 12
"""Characters of a session's hash that name it to people."""


def tries(session: Session, *, since: datetime, until: datetime) -> list[TryRow]:
    """Return the tries to sign in after ``since``, oldest first; a success carries the browser of its session."""
    opened = (
        select(UserSession.agent, UserSession.address, UserSession.created_at, User.username)
        .join(User, User.id == UserSession.user_id)
        .subquery()
    )
    agent = (
        select(opened.c.agent)
        .where(
            LoginAttempt.succeeded,
            opened.c.username == LoginAttempt.username,
            opened.c.address == LoginAttempt.address,
            opened.c.created_at >= LoginAttempt.at - func.make_interval(0, 0, 0, 0, 0, 0, 5),
            opened.c.created_at <= LoginAttempt.at + func.make_interval(0, 0, 0, 0, 0, 0, 5),
        )
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            LoginAttempt.username,
            LoginAttempt.address,
            LoginAttempt.at,
            LoginAttempt.succeeded,
            func.coalesce(agent, ""),
        )
        .where(LoginAttempt.at > since, LoginAttempt.at <= until)
        .order_by(LoginAttempt.at, LoginAttempt.id)
    )
    return [TryRow(*row) for row in rows]


def hours(session: Session, *, since: datetime, until: datetime) -> list[tuple[datetime, int, int, int]]:
    """Return for each hour how many tries succeeded, failed, and were blocked without being looked at."""
    hour = func.date_trunc("hour", LoginAttempt.at)
    tried = select(
        hour.label("hour"),
        case((LoginAttempt.succeeded, 1), else_=0).label("good"),
        case((LoginAttempt.succeeded, 0), else_=1).label("bad"),
        (LoginAttempt.id * 0).label("blocked"),
    ).where(LoginAttempt.at > since, LoginAttempt.at <= until)
    blocked = select(
        func.date_trunc("hour", AuditEntry.at),
        AuditEntry.seq * 0,
        AuditEntry.seq * 0,
        AuditEntry.seq * 0 + 1,
    ).where(AuditEntry.action == "login.blocked", AuditEntry.at > since, AuditEntry.at <= until)
    both = union_all(tried, blocked).subquery()
    rows = session.execute(
        select(both.c.hour, *(func.sum(both.c[name]) for name in ("good", "bad", "blocked")))
        .group_by(both.c.hour)
        .order_by(both.c.hour)
    )
    return [(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows]


def live_sessions(session: Session, *, moment: datetime, idle: timedelta) -> list[LiveRow]:
    """Return the sessions that were good at ``moment`` as far as their rows still tell, the one used last first."""
    rows = session.execute(
        select(
            func.left(UserSession.token_hash, HANDLE),
            User.username,
            UserSession.address,
            UserSession.agent,
            UserSession.created_at,
            UserSession.last_seen_at,
            UserSession.expires_at,
        )
        .join(User, User.id == UserSession.user_id)
        .where(
            UserSession.created_at <= moment,
            or_(UserSession.revoked_at.is_(None), UserSession.revoked_at > moment),
            UserSession.expires_at > moment,
            UserSession.last_seen_at > moment - idle,
            User.is_active,
        )
        .order_by(UserSession.last_seen_at.desc())
    )
    return [LiveRow(*row) for row in rows]


def noted(
    session: Session, *, actions: tuple[str, ...], since: datetime, until: datetime, limit: int = 1000
) -> list[NotedRow]:
    """Return the newest entries of the audit log with one of ``actions``."""
    columns = (
        AuditEntry.seq, AuditEntry.at, AuditEntry.actor_ref, AuditEntry.action, AuditEntry.object_kind,
        AuditEntry.object_ref, AuditEntry.outcome,
    )  # fmt: skip
    rows = session.execute(
        select(*columns)
        .where(AuditEntry.action.in_(actions), AuditEntry.at > since, AuditEntry.at <= until)
        .order_by(AuditEntry.seq.desc())
        .limit(limit)
    )
    return [NotedRow(*row) for row in rows]


def events(session: Session, *, kinds: tuple[str, ...], since: datetime, until: datetime) -> list[EventRow]:
    """Return the events of some kinds that were told after ``since``, the newest first."""
    columns = tuple(getattr(SecurityEvent, name) for name in EventRow.__dataclass_fields__)
    rows = session.execute(
        select(*columns)
        .where(SecurityEvent.kind.in_(kinds), SecurityEvent.last_at > since, SecurityEvent.at <= until)
        .order_by(SecurityEvent.last_at.desc(), SecurityEvent.id.desc())
    )
    return [EventRow(*row) for row in rows]


def has_event(session: Session, *, key: str) -> bool:
    """Return whether an event of a key has been told."""
    return session.scalar(select(SecurityEvent.id).where(SecurityEvent.key == key)) is not None


def count_recent(session: Session, *, kind: str, since: datetime) -> int:
    """Return how many different events of a kind were first told after ``since``."""
    statement = select(func.count()).where(SecurityEvent.kind == kind, SecurityEvent.at > since)
    return int(session.scalar(statement.select_from(SecurityEvent)) or 0)
