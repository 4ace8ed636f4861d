"""What tests of messages share: people, alerts, the outbox as it stands."""

from typing import Any

from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Permission, Role
from portal.services import access
from portal.services.monitoring import alerts, channels
from portal.services.monitoring.channels import Wishes

PASSWORD = "four unrelated Words, here"


def person(name: str, role: Role, *books: str) -> Actor:
    """Add a user who sees ``books``, and return who they are."""
    user_id = access.create_user(name, name.title(), PASSWORD, frozenset({role}), portfolios=frozenset(books))
    return Actor(user_id, name, name.title(), frozenset({role}), frozenset(books))


def raise_one(
    rule: str = "jobs.lost", subject: str = "risk.run", severity: str = "warning", **more: Any
) -> int:
    """Raise an alert that operations may see."""
    given = {
        "title": "A job was lost", "message": "It died twice.", "link": "/monitoring/jobs",
        "permission": Permission.JOBS_READ, "facts": {},
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        return alerts.raise_alert(work, rule, subject, severity, **(given | more))


def clear_one(rule: str = "jobs.lost", subject: str = "risk.run") -> None:
    """Say that it is over."""
    with UnitOfWork(write=True) as work:
        alerts.clear(work, rule, subject)


def rows() -> list[Any]:
    """Return the outbox by id."""
    with UnitOfWork() as work:
        return list(
            work.session.execute(
                text(
                    "SELECT d.*, c.username FROM deliveries d JOIN channels c ON c.id = channel_id ORDER BY d.id"
                )
            )
        )


def tries() -> list[tuple[int, str, str]]:
    """Return the attempts by id: number, outcome, error."""
    with UnitOfWork() as work:
        found = work.session.execute(
            text("SELECT attempt, outcome, error FROM delivery_attempts ORDER BY id")
        )
        return [(row[0], row[1], row[2]) for row in found]


def make_due() -> None:
    """Let the pause of everything that waits be over."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("UPDATE deliveries SET not_before = clock_timestamp() WHERE state = 'waiting'")
        )


def make_old(seconds: float = 1000.0) -> None:
    """Let what is claimed have been claimed long ago."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "UPDATE deliveries SET claimed_at = claimed_at - make_interval(secs => :s) WHERE state = 'sending'"
            ),
            {"s": seconds},
        )


def mail_of(actor: Actor, **wishes: Any) -> int:
    """Add an e-mail channel."""
    return channels.add("mail", f"{actor.username}@example.com", Wishes(**wishes), actor)
