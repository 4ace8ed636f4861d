"""Channels: where somebody wants to be told, of what, and when not. Everybody has their own and sees no other's.

An address is kept sealed and shown masked; nobody, the owner included, reads it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, available_timezones

from data.queries import deliveries as queries
from data.queries.deliveries import ChannelRow, DeliveryRow
from data.session import UnitOfWork
from data.writes import deliveries as writes
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.monitoring.quiet import clock_time
from portal.services import audit
from portal.services.monitoring import alerts, channel_kinds, outbox, rule_catalogue, sealing
from portal.services.monitoring.channel_kinds import Kind
from portal.services.monitoring.telling import SEVERITIES

MOST = 10
TITLE_LIMIT = 60
TESTS_AN_HOUR = 6


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wants of a channel.

    ``rules`` empty means all; ``wakes`` lets critical alerts through in quiet hours; ``over`` tells when an alert ends.
    Quiet hours are local times such as ``22:00``, "" for none.
    """

    title: str = ""
    severities: tuple[str, ...] = SEVERITIES
    rules: tuple[str, ...] = ()
    quiet_from: str = ""
    quiet_to: str = ""
    timezone: str = "UTC"
    wakes: bool = True
    over: bool = True


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel as its owner sees it; ``last`` is its newest message."""

    id: int
    kind: str
    kind_title: str
    address: str
    enabled: bool
    problem: str
    wishes: Wishes = field(default_factory=Wishes)
    last: DeliveryRow | None = None


def mine(actor: Actor) -> list[ChannelView]:
    """Return the channels of the actor, oldest first."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        rows = queries.channels_of(work.session, actor.username)
        last = queries.newest_of(work.session, [row.id for row in rows])
    return [_view(row, last.get(row.id)) for row in rows]


def kind_choices() -> tuple[list[Kind], list[Kind]]:
    """Return the kinds of channels that can be added, and those that wait for a setting."""
    config = settings()
    ready = [kind for kind in channel_kinds.KINDS.values() if not kind.missing(config)]
    return ready, [kind for kind in channel_kinds.KINDS.values() if kind.missing(config)]


def kind_named(code: str) -> Kind | None:
    """Return a kind of channel, None for an unknown one."""
    return channel_kinds.KINDS.get(code)


def rule_choices(actor: Actor) -> list[tuple[str, str]]:
    """Return the rules that the actor may choose from, by the code that their alerts have: code and words.

    Those of Monitoring > Alert rules are for who may see that page; others are not told of what they find.
    """
    actor.require(Permission.SIGNED_IN)
    found = dict(alerts.RULES)
    if actor.can(Permission.MONITORING_READ):
        with UnitOfWork() as work:
            found |= {one.alert: one.title for one in rule_catalogue.rules(work).values()}
    return sorted(found.items(), key=lambda pair: pair[1])


def add(kind: str, address: str, wishes: Wishes, actor: Actor) -> int:
    """Add a channel of the actor and return its id.

    Raises
    ------
    DomainError
        The address or a wish cannot be taken.
    Conflict
        The actor has as many channels as one person may have.
    """
    actor.require(Permission.SIGNED_IN)
    config = settings()
    clean = channel_kinds.clean_address(kind, address, config)
    values = _values(wishes, channel_kinds.kind_of(kind).title)
    values |= {
        "username": actor.username, "kind": kind, "enabled": True, "sealed_address": sealing.seal(clean, config),
        "shown_address": channel_kinds.kind_of(kind).show(clean),
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        writes.lock_channels_of(work.session, actor.username)
        if len(queries.channels_of(work.session, actor.username)) >= MOST:
            raise Conflict(f"You have {MOST} channels, which is the most. Remove one first.")
        channel_id = writes.add_channel(work.session, values)
        audit.note(work, actor, "channel.added", "channel", str(channel_id), {"kind": kind})
    return channel_id


def change(channel_id: int, wishes: Wishes, actor: Actor, *, address: str = "") -> None:
    """Change what the actor wants of a channel; an empty ``address`` leaves it as it is.

    What waits for the end of quiet hours is looked at again under the new ones.
    """
    config = settings()
    with UnitOfWork(write=True) as work:
        row = _own(work, channel_id, actor)
        kind = channel_kinds.kind_of(row.kind)
        values = _values(wishes, kind.title)
        if address.strip():
            clean = channel_kinds.clean_address(row.kind, address, config)
            values |= {"sealed_address": sealing.seal(clean, config), "shown_address": kind.show(clean)}
        writes.change_channel(work.session, channel_id, values)
        writes.look_again(work.session, channel_id)
        detail = {"address_changed": bool(address.strip())}
        audit.note(work, actor, "channel.changed", "channel", str(channel_id), detail)


def switch(channel_id: int, is_on: bool, actor: Actor) -> None:
    """Switch a channel on or off; what waits for one that is off is dropped when its time comes."""
    with UnitOfWork(write=True) as work:
        _own(work, channel_id, actor)
        writes.change_channel(work.session, channel_id, {"enabled": is_on})
        done = "channel.switched-on" if is_on else "channel.switched-off"
        audit.note(work, actor, done, "channel", str(channel_id))


def remove(channel_id: int, actor: Actor) -> None:
    """Forget the address of a channel; what was sent to it stays in the list of deliveries."""
    with UnitOfWork(write=True) as work:
        _own(work, channel_id, actor)
        gone = {"sealed_address": "", "shown_address": "removed", "enabled": False}
        writes.change_channel(work.session, channel_id, gone)
        audit.note(work, actor, "channel.removed", "channel", str(channel_id))


def test(channel_id: int, actor: Actor) -> int:
    """Write a test message to a channel and return its number; the monitor sends it within seconds.

    Raises
    ------
    Conflict
        So many were sent within the last hour that they could annoy somebody else.
    """
    with UnitOfWork(write=True) as work:
        row = _own(work, channel_id, actor)
        if queries.count_tests(work.session, actor.username, hours=1) >= TESTS_AN_HOUR:
            raise Conflict(f"You have sent {TESTS_AN_HOUR} test messages within an hour. Try again later.")
        made = outbox.put(
            work, channel_id, f"{outbox.TEST}{channel_id}:{uuid4().hex[:12]}", "Test: this channel works",
            f"{actor.name}, this is the test message of your channel '{row.title}'. Nothing has happened.",
        )  # fmt: skip
        if made is None:
            raise Conflict("The test message was not written. Try again.")
        audit.note(work, actor, "channel.tested", "channel", str(channel_id), {"delivery": made})
    return made


def _own(work: UnitOfWork, channel_id: int, actor: Actor) -> ChannelRow:
    actor.require(Permission.SIGNED_IN)
    writes.lock_channel(work.session, channel_id)
    row = queries.channel(work.session, channel_id)
    if row is None or row.username != actor.username or not row.sealed_address:
        raise NotFound(f"You have no channel {channel_id}. Choose one of the list.", channel=channel_id)
    return row


def _values(wishes: Wishes, default_title: str) -> dict[str, Any]:
    """Return the columns of wishes.

    Raises
    ------
    DomainError
        One cannot be taken; the sentence names it.
    """
    title = " ".join(wishes.title.split()) or default_title
    if len(title) > TITLE_LIMIT:
        raise DomainError(
            f"The name has {len(title)} characters; at most {TITLE_LIMIT} are kept. Shorten it."
        )
    chosen = [one for one in SEVERITIES if one in wishes.severities]
    if not chosen:
        raise DomainError("Choose at least one severity, or switch the channel off.")
    _check_hours(wishes)
    return {
        "title": title,
        "severities": {"only": chosen, "wakes": wishes.wakes, "over": wishes.over},
        "rules": {"only": sorted(set(wishes.rules))} if wishes.rules else {},
        "quiet_from": wishes.quiet_from or None,
        "quiet_to": wishes.quiet_to or None,
        "timezone": wishes.timezone,
    }


def _check_hours(wishes: Wishes) -> None:
    if bool(wishes.quiet_from) != bool(wishes.quiet_to):
        raise DomainError("Quiet hours need a beginning and an end. Enter both, or none.")
    if wishes.timezone not in available_timezones():
        raise DomainError(f"There is no time zone '{wishes.timezone}'. Choose one of the list.")
    ZoneInfo(wishes.timezone)
    if wishes.quiet_from:
        try:
            times = clock_time(wishes.quiet_from), clock_time(wishes.quiet_to)
        except ValueError as problem:
            raise DomainError(str(problem)) from None
        if times[0] == times[1]:
            raise DomainError("Quiet hours begin and end at the same time. Enter two times, or none.")


def _view(row: ChannelRow, last: DeliveryRow | None) -> ChannelView:
    config, kind = settings(), channel_kinds.KINDS[row.kind]
    missing = kind.missing(config)
    problem = f"{kind.title} is not set up: {missing} is missing." if missing else ""
    return ChannelView(
        row.id, row.kind, kind.title, row.shown_address, row.enabled, problem, wishes_of(row), last
    )


def wishes_of(row: ChannelRow) -> Wishes:
    """Return what the owner of a channel wants of it."""
    said: Mapping[str, Any] = row.severities
    return Wishes(
        row.title, tuple(said.get("only", SEVERITIES)), tuple(row.rules.get("only", ())), row.quiet_from or "",
        row.quiet_to or "", row.timezone, bool(said.get("wakes", False)), bool(said.get("over", True)),
    )  # fmt: skip
