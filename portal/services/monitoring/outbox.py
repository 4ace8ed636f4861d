"""The outbox: messages that wait in the database until a sender takes them, written with what they tell of.

Whatever writes here is told exactly when its transaction commits. :func:`put` is for services with a message of their
own, such as a report file; alerts come through :mod:`portal.services.monitoring.telling`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from data.queries.deliveries import ChannelRow, Person
from data.session import UnitOfWork
from data.writes import deliveries as writes
from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.domain.monitoring.quiet import clock_time, quiet_until

TEST = "test:"
"""How the keys of test messages begin; they are sent in quiet hours too."""


def put(
    work: UnitOfWork, channel_id: int, key: str, subject: str, message: str, *,
    alert_id: int | None = None, attachment: Mapping[str, Any] | None = None, not_before: datetime | None = None,
) -> int | None:  # fmt: skip
    """Write one message to one channel, and return its id; None when ``key`` was written before.

    Parameters
    ----------
    work : UnitOfWork
        The transaction that has something to tell.
    channel_id : int
        Where it goes; whether its owner may still read it is asked again when it is sent.
    key : str
        What makes it the same message, such as ``report:5:12``; up to 64 characters. Nothing is told twice.
    subject, message : str
        One line, and sentences.
    alert_id : int, optional
        The alert that it tells of: without the right to see that one it is not sent.
    attachment : mapping, optional
        What to attach, as :mod:`portal.services.monitoring.attachments` reads it, such as ``{"report": 5}``.
    not_before : datetime, UTC, optional
        When it may be sent; None means at once.
    """
    row = {
        "key": key, "channel_id": channel_id, "alert_id": alert_id, "subject": subject, "message": message,
        "attachment": dict(attachment or {}), "not_before": not_before,
    }  # fmt: skip
    made = writes.put(work.session, [row])
    return made[0] if made else None


def actor_of(person: Person) -> Actor:
    """Return the actor that a person is at this moment."""
    known = {role.value for role in Role}
    roles = frozenset(Role(role) for role in person.roles & known)
    return Actor(person.user_id, person.username, person.name, roles, person.portfolios)


def held_until(channel: ChannelRow, severity: str, moment: datetime) -> datetime | None:
    """Return until when the quiet hours of a channel hold a message; None when it may be sent."""
    if not channel.quiet_from or not channel.quiet_to:
        return None
    if severity == "critical" and channel.severities.get("wakes", False):
        return None
    begin, end = clock_time(channel.quiet_from), clock_time(channel.quiet_to)
    return quiet_until(moment, begin, end, ZoneInfo(channel.timezone))
