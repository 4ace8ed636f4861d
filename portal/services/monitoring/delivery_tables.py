"""Monitoring > Alerts: the messages that were written, how they stand, and sending one again.

Everybody sees their own. Whoever watches the platform also sees those of others about alerts that they may see, and of
messages about something else that there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import deliveries as queries
from data.queries.deliveries import AttemptRow, Seen, SentRow
from data.session import UnitOfWork
from data.writes import deliveries as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import Conflict, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Column, GridQuery, Table
from portal.domain.monitoring import deliveries
from portal.services import audit
from portal.services.monitoring.channel_kinds import KINDS
from portal.services.monitoring.sight import sight_of

PATH = "/monitoring/alerts"
HIDDEN = "A message to somebody else"
COLUMNS = (
    Column("recorded_at", "Written", "moment"),
    Column("state", "State", "badge"),
    Column("subject", "Message", link="link"),
    Column("to", "To", sortable=False),
    Column("attempt", "Attempts", sortable=False, room=PHONE),
    Column("next", "Next attempt or arrival", "moment", sortable=False, room=PHONE),
    Column("error", "Why", sortable=False, room=PHONE),
    Column("id", "Number", room=LAPTOP),
    Column("link", "Address", hidden=True),
)
WORDS = {
    "waiting": "waiting",
    "sending": "sending",
    "sent": "arrived",
    "dead": "given up",
    "dropped": "not sent",
}
"""States in the words of the page."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of messages at ``moment``; None where there is none."""

    moment: datetime
    under_way: int
    given_up: int
    arrived: int
    first_time: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Message:
    """A message as its reader sees it, with its attempts."""

    id: int
    subject: str
    text: str
    to: str
    state: str
    words: str
    attempt: int
    most_attempts: int
    error: str
    written_at: datetime
    not_before: datetime
    sent_at: datetime | None
    attachment: Mapping[str, object]
    may_retry: bool
    attempts: tuple[AttemptRow, ...] = ()


def seen_by(actor: Actor) -> Seen:
    """Return whose messages an actor sees."""
    watches = actor.can(Permission.MONITORING_READ)
    return Seen(actor.username, sight_of(actor) if watches else None)


def figures(actor: Actor) -> Figures:
    """Return the figures of this moment."""
    actor.require(Permission.SIGNED_IN)
    moment = clock.now()
    with UnitOfWork() as work:
        since = moment - timedelta(hours=deliveries.WINDOW_HOURS)
        rows = queries.counted(work.session, seen_by(actor), since=since, until=moment)
    states, sent, attempts = (
        [row.state for row in rows],
        [row.sent_at for row in rows],
        [row.attempt for row in rows],
    )
    return Figures(
        moment,
        deliveries.under_way(states),
        deliveries.given_up(states),
        deliveries.arrived(sent, moment),
        deliveries.first_time_share(sent, attempts, moment),
        deliveries.typical_seconds([row.not_before for row in rows], sent, attempts, moment),
    )


def table(query: GridQuery, actor: Actor) -> Table:
    """Return a page of the messages that the actor sees, the newest first."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        found, total = queries.sent_page(work.session, seen_by(actor), query)
    return Table(COLUMNS, [_cells(row) for row in found], total)


def _cells(row: SentRow) -> tuple[str | datetime | None, ...]:
    coming = row.not_before if row.state == "waiting" else row.sent_at
    return (
        row.recorded_at, WORDS[row.state], _subject(row), _to(row), str(row.attempt), coming, row.error,
        str(row.id), f"{PATH}?message={row.id}",
    )  # fmt: skip


def one(delivery_id: int, actor: Actor) -> Message:
    """Return a message with its attempts.

    Raises
    ------
    NotFound
        There is none of that number that the actor may see.
    """
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        return _message(work, _found(work, delivery_id, actor), actor)


def given_up(actor: Actor, *, limit: int = 10) -> list[Message]:
    """Return the newest messages that were given up."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        rows = queries.dead_ones(work.session, seen_by(actor), limit=limit)
        return [_message(work, row, actor) for row in rows]


def retry(delivery_id: int, actor: Actor) -> Message:
    """Have a message that was given up sent again, from its first attempt on.

    Raises
    ------
    NotFound
        There is none of that number that the actor may see.
    NotPermitted
        It is another person's, and the actor does not answer for the platform.
    Conflict
        It is not given up: it waits, is being sent, or has arrived.
    """
    with UnitOfWork(write=True) as work:
        row = _found(work, delivery_id, actor)
        if not _may_retry(row, actor):
            raise NotPermitted(
                f"This message goes to somebody else. To send it again needs the right '{Permission.INCIDENT_ANSWER}'."
            )
        if not writes.revive(work.session, delivery_id):
            raise Conflict(
                f"Message {delivery_id} is {WORDS[row.state]}; only one that was given up is sent again."
            )
        audit.note(work, actor, "delivery.retried", "delivery", str(delivery_id), {"attempts": row.attempt})
        return _message(work, _found(work, delivery_id, actor), actor)


def signature(actor: Actor) -> list[str]:
    """Return what changes when a message is written or moves on; only the newest are looked at."""
    with UnitOfWork() as work:
        rows, _ = queries.sent_page(work.session, seen_by(actor), GridQuery(limit=25))
    return [f"{row.id} {row.state} {row.attempt} {row.error}" for row in rows]


def _found(work: UnitOfWork, delivery_id: int, actor: Actor) -> SentRow:
    row = queries.sent_one(work.session, seen_by(actor), delivery_id)
    if row is None:
        raise NotFound(f"There is no message {delivery_id} that you may see.", delivery=delivery_id)
    return row


def _message(work: UnitOfWork, row: SentRow, actor: Actor) -> Message:
    return Message(
        row.id, _subject(row), "" if _is_hidden(row) else row.message, _to(row), row.state, WORDS[row.state],
        row.attempt, settings().delivery_attempts, row.error, row.recorded_at, row.not_before, row.sent_at,
        row.attachment, row.state == "dead" and _may_retry(row, actor),
        tuple(queries.attempts_of(work.session, row.id)),
    )  # fmt: skip


def _may_retry(row: SentRow, actor: Actor) -> bool:
    return row.is_own or actor.can(Permission.INCIDENT_ANSWER)


def _is_hidden(row: SentRow) -> bool:
    return not row.is_own and row.alert_id is None


def _subject(row: SentRow) -> str:
    return HIDDEN if _is_hidden(row) else row.subject


def _to(row: SentRow) -> str:
    kind = KINDS[row.kind].title
    whose = "you" if row.is_own else row.username
    return f"{whose} · {kind} {row.shown_address}"
