"""The monitor looks for unusual sign-ins once a minute, stores each once, and tells those who look after security.

A monitor that starts looks at all days that the page shows, so that what happened while none ran is found too.
"""

from datetime import datetime, timedelta
from hashlib import blake2b

from data.queries import security as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.permissions import Permission
from portal.domain.monitoring.sign_ins import KINDS, SEVERITIES, Try, Unusual, sentence, unusual
from portal.services.monitoring import alerts, security_events
from portal.services.monitoring.agent import Task, register_task

HISTORY, LATELY = timedelta(days=90), timedelta(hours=1)
FIRST = timedelta(days=7)  # what the page shows
OPEN_FOR = timedelta(days=1)
RULE, PATH = "security.sign-in", "/monitoring/security"
_looked_at: datetime | None = None  # when this process last looked


def look() -> int:
    """Store what is unusual about the sign-ins since the last look, and return how many of them are new.

    The first look of a process goes back :data:`FIRST`, all others an hour before the last one; what is stored already
    is no news. Every try is judged by the :data:`HISTORY` before it. A warning or worse is told; the alert is over a
    day after it was last seen.
    """
    global _looked_at
    now = clock.now()
    since = now - FIRST if _looked_at is None else max(now - FIRST, min(now, _looked_at) - LATELY)
    with UnitOfWork(write=True) as work:
        rows = queries.tries(work.session, since=since - HISTORY, until=now)
        tries = (Try(row.username, row.address, row.at, row.succeeded, row.agent) for row in rows)
        found = [one for one in unusual(tries, since=since) if _store(work, one)]
        for one in found:
            _tell(work, one, now)
        _end_old(work, now)
    _looked_at = now
    return len(found)


def _store(work: UnitOfWork, one: Unusual) -> bool:
    key = f"{one.kind} {one.username} {one.address} {one.at.isoformat()}"
    return security_events.note_once(
        work, "sign-in", key, sentence(one, "Somebody", "an address"), severity=SEVERITIES[one.kind], at=one.at,
        username=one.username or None, facts={"kind": one.kind, "address": one.address, **one.facts},
    )  # fmt: skip


def _tell(work: UnitOfWork, one: Unusual, now: datetime) -> None:
    if SEVERITIES[one.kind] == "info":
        return
    words = f"{sentence(one, 'Somebody', 'an address')} The page says who and from where."
    if now - one.at > LATELY:
        words = f"Found late: it was on {one.at:%Y-%m-%d at %H:%M} UTC. {words}"
    alerts.raise_alert(
        work, RULE, f"{one.kind} {_key(one)}", SEVERITIES[one.kind], KINDS[one.kind], words, PATH,
        Permission.SECURITY_READ, {"group": RULE, "at": one.at.isoformat()},
    )  # fmt: skip


def _key(one: Unusual) -> str:
    """Return what an alert is told apart by, without a name: messages leave the house."""
    return blake2b(f"{one.username} {one.address}".encode(), digest_size=6).hexdigest()


def _end_old(work: UnitOfWork, now: datetime) -> None:
    """End the alerts of what was not seen again for a day; what was found late is open for a day too."""
    for row in alerts.open_of_rule(work, RULE):
        at = row.facts.get("at")
        seen_at = max(row.raised_at, datetime.fromisoformat(str(at))) if at else row.raised_at
        if now - seen_at > OPEN_FOR:
            alerts.clear(work, RULE, row.subject)


def _turn() -> None:
    look()


WATCH = register_task(Task("security.sign-ins", 60.0, _turn))
