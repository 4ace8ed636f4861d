"""Alerts become incidents: what somebody has to deal with is opened, joined or found to be over.

Alerts of one group (their fact ``group``, else their rule) that the same people may see are one incident. What people
resolved and is found again is a new incident that names the one before. See ``docs/incidents.md``.
"""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from data.queries import incidents as queries
from data.queries.alerts import PORTFOLIO, AlertRow
from data.session import UnitOfWork
from data.writes import incidents as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.domain.monitoring.incidents import AGAIN, SETTLED, Step, worse_of
from portal.services import audit
from portal.services.monitoring import catalogue, noise
from portal.services.monitoring.events import Event

log = logging.getLogger("enerscope.incidents")

GROUP, SERVICE, PAGES, JOBS = "group", "service", "pages", "jobs"
"""Facts of an alert: what groups it, the service that is wrong, and what that touches."""
_KEY = 64  # characters
_TRIES = 5


def follow(work: UnitOfWork, alert: AlertRow, event: Event) -> None:
    """Open or join the incident of an alert, in the transaction that raised it.

    Parameters
    ----------
    work : UnitOfWork
        The transaction that raises, renews or clears the alert.
    alert : AlertRow
        The alert as it stands; one that is cleared is given as it stood before.
    event : str
        What happens to it. A new alert, or one that got worse, asks for attention again, also where somebody has the
        incident already; one that is only found again changes nothing. Informative alerts, and those that
        :func:`noise.silent_because` keeps silent, open no incident.
    """
    held = queries.holding(work.session, alert.id)
    if held is not None:
        if event == "cleared":
            writes.add_event(work.session, held.id, Step.CLEARED, SYSTEM.username, {"alert": alert.id})
        if event != "worse":
            return
        if writes.lock(work.session, held.id):
            _ask_again(work, held.id, Step.WORSE, alert)
            return  # else it was resolved a moment ago: what got worse is a new one
    if event == "cleared" or alert.severity == "info" or noise.silent_because(work, alert):
        return
    if event == "renewed" and not _is_trouble_again(work, alert):
        return
    _open_or_join(work, alert)


def noticed(work: UnitOfWork, alert: AlertRow, actor: Actor) -> None:
    """Acknowledge the incident of an alert with the last of its alerts, in the transaction that does that.

    An incident is not asked twice: whoever has taken notice of all its alerts has taken notice of it.
    """
    held = queries.holding(work.session, alert.id)
    if held is None or held.state != "open" or not writes.lock(work.session, held.id):
        return
    if set(queries.unnoticed(work.session, held.id)) - {alert.id}:
        return
    writes.acknowledge(work.session, held.id)
    writes.add_event(work.session, held.id, Step.ACKNOWLEDGED, actor.username, {"alert": alert.id})
    audit.note(work, actor, "incident.acknowledged", "incident", str(held.id), {"alert": alert.id})


def key_of(alert: AlertRow) -> str:
    """Return what makes alerts one incident: their group, and who may see them."""
    group = str(alert.facts.get(GROUP) or alert.rule)
    key = " ".join(part for part in (group, alert.permission, _node(alert)) if part)
    if len(key) <= _KEY:
        return key
    return f"{group[:30]} {hashlib.sha256(key.encode()).hexdigest()[:32]}"


def service_of(alert: AlertRow) -> str | None:
    """Return the service that an alert is about, where it says so."""
    named = alert.facts.get(SERVICE)
    if named:
        return str(named)[:_KEY]
    return alert.subject if alert.rule.startswith("service.") else None


def affected_by(work: UnitOfWork, alert: AlertRow) -> dict[str, list[str]]:
    """Return the pages and jobs that an alert touches: what it says itself, and what its service is known to touch."""
    service = service_of(alert)
    known = catalogue.affected(service, catalogue.all_services(work)) if service else catalogue.Affected()
    pages, jobs = {*known.pages, *_names(alert.facts, PAGES)}, {*known.jobs, *_names(alert.facts, JOBS)}
    if not pages and alert.link:
        pages = {alert.link.split("?")[0]}
    return {"pages": sorted(pages), "jobs": sorted(jobs)}


def _names(facts: Mapping[str, Any], name: str) -> Iterable[str]:
    given = facts.get(name)
    return [str(one) for one in given] if isinstance(given, list) else []


def _node(alert: AlertRow) -> str:
    return str(alert.facts.get(PORTFOLIO) or "")


def _is_trouble_again(work: UnitOfWork, alert: AlertRow) -> bool:
    """An alert that never had an incident, or is still found so long after its incident was resolved."""
    resolved_at = queries.was_resolved(work.session, alert.id)
    return resolved_at is None or resolved_at + SETTLED <= clock.now()


def _open_or_join(work: UnitOfWork, alert: AlertRow) -> None:
    key = key_of(alert)
    for _ in range(_TRIES):  # between two statements the open one may be resolved, or another be opened
        held = writes.hold(work.session, key)
        if held is not None:
            _join(work, held, alert)
            return
        made = writes.open_new(
            work.session, key=key, title=alert.title, severity=alert.severity, service=service_of(alert),
            permission=alert.permission, portfolio=_node(alert) or None, affected=affected_by(work, alert),
            opened_by=SYSTEM.username,
        )  # fmt: skip
        if made is not None:
            _opened(work, made, key, alert)
            return
    log.warning("the alert %s found no incident; it is looked at again in a minute", alert.id)


def _opened(work: UnitOfWork, incident_id: int, key: str, alert: AlertRow) -> None:
    before = queries.last_resolved(work.session, key, since=clock.now() - AGAIN)
    body = {"alert": alert.id, **({"previous": before} if before else {})}
    writes.join(work.session, incident_id, alert.id)
    writes.add_event(work.session, incident_id, Step.OPENED, SYSTEM.username, body)
    if before:
        writes.add_event(work.session, before, Step.FOLLOWED, SYSTEM.username, {"next": incident_id})
    detail = {"severity": alert.severity, "rule": alert.rule, "alert": alert.id}
    audit.note(work, SYSTEM, "incident.opened", "incident", str(incident_id), detail)


def _join(work: UnitOfWork, incident_id: int, alert: AlertRow) -> None:
    if not writes.join(work.session, incident_id, alert.id):
        return
    _ask_again(work, incident_id, Step.JOINED, alert)


def _ask_again(work: UnitOfWork, incident_id: int, step: Step, alert: AlertRow) -> None:
    """Have people look at an incident that is held, with what is new about it; its owner stays."""
    held, more = queries.one(work.session, incident_id), affected_by(work, alert)
    touched = {name: sorted({*held.affected.get(name, ()), *found}) for name, found in more.items()}
    writes.move(
        work.session, incident_id, state="open", snoozed_until=None, affected=touched,
        severity=worse_of(held.severity, alert.severity), service=held.service or service_of(alert),
    )  # fmt: skip
    writes.add_event(
        work.session, incident_id, step, SYSTEM.username, {"alert": alert.id, "severity": alert.severity}
    )
