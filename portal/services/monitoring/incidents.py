"""What people do with incidents: acknowledge, assign, snooze with a reason, comment, resolve, write what was learnt.

Whoever may answer for the alerts of an incident may act (``alerts.ANSWERS``). ``seen`` is the newest event that the
person had before their eyes: what another decided after it is a :class:`Conflict`, never overwritten.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from data.queries import incidents as queries
from data.queries.incidents import EventRow, IncidentRow
from data.session import UnitOfWork
from data.writes import incidents as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotPermitted
from portal.core.permissions import Permission
from portal.domain.monitoring.incidents import DECISIONS, Step
from portal.services import audit
from portal.services.monitoring import alerts, incident_views
from portal.services.monitoring.alerts import answer_to
from portal.services.monitoring.incident_views import Detail, IncidentView, Queue, detail, queue, resolved

__all__ = [
    "Detail", "IncidentView", "Queue", "acknowledge", "assign", "comment", "detail", "open_by_hand", "queue",
    "resolve", "resolved", "snooze", "wake", "write_postmortem",
]  # fmt: skip

LONGEST = 4000  # characters of a text
LONGEST_SNOOZE = timedelta(days=14)
SEVERITIES = ("info", "warning", "critical")
POSTMORTEM = {"happened": "What happened", "why": "Why", "change": "What we change"}
_VERBS = {
    Step.ACKNOWLEDGED: "acknowledged it",
    Step.ASSIGNED: "gave it to {owner}",
    Step.SNOOZED: "put it off",
    Step.RESUMED: "took it up again",
    Step.RESOLVED: "resolved it",
}


def acknowledge(incident_id: int, actor: Actor, *, seen: int | None = None) -> Detail:
    """Note that ``actor`` deals with an incident, and has taken notice of its alerts.

    Raises
    ------
    NotFound, NotPermitted
        There is no such incident that they may see, or they only read.
    Conflict
        Somebody was faster.
    """
    with UnitOfWork(write=True) as work:
        row = _held(work, incident_id, actor, seen)
        if row.state == "acknowledged":
            last = _last(work, incident_id, Step.ACKNOWLEDGED, Step.SNOOZED)
            raise Conflict(
                f"{last.by if last else 'Somebody'} has acknowledged it already.", incident=incident_id
            )
        writes.acknowledge(work.session, incident_id)
        if row.owner is None:
            writes.move(work.session, incident_id, owner=actor.username)
        _note(work, incident_id, actor, Step.ACKNOWLEDGED)
        unnoticed = queries.unnoticed(work.session, incident_id)
    _take_notice(unnoticed, actor)
    return detail(incident_id, actor)


def _take_notice(found: list[int], actor: Actor) -> None:
    """Acknowledge alerts one by one: a rule that holds one of them may wait for the incident, so nobody holds both."""
    for alert_id in found:
        try:
            alerts.acknowledge(alert_id, actor)
        except (Conflict, NotPermitted):  # it is over, or somebody has, meanwhile
            continue


def assign(incident_id: int, actor: Actor, owner: str, *, seen: int | None = None) -> Detail:
    """Give an incident to somebody who sees it and may answer for it."""
    with UnitOfWork(write=True) as work:
        row = _held(work, incident_id, actor, seen)
        if owner not in incident_views.owners_in(work, row):
            raise DomainError(
                f"'{owner[:40]}' cannot take incident {incident_id}: choose who sees it and may answer for it.",
                incident=incident_id,
            )
        if owner == row.owner:
            raise Conflict(f"{owner} has incident {incident_id} already.", incident=incident_id)
        writes.move(work.session, incident_id, owner=owner)
        _note(work, incident_id, actor, Step.ASSIGNED, {"owner": owner})
        return incident_views.detail_in(work, incident_id, actor)


def snooze(
    incident_id: int, actor: Actor, until: datetime, reason: str, *, seen: int | None = None
) -> Detail:
    """Put an incident off until a moment, with a reason; an alert that joins it or gets worse ends that early.

    Raises
    ------
    DomainError
        No reason, or a moment that is past or more than 14 days ahead.
    """
    said, now = _text(reason, "Say why it can wait."), clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        raise DomainError(
            f"An incident is put off until a moment within the next {LONGEST_SNOOZE.days} days.",
            until=f"{until}",
        )
    with UnitOfWork(write=True) as work:
        row = _held(work, incident_id, actor, seen)
        writes.acknowledge(work.session, incident_id)
        writes.move(work.session, incident_id, snoozed_until=until, owner=row.owner or actor.username)
        body = {"until": until.isoformat(timespec="seconds"), "reason": said}
        _note(work, incident_id, actor, Step.SNOOZED, body)
        return incident_views.detail_in(work, incident_id, actor)


def wake(incident_id: int, actor: Actor, *, seen: int | None = None) -> Detail:
    """Take up an incident again that was put off."""
    with UnitOfWork(write=True) as work:
        row = _held(work, incident_id, actor, seen)
        if row.snoozed_until is None:
            raise Conflict(f"Incident {incident_id} is not put off any more.", incident=incident_id)
        writes.move(work.session, incident_id, snoozed_until=None)
        _note(work, incident_id, actor, Step.RESUMED)
        return incident_views.detail_in(work, incident_id, actor)


def comment(incident_id: int, actor: Actor, text: str) -> Detail:
    """Say something about an incident, also about one that is resolved."""
    said = _text(text, "Write what you want to say.")
    with UnitOfWork(write=True) as work:
        _answerable(work, incident_id, actor)
        _note(work, incident_id, actor, Step.COMMENT, {"text": said})
        return incident_views.detail_in(work, incident_id, actor)


def resolve(incident_id: int, actor: Actor, text: str, *, seen: int | None = None) -> Detail:
    """Say what was done and that nothing is left to do; an alert that goes on comes back as a new incident."""
    said = _text(text, "Say what was done: who reads it next time wants to know.")
    with UnitOfWork(write=True) as work:
        row = _held(work, incident_id, actor, seen)
        if row.acknowledged_at is None:
            writes.acknowledge(work.session, incident_id)
        writes.resolve(work.session, incident_id)
        body = {"text": said, "open_alerts": row.open_alerts}
        _note(work, incident_id, actor, Step.RESOLVED, body)
        return incident_views.detail_in(work, incident_id, actor)


def write_postmortem(
    incident_id: int, actor: Actor, said: Mapping[str, str], *, seen: int | None = None
) -> Detail:
    """Write what was learnt of a resolved incident (:data:`POSTMORTEM`); a later version stands beside the earlier."""
    body = {name: (said.get(name) or "").strip() for name in POSTMORTEM}
    if not all(body.values()):
        raise DomainError("A post-mortem says what happened, why, and what is changed. Fill in all three.")
    for text in body.values():
        _text(text, "")
    with UnitOfWork(write=True) as work:
        row = _answerable(work, incident_id, actor)
        if row.state != "resolved":
            raise Conflict(
                f"Resolve incident {incident_id} first, then write what was learnt.", incident=incident_id
            )
        _refuse_if_unseen(work, incident_id, actor, seen, frozenset({Step.POSTMORTEM}))
        _note(work, incident_id, actor, Step.POSTMORTEM, body)
        return incident_views.detail_in(work, incident_id, actor)


def open_by_hand(
    actor: Actor, area: Permission, title: str, text: str, severity: str, service: str = ""
) -> int:
    """Open an incident that no rule found, and return its number.

    Parameters
    ----------
    area : Permission
        The right without which it is not seen; the actor must have it and be able to answer for it.
    title, text : str
        One sentence, and what was seen.
    severity : str
        ``info``, ``warning`` or ``critical``.
    service : str
        Code of the service that is wrong, if any.
    """
    actor.require(area)
    actor.require(answer_to(area.value))
    said, words = _text(title, "Say in one sentence what is wrong.")[:200], text.strip()
    if severity not in SEVERITIES or len(words) > LONGEST:
        raise DomainError(f"Choose a severity, and write at most {LONGEST} characters.")
    with UnitOfWork(write=True) as work:
        made = writes.open_new(
            work.session, key=f"by-hand {uuid.uuid4().hex}", title=said, severity=severity, service=service or None,
            permission=area.value, portfolio=None, affected={"pages": [], "jobs": []}, opened_by=actor.username,
        )  # fmt: skip
        if made is None:  # the key is random
            raise Conflict("The incident was not opened. Try again.")
        _note(work, made, actor, Step.OPENED, {"text": words}, {"severity": severity, "area": area.value})
        return made


def _answerable(work: UnitOfWork, incident_id: int, actor: Actor) -> IncidentRow:
    row = incident_views.visible(work, incident_id, actor)
    actor.require(answer_to(row.permission))
    return row


def _held(work: UnitOfWork, incident_id: int, actor: Actor, seen: int | None) -> IncidentRow:
    """Return an incident that nobody else changes until the end of this transaction."""
    _answerable(work, incident_id, actor)
    if not writes.lock(work.session, incident_id):
        last = _last(work, incident_id, Step.RESOLVED)
        who = "It resolved itself" if last is None or last.by == "system" else f"{last.by} has resolved it"
        raise Conflict(f"{who}. Nothing is left to do.", incident=incident_id)
    _refuse_if_unseen(work, incident_id, actor, seen, DECISIONS)
    return incident_views.visible(work, incident_id, actor)


def _refuse_if_unseen(
    work: UnitOfWork, incident_id: int, actor: Actor, seen: int | None, steps: frozenset[Step]
) -> None:
    if seen is None:
        return
    for event in queries.events(work.session, incident_id):
        if event.id > seen and event.step in steps and event.by != actor.username:
            verb = _VERBS.get(Step(event.step), "wrote a post-mortem").format(**event.body)
            raise Conflict(
                f"{event.by} {verb} at {event.recorded_at:%H:%M:%S} UTC, after you had opened this page. Nothing of "
                "yours was stored; look again and decide.",
                incident=incident_id,
            )


def _last(work: UnitOfWork, incident_id: int, *steps: Step) -> EventRow | None:
    found = queries.events(work.session, incident_id)
    return next((event for event in reversed(found) if event.step in steps), None)


def _note(
    work: UnitOfWork, incident_id: int, actor: Actor, step: Step, body: Mapping[str, Any] | None = None,
    noted: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Store a step with what was said; the audit log keeps no free text and no names."""
    writes.add_event(work.session, incident_id, step, actor.username, body)
    kept = noted or {name: value for name, value in (body or {}).items() if name in ("until", "open_alerts")}
    audit.note(work, actor, f"incident.{step}", "incident", str(incident_id), kept)


def _text(said: str, missing: str) -> str:
    words = said.strip()
    if not words:
        raise DomainError(missing)
    if len(words) > LONGEST:
        raise DomainError(f"The text is longer than {LONGEST:,} characters. Shorten it.")
    return words
