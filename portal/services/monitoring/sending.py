"""Sending what waits in the outbox: claimed in a transaction, sent outside of one, recorded in another.

At least once: a claim whose sender died is found again and sent again, with the same Message-ID or Idempotency-Key, by
which receivers can drop the second. What each protocol allows is in docs/alerts.md.
"""

import logging
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from data.queries import alerts as alert_queries
from data.queries import deliveries as queries
from data.session import UnitOfWork
from data.writes import deliveries as writes
from data.writes.deliveries import Claimed
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.config import Settings, settings
from portal.core.errors import ConfigurationError, DomainError, EnerscopeError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.domain.monitoring.retrying import pause_seconds
from portal.services import audit
from portal.services.monitoring import alerts, attachments, channel_kinds, outbox, sealing, telling
from portal.services.monitoring.agent import Task, register_task
from portal.services.monitoring.answers import Answer
from portal.services.monitoring.attachments import File
from portal.services.monitoring.channel_kinds import Kind, Letter
from portal.services.monitoring.sight import sight_of

log = logging.getLogger("enerscope.monitor")

RULE = "delivery.dead"
_SENDERS = 4
_LOOK_SECONDS = 2.0
_STOP_SECONDS = 6.0  # a little less than the launcher waits for the monitor
_TEST_ATTEMPTS = 2
_TYPES = {"critical": "failure", "warning": "warning", "over": "success"}
_DIED = "The sender died before it could say how it went. It may have arrived; it is sent again with the same number."


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may be sent now."""

    kind: str
    address: str
    actor: Actor
    files: list[File]


@dataclass(frozen=True, slots=True)
class Held:
    """A message that waits for the end of quiet hours."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Dropped:
    """A message that is not sent, and why."""

    reason: str


def send_next() -> bool:
    """Send the message that has waited longest; False when none is due."""
    with UnitOfWork(write=True) as work:
        held = writes.claim(work.session)
    if held is None:
        return False
    deliver(held)
    return True


def deliver(held: Claimed) -> None:
    """Send one claimed message and record how it went."""
    try:
        found = judge(held, clock.now())
    except (DomainError, ConfigurationError) as problem:
        return _record(held, Answer(False, problem.message, is_final=isinstance(problem, DomainError)))
    if isinstance(found, Ready):
        return _record(held, _sent(held, found), found.actor)
    with UnitOfWork(write=True) as work:
        if isinstance(found, Held):
            writes.settle(work.session, held, "waiting", not_before=found.until, unspent=True)
        else:
            writes.settle(work.session, held, "dropped", error=found.reason)
    return None


def _sent(held: Claimed, ready: Ready) -> Answer:
    """Send a message and return the answer; what a wrong setting prevents is not taken, and is tried again."""
    try:
        return send(held, ready, settings())
    except (DomainError, ConfigurationError) as problem:
        # The address was good when it was entered: a setting has changed since then, and operations can put it right.
        return Answer(False, problem.message)


def judge(held: Claimed, moment: datetime) -> Ready | Held | Dropped:
    """Say whether a message may be sent now: the channel is on, its owner may still see what it tells, nobody sleeps.

    Raises
    ------
    SealBrokenError
        The address cannot be read any more.
    DomainError
        What it is to carry cannot be attached.
    """
    with UnitOfWork() as work:
        channel = queries.channel(work.session, held.channel_id)
        is_test = held.key.startswith(outbox.TEST)
        if channel is None or not channel.sealed_address:
            return Dropped("The channel was removed.")
        if not channel.enabled and not is_test:
            return Dropped("The channel is switched off.")
        person = queries.people(work.session, {channel.username}).get(channel.username)
        if person is None:
            return Dropped("The owner of the channel has no active account.")
        actor, severity = outbox.actor_of(person), ""
        if held.alert_id is not None:
            alert = alert_queries.by_id(work.session, held.alert_id, sight_of(actor))
            if alert is None:
                return Dropped("The owner of the channel may not see this alert any more.")
            severity = alert.severity
    until = None if is_test else outbox.held_until(channel, severity, moment)
    if until is not None:
        return Held(until)
    try:
        files = attachments.files_of(held.attachment, actor)
    except (NotPermitted, NotFound) as refused:
        return Dropped(f"The file was not sent. {refused.message}")
    return Ready(channel.kind, sealing.unseal(channel.sealed_address, settings()), actor, files)


def number_of(held: Claimed) -> str:
    """Return the number of a message, the same at every attempt and different in every installation."""
    return f"{held.recorded_at:%Y%m%dT%H%M%S%f}-{held.id}"


def send(held: Claimed, ready: Ready, config: Settings) -> Answer:
    """Send a message through apprise, and return what the other side said.

    Raises
    ------
    DomainError
        The settings of today do not take the address.
    ConfigurationError
        A setting that the kind needs is wrong.
    """
    from apprise import Apprise, NotifyFormat, NotifyType

    number = number_of(held)
    domain = config.smtp_sender.rpartition("@")[2].rstrip("> ") or "enerscope.invalid"
    letter = Letter(number, f"<enerscope-{number}@{domain}>", {"id": number})
    kind = channel_kinds.kind_of(ready.kind)
    body, attach = held.message, []
    for file in ready.files:
        if kind.files and len(file.content) <= attachments.LARGEST_BYTES:
            attach.append(_attached(file))
        else:
            body += f"\n\nThe file {file.name} is in Enerscope: {config.public_url.rstrip('/')}{file.page}"
    service = channel_kinds.service_for(ready.kind, ready.address, config, letter)
    told = Apprise(asset=service.asset)
    told.add(service)
    result = told.notify(
        body=body, title=held.subject, notify_type=NotifyType(_type_of(held)), body_format=NotifyFormat.TEXT,
        attach=attach or None, timeout=2.0 * config.delivery_timeout_seconds, log_level=logging.DEBUG,
    )  # fmt: skip
    if result:
        return Answer(True)
    own: Answer | None = getattr(service, "answer", None)
    if own is not None:
        return replace(own, words=_masked(own.words, kind, ready.address))
    return Answer(False, _words(result, kind, ready.address))


def _type_of(held: Claimed) -> str:
    """Return what apprise calls the kind of news, which some services show as a colour."""
    return _TYPES.get(held.key.rpartition(":")[2], "info")


def _attached(file: File) -> Any:
    from apprise.attachment.memory import AttachMemory

    return AttachMemory(content=file.content, name=file.name, mimetype=file.media_type.partition(";")[0])


def _words(result: Any, kind: Kind, address: str) -> str:
    """Return what apprise noted about a message that was not taken, the address masked."""
    lines = [entry.message for entry in result.logs() if entry.level in ("WARNING", "ERROR")]
    said = _masked(" ".join(" ".join(lines).split()), kind, address)[:300]
    return f"{kind.title} did not take it: {said}" if said else f"{kind.title} did not answer in time."


def _masked(words: str, kind: Kind, address: str) -> str:
    """Return words of the other side with the address as people see it, in any case and without the + of a number."""
    found = rf"\+?{re.escape(address.removeprefix('+'))}"
    return re.sub(found, lambda _: kind.show(address), words, flags=re.IGNORECASE)


def _record(held: Claimed, answer: Answer, actor: Actor = SYSTEM) -> None:
    """Record an attempt, and move the message on; a sender that was given up only notes what it did."""
    with UnitOfWork(write=True) as work:
        writes.note_attempt(work.session, held, "sent" if answer.taken else "failed", answer.words)
        if answer.taken:
            if writes.settle(work.session, held, "sent"):
                alerts.clear(work, RULE, _subject(held))
            if held.attachment:
                detail = {"delivery": held.id} | held.attachment
                audit.note(work, actor, "file.sent", "delivery", str(held.id), detail)
        else:
            _put_back(work, held, answer)


def _put_back(work: UnitOfWork, held: Claimed, answer: Answer) -> None:
    """Let a message that was not taken wait for its next attempt, or leave it to people."""
    most = settings().delivery_attempts
    if held.key.startswith(outbox.TEST):
        most = min(most, _TEST_ATTEMPTS)
    if answer.is_final or held.attempt >= most:
        if writes.settle(work.session, held, "dead", error=answer.words):
            _raise_dead(work, held, answer)
        return
    pause = pause_seconds(held.attempt, random.random())  # noqa: S311  (spreads retries; nothing is secret)
    writes.settle(work.session, held, "waiting", error=answer.words, after_seconds=pause)


def _raise_dead(work: UnitOfWork, held: Claimed, answer: Answer) -> None:
    if held.key.startswith(outbox.TEST):
        return  # whoever tests sees it
    log.warning("delivery %s on channel %s is dead after %s attempts", held.id, held.channel_id, held.attempt)
    alerts.raise_alert(
        work, RULE, _subject(held), "warning", "Messages do not arrive",
        f"A message to channel {held.channel_id} was given up after {held.attempt} attempts. {answer.words} "
        "Put the cause right and send it again from the page.",
        "/monitoring/alerts", Permission.MONITORING_READ, {telling.CHANNEL: held.channel_id},
    )  # fmt: skip


def _subject(held: Claimed) -> str:
    return f"channel {held.channel_id}"


def find_lost() -> int:
    """Give what dead senders had claimed to others, and return how many messages that were."""
    silent = 3.0 * settings().delivery_timeout_seconds + 30.0
    with UnitOfWork(write=True) as work:
        found = writes.lost(work.session, silent)
        for held in found:
            writes.note_attempt(work.session, held, "lost", _DIED)
            _put_back(work, held, Answer(False, _DIED))
    return len(found)


class _Senders:
    """A few threads that send beside each other, so that a receiver that hangs holds up its own messages only."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="sender")
        self._free = threading.Semaphore(_SENDERS)
        self._stopped = threading.Event()

    def start(self, wanted: int) -> None:
        """Let up to ``wanted`` free threads look for messages."""
        for _ in range(wanted):
            if self._stopped.is_set() or not self._free.acquire(blocking=False):
                return
            self._pool.submit(self._work)

    def stop(self, seconds: float) -> None:
        """Take nothing new, and give messages under way ``seconds`` to arrive."""
        self._stopped.set()
        until = time.monotonic() + seconds
        for _ in range(_SENDERS):
            self._free.acquire(timeout=max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        try:
            while not self._stopped.is_set() and send_next():
                pass
        except EnerscopeError as known:  # no database: the next turn looks again
            log.warning("sending: %s", known.message)
        except Exception:
            # Logged with its trace. The claim is found as lost and sent again; the thread is free for the next turn.
            log.exception("sending failed")
        finally:
            self._free.release()


@lru_cache(maxsize=1)
def _senders() -> _Senders:
    return _Senders()


def send_round() -> None:
    """Find what dead senders had claimed, and let free threads send what is due."""
    find_lost()
    with UnitOfWork() as work:
        due = queries.count_due(work.session, most=_SENDERS)
    _senders().start(due)


def stop() -> None:
    """Let messages under way arrive before the monitor ends."""
    _senders().stop(_STOP_SECONDS)


register_task(Task("deliveries", _LOOK_SECONDS, send_round, stop))
