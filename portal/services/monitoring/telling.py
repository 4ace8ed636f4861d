"""Alerts become messages: rows of the outbox for those who want to be told and may see the alert.

A channel is told once of each severity that an alert reaches, and once when it is over. An alert that is silent,
because of a maintenance window or of another alert, is told when it is looked at again and is not silent any more.
"""

from collections.abc import Iterable

from data.queries import alerts as alert_queries
from data.queries import deliveries as queries
from data.queries.alerts import AlertRow
from data.queries.deliveries import ChannelRow
from data.session import UnitOfWork
from data.writes import deliveries as writes
from portal.core import clock
from portal.core.config import settings
from portal.services.monitoring import noise, outbox
from portal.services.monitoring.events import Event
from portal.services.monitoring.sight import sight_of

SEVERITIES = ("info", "warning", "critical")
_OVER = "over"
ENDS = {
    "security.sign-in": "Nothing like it was seen for a day; whether somebody looked is on the page.",
}
"""What is said at the end of alerts that end by themselves, without anything having been mended; by their rules."""
CHANNEL = "channel"
"""The fact that names the channel which an alert is about; it is not told of its own failure."""


def follow(work: UnitOfWork, alert: AlertRow, event: Event) -> None:
    """Write the messages of an alert into the outbox, in the transaction that raises or clears it."""
    channels = queries.open_channels(work.session)
    if not channels:
        return
    if event == "cleared":
        _tell_over(work, alert, channels)
    else:
        _tell(work, alert, event, channels)


def wants(channel: ChannelRow, alert: AlertRow) -> bool:
    """Tell whether the owner of a channel asked for alerts of this severity and rule."""
    severities = channel.severities.get("only", SEVERITIES)
    rules = channel.rules.get("only")
    about_itself = alert.facts.get(CHANNEL) == channel.id
    return alert.severity in severities and (not rules or alert.rule in rules) and not about_itself


def _tell(work: UnitOfWork, alert: AlertRow, event: Event, channels: Iterable[ChannelRow]) -> None:
    known = _told_ranks(work, alert)
    rank = SEVERITIES.index(alert.severity)
    new = [
        one
        for one in channels
        if wants(one, alert)
        and rank > known.get(one.id, -1)
        and (event != "renewed" or one.recorded_at <= alert.raised_at)
    ]
    if new and not noise.silent_because(work, alert):
        for channel in _of_those_who_see(work, alert, new):
            _put(
                work,
                alert,
                channel,
                alert.severity,
                f"{alert.severity.capitalize()}: {alert.title}",
                alert.message,
            )


def _tell_over(work: UnitOfWork, alert: AlertRow, channels: Iterable[ChannelRow]) -> None:
    """Tell those who were told; what still waits for the end of quiet hours is not told at all."""
    writes.drop_held(work.session, alert.id, "It was over before the quiet hours were.")
    told = {number for number, _, state in queries.told(work.session, alert.id) if state != "dropped"}
    wanted = [one for one in channels if one.id in told and one.severities.get(_OVER, True)]
    for channel in _of_those_who_see(work, alert, wanted):
        said = ENDS.get(alert.rule, "It is over. Nothing is left to do.")
        _put(work, alert, channel, _OVER, f"Over: {alert.title}", said)


def _told_ranks(work: UnitOfWork, alert: AlertRow) -> dict[int, int]:
    """Return the highest severity that each channel was told of an alert."""
    found: dict[int, int] = {}
    for channel, key, _state in queries.told(work.session, alert.id):
        said = key.rpartition(":")[2]
        if said in SEVERITIES:
            found[channel] = max(found.get(channel, -1), SEVERITIES.index(said))
    return found


def _of_those_who_see(work: UnitOfWork, alert: AlertRow, channels: list[ChannelRow]) -> Iterable[ChannelRow]:
    """Return the channels whose owners may see an alert, by the same rule as the page of alerts."""
    if not channels:
        return []
    people = queries.people(work.session, {one.username for one in channels})
    seen = {
        name
        for name, person in people.items()
        if alert_queries.by_id(work.session, alert.id, sight_of(outbox.actor_of(person))) is not None
    }
    return [one for one in channels if one.username in seen]


def _put(
    work: UnitOfWork, alert: AlertRow, channel: ChannelRow, said: str, subject: str, message: str
) -> None:
    base = settings().public_url.rstrip("/")
    where = f"{base}{alert.link}" if base else f"Enerscope, page {alert.link}"
    text = f"{message}\n\n{where}\nSince {alert.raised_at:%Y-%m-%d %H:%M} UTC."
    outbox.put(
        work, channel.id, f"alert:{alert.id}:{channel.id}:{said}", subject, text, alert_id=alert.id,
        not_before=outbox.held_until(channel, alert.severity, clock.now()),
    )  # fmt: skip
