"""Moves of a message through the outbox; each is one statement that only changes what it expects to find.

Times are the database's own. A claim is known by its time: a sender that was given up and comes back finds that the
message is not its own any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, aliased

from data.models.operations import Channel, Delivery, DeliveryAttempt

_now = func.clock_timestamp
_LEAST_SECONDS = 5.0
_OVER = ":over"  # how the key of the message ends that says that an alert is over


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in the hands of one sender, for one attempt."""

    id: int
    key: str
    channel_id: int
    alert_id: int | None
    subject: str
    message: str
    attachment: dict[str, Any]
    attempt: int
    claimed_at: datetime
    recorded_at: datetime


_CLAIMED = tuple(getattr(Delivery, name) for name in Claimed.__dataclass_fields__)


def put(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write messages that wait into the outbox and return the ids of the new ones; a key is written once.

    ``not_before`` None means at once, by the database's clock.
    """
    made: list[int] = []
    for row in rows:
        values: dict[str, Any] = {
            "alert_id": None, "attachment": {}, "state": "waiting", "attempt": 0, "error": "",
        } | dict(row)  # fmt: skip
        if values.get("not_before") is None:
            values["not_before"] = _now()
        statement = upsert(Delivery).values(**values).on_conflict_do_nothing(index_elements=["key"])
        new = session.scalar(statement.returning(Delivery.id))
        if new is not None:
            made.append(int(new))
    return made


def claim(session: Session) -> Claimed | None:
    """Claim the message that has waited longest; others that look at the same time get others.

    A channel has one message under way at a time, so that a receiver that hangs holds up its own messages only. That an
    alert is over waits for what the same channel is still to be told of it; what has become worse does not.
    """
    # One claim at a time: what another has claimed but not committed cannot be seen.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("deliveries claim"))))
    other = aliased(Delivery)
    earlier = and_(
        Delivery.key.endswith(_OVER), other.alert_id == Delivery.alert_id, other.id < Delivery.id,
        other.state == "waiting",
    )  # fmt: skip
    held_up = exists().where(other.channel_id == Delivery.channel_id, or_(other.state == "sending", earlier))
    due = (
        select(Delivery.id)
        .where(Delivery.state == "waiting", Delivery.not_before <= _now(), ~held_up)
        .order_by(Delivery.not_before, Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = session.scalar(due)
    if found is None:
        return None
    statement = (
        update(Delivery)
        .where(Delivery.id == found)
        .values(state="sending", attempt=Delivery.attempt + 1, claimed_at=_now(), error="")
        .returning(*_CLAIMED)
    )
    return Claimed(*session.execute(statement).one())


def lost(session: Session, silent_seconds: float) -> list[Claimed]:
    """Return the messages whose sender has been silent for so long that it must be dead, locked."""
    statement = (
        select(*_CLAIMED)
        .where(Delivery.state == "sending", Delivery.claimed_at < _now() - timedelta(seconds=silent_seconds))
        .order_by(Delivery.id)
        .with_for_update(skip_locked=True)
    )
    return [Claimed(*row) for row in session.execute(statement)]


def settle(
    session: Session, held: Claimed, state: str, *, error: str = "", after_seconds: float = 0.0,
    not_before: datetime | None = None, unspent: bool = False,
) -> bool:  # fmt: skip
    """Move a claimed message on; False when it is not held any more, and nothing was changed.

    A message that is to wait again does so for ``after_seconds`` or until ``not_before``; ``unspent`` gives the attempt
    back, because nothing was sent.
    """
    values: dict[str, Any] = {"state": state, "error": error}
    if state == "sent":
        values["sent_at"] = _now()
    if state == "waiting":
        # Not at once, whatever the clock of the one who asks says: it may be behind that of the database.
        soonest = _now() + timedelta(seconds=max(after_seconds, _LEAST_SECONDS))
        values["not_before"] = soonest if not_before is None else func.greatest(not_before, soonest)
    if unspent:
        values["attempt"] = Delivery.attempt - 1
    # What was given up but not claimed by another yet is still known to have arrived when its sender says so.
    still = ("sending", "waiting", "dead") if state == "sent" else ("sending",)
    statement = update(Delivery).where(
        Delivery.id == held.id, Delivery.state.in_(still), Delivery.claimed_at == held.claimed_at
    )
    return session.scalar(statement.values(**values).returning(Delivery.id)) is not None


def note_attempt(session: Session, held: Claimed, outcome: str, error: str = "") -> None:
    """Append what became of an attempt."""
    row = {"delivery_id": held.id, "attempt": held.attempt, "outcome": outcome, "error": error}
    session.execute(insert(DeliveryAttempt).values(**row))


def drop_held(session: Session, alert_id: int, reason: str) -> list[int]:
    """Drop what waits for the end of quiet hours about an alert; return the channels that are not told."""
    statement = (
        update(Delivery)
        .where(
            Delivery.alert_id == alert_id, Delivery.state == "waiting", Delivery.attempt == 0,
            Delivery.not_before > _now(),
        )
        .values(state="dropped", error=reason)
        .returning(Delivery.channel_id)
    )  # fmt: skip
    return [int(number) for number in session.scalars(statement)]


def revive(session: Session, delivery_id: int) -> bool:
    """Have a dead message tried again from its first attempt on; False when it is not dead."""
    statement = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == "dead")
        .values(state="waiting", attempt=0, not_before=_now(), error="")
    )
    return session.scalar(statement.returning(Delivery.id)) is not None


def look_again(session: Session, channel_id: int) -> None:
    """Make what waits untried for a channel due, so that its sender asks for the quiet hours of today."""
    waiting = Delivery.channel_id == channel_id, Delivery.state == "waiting", Delivery.attempt == 0
    session.execute(update(Delivery).where(*waiting).values(not_before=_now()))


def add_channel(session: Session, values: Mapping[str, Any]) -> int:
    """Store a channel and return its id."""
    return int(session.execute(insert(Channel).values(**values).returning(Channel.id)).scalar_one())


def change_channel(session: Session, channel_id: int, values: Mapping[str, Any]) -> None:
    """Change a channel."""
    session.execute(update(Channel).where(Channel.id == channel_id).values(**values))


def lock_channel(session: Session, channel_id: int) -> None:
    """Hold a channel until the transaction ends, so that two changes of it follow each other."""
    session.execute(select(Channel.id).where(Channel.id == channel_id).with_for_update(key_share=True))


def lock_channels_of(session: Session, username: str) -> None:
    """Let two additions of one user follow each other, until the transaction ends."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"channels of {username}", 0))))
