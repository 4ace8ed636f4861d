"""Reads of channels and of the outbox: whom a message may go to, what waits, what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, not_, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.access import Portfolio, User, UserPortfolio, UserRole
from data.models.monitoring import Alert
from data.models.operations import Channel, Delivery, DeliveryAttempt
from data.queries.alerts import Sight, seen_by
from portal.core.table import GridQuery


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as it stands; an empty ``sealed_address`` means that it was removed."""

    id: int
    username: str
    kind: str
    title: str
    sealed_address: str
    shown_address: str
    severities: dict[str, Any]
    rules: dict[str, Any]
    quiet_from: str | None
    quiet_to: str | None
    timezone: str
    enabled: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """An active user with what they may see at this moment."""

    user_id: int
    username: str
    name: str
    roles: frozenset[str]
    portfolios: frozenset[str]


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A message of the outbox as it stands."""

    id: int
    key: str
    channel_id: int
    alert_id: int | None
    subject: str
    state: str
    attempt: int
    not_before: datetime
    sent_at: datetime | None
    error: str
    recorded_at: datetime


_DELIVERY = tuple(getattr(Delivery, name) for name in DeliveryRow.__dataclass_fields__)
_CHANNEL = tuple(getattr(Channel, name) for name in ChannelRow.__dataclass_fields__)


def open_channels(session: Session) -> list[ChannelRow]:
    """Return the channels that messages may go to, by id."""
    statement = select(*_CHANNEL).where(Channel.enabled, Channel.sealed_address != "").order_by(Channel.id)
    return [ChannelRow(*row) for row in session.execute(statement)]


def channel(session: Session, channel_id: int) -> ChannelRow | None:
    """Return one channel, removed or not."""
    row = session.execute(select(*_CHANNEL).where(Channel.id == channel_id)).one_or_none()
    return ChannelRow(*row) if row else None


def channels_of(session: Session, username: str) -> list[ChannelRow]:
    """Return the channels of a user that were not removed, by id."""
    where = Channel.username == username, Channel.sealed_address != ""
    return [ChannelRow(*row) for row in session.execute(select(*_CHANNEL).where(*where).order_by(Channel.id))]


def people(session: Session, usernames: Collection[str]) -> dict[str, Person]:
    """Return the active ones among users, by name, with their roles and the portfolio nodes that they see."""
    users = {
        row.id: row
        for row in session.execute(
            select(User.id, User.username, User.name).where(User.is_active, User.username.in_(set(usernames)))
        )
    }
    roles: dict[int, set[str]] = {}
    for user_id, role in session.execute(
        select(UserRole.user_id, UserRole.role).where(UserRole.user_id.in_(users))
    ):
        roles.setdefault(user_id, set()).add(role)
    nodes: dict[int, set[str]] = {}
    for user_id, code in session.execute(_nodes(users)):
        nodes.setdefault(user_id, set()).add(code)
    return {
        row.username: Person(
            row.id, row.username, row.name, frozenset(roles.get(row.id, ())), frozenset(nodes.get(row.id, ()))
        )
        for row in users.values()
    }


def _nodes(users: Collection[int]) -> Any:
    """Return the statement of (user, node): each granted node and all below it."""
    top = (
        select(UserPortfolio.user_id, Portfolio.id, Portfolio.code)
        .join(Portfolio, Portfolio.id == UserPortfolio.portfolio_id)
        .where(UserPortfolio.user_id.in_(users))
        .cte("seen", recursive=True)
    )
    below = select(top.c.user_id, Portfolio.id, Portfolio.code).join(top, Portfolio.parent_id == top.c.id)
    tree = top.union(below)
    return select(tree.c.user_id, tree.c.code)


def told(session: Session, alert_id: int) -> list[tuple[int, str, str]]:
    """Return what was written about an alert: channel, key and state of each message, oldest first."""
    statement = (
        select(Delivery.channel_id, Delivery.key, Delivery.state)
        .where(Delivery.alert_id == alert_id)
        .order_by(Delivery.id)
    )
    return [(int(row[0]), row[1], row[2]) for row in session.execute(statement)]


def count_due(session: Session, *, most: int) -> int:
    """Return how many messages may be sent now, as far as ``most``."""
    due = (
        select(Delivery.id)
        .where(Delivery.state == "waiting", Delivery.not_before <= func.clock_timestamp())
        .limit(most)
        .subquery()
    )
    return int(session.execute(select(func.count()).select_from(due)).scalar_one())


def newest_of(session: Session, channels: Collection[int]) -> dict[int, DeliveryRow]:
    """Return the newest message of each channel that has one."""
    statement = (
        select(*_DELIVERY)
        .ext(distinct_on(Delivery.channel_id))
        .where(Delivery.channel_id.in_(channels))
        .order_by(Delivery.channel_id, Delivery.id.desc())
    )
    return {row.channel_id: DeliveryRow(*row) for row in session.execute(statement)}


def count_tests(session: Session, username: str, *, hours: int) -> int:
    """Return how many test messages a user wrote within the last hours."""
    since = func.clock_timestamp() - timedelta(hours=hours)
    statement = (
        select(func.count())
        .select_from(Delivery)
        .join(Channel, Channel.id == Delivery.channel_id)
        .where(Channel.username == username, Delivery.key.startswith("test:"), Delivery.recorded_at > since)
    )
    return int(session.execute(statement).scalar_one())


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose messages somebody sees: their own, and, with ``sight``, those of others about alerts that they may see.

    Messages of others that are about no alert are seen too, but for their subjects.
    """

    username: str
    sight: Sight | None = None


@dataclass(frozen=True, slots=True)
class SentRow:
    """A message with its channel; ``is_own`` tells whether the reader is its receiver."""

    id: int
    alert_id: int | None
    subject: str
    message: str
    attachment: dict[str, Any]
    state: str
    attempt: int
    not_before: datetime
    claimed_at: datetime | None
    sent_at: datetime | None
    error: str
    recorded_at: datetime
    channel_id: int
    username: str
    kind: str
    title: str
    shown_address: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """A try to send a message, and what became of it."""

    attempt: int
    outcome: str
    error: str
    at: datetime


_OF_DELIVERY = (
    "id", "alert_id", "subject", "message", "attachment", "state", "attempt", "not_before", "claimed_at", "sent_at",
    "error", "recorded_at",
)  # fmt: skip
_OF_CHANNEL = ("username", "kind", "title", "shown_address")
ORDERS = ("id", "subject", "state", "attempt", "sent_at", "recorded_at")


def _visible(seen: Seen) -> Any:
    """Return the statement of :class:`SentRow` for a reader."""
    own = Channel.username == seen.username
    columns = (
        *(getattr(Delivery, name) for name in _OF_DELIVERY),
        Channel.id.label("channel_id"),
        *(getattr(Channel, name) for name in _OF_CHANNEL),
        own.label("is_own"),
    )
    statement = select(*columns).join(Channel, Channel.id == Delivery.channel_id)
    if seen.sight is None:
        return statement.where(own)
    told = exists().where(Alert.id == Delivery.alert_id, *seen_by(seen.sight))
    return statement.where(or_(own, Delivery.alert_id.is_(None), told))


def sent_page(session: Session, seen: Seen, query: GridQuery) -> tuple[list[SentRow], int]:
    """Return a page of the messages that a reader sees, the newest first, and how many there are."""
    wanted = _visible(seen)
    if query.text:
        words = func.concat_ws(
            " ", Delivery.subject, Delivery.state, Channel.kind, Channel.title, Delivery.error
        )
        hidden = and_(Channel.username != seen.username, Delivery.alert_id.is_(None))
        wanted = wanted.where(words.icontains(query.text, autoescape=True), not_(hidden))
    total = session.execute(select(func.count()).select_from(wanted.subquery())).scalar_one()
    by = getattr(Delivery, query.sort) if query.sort in ORDERS else Delivery.id
    down = query.descending if query.sort in ORDERS else True
    ordered = wanted.order_by(by.desc().nulls_last() if down else by.asc().nulls_last(), Delivery.id.desc())
    rows = session.execute(ordered.offset(query.offset).limit(query.limit))
    return [SentRow(*row) for row in rows], int(total)


def sent_one(session: Session, seen: Seen, delivery_id: int) -> SentRow | None:
    """Return one message that a reader sees."""
    row = session.execute(_visible(seen).where(Delivery.id == delivery_id)).one_or_none()
    return SentRow(*row) if row else None


def dead_ones(session: Session, seen: Seen, *, limit: int) -> list[SentRow]:
    """Return the messages that were given up, the newest first."""
    dead = _visible(seen).where(Delivery.state == "dead").order_by(Delivery.id.desc()).limit(limit)
    return [SentRow(*row) for row in session.execute(dead)]


def counted(session: Session, seen: Seen, *, since: datetime, until: datetime) -> list[SentRow]:
    """Return the messages that are under way or given up, or were sent in a span, by id."""
    lately = and_(Delivery.sent_at > since, Delivery.sent_at <= until)
    rows = _visible(seen).where(or_(Delivery.state.in_(("waiting", "sending", "dead")), lately))
    return [SentRow(*row) for row in session.execute(rows.order_by(Delivery.id))]


def attempts_of(session: Session, delivery_id: int) -> list[AttemptRow]:
    """Return the attempts at a message, oldest first."""
    columns = tuple(getattr(DeliveryAttempt, name) for name in AttemptRow.__dataclass_fields__)
    statement = (
        select(*columns).where(DeliveryAttempt.delivery_id == delivery_id).order_by(DeliveryAttempt.id)
    )
    return [AttemptRow(*row) for row in session.execute(statement)]
