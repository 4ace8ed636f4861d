"""The monitor looks for unusual sign-ins once a minute, stores each once, and tells those who look after security."""

from datetime import timedelta
from hashlib import blake2b

from data.queries import security as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.permissions import Permission
from portal.domain.monitoring.sign_ins import KINDS, SEVERITIES, Try, Unusual, sentence, unusual
from portal.services.monitoring import alerts, security_events
from portal.services.monitoring.agent import Task, register_task

HISTORY, LATELY = timedelta(days=90), timedelta(hours=1)
OPEN_FOR = timedelta(days=1)
RULE, PATH = "security.sign-in", "/monitoring/security"


def look() -> int:
    """Store what is unusual about the sign-ins of the last hour, and return how many of them are new.

    A warning or worse is told; the alert is over a day after it was last seen.
    """
    now = clock.now()
    with UnitOfWork(write=True) as work:
        rows = queries.tries(work.session, since=now - HISTORY, until=now)
        tries = (Try(row.username, row.address, row.at, row.succeeded, row.agent) for row in rows)
        found = [one for one in unusual(tries, since=now - LATELY) if _store(work, one)]
        for one in found:
            _tell(work, one)
        _end_old(work)
    return len(found)


def _store(work: UnitOfWork, one: Unusual) -> bool:
    key = f"{one.kind} {one.username} {one.address} {one.at.isoformat()}"
    return security_events.note_once(
        work, "sign-in", key, sentence(one, "Somebody", "an address"), severity=SEVERITIES[one.kind], at=one.at,
        username=one.username or None, facts={"kind": one.kind, "address": one.address, **one.facts},
    )  # fmt: skip


def _tell(work: UnitOfWork, one: Unusual) -> None:
    if SEVERITIES[one.kind] == "info":
        return
    words = f"{sentence(one, 'Somebody', 'an address')} The page says who and from where."
    alerts.raise_alert(
        work, RULE, f"{one.kind} {_key(one)}", SEVERITIES[one.kind], KINDS[one.kind], words, PATH,
        Permission.SECURITY_READ, {"group": RULE},
    )  # fmt: skip


def _key(one: Unusual) -> str:
    """Return what an alert is told apart by, without a name: messages leave the house."""
    return blake2b(f"{one.username} {one.address}".encode(), digest_size=6).hexdigest()


def _end_old(work: UnitOfWork) -> None:
    for row in alerts.open_of_rule(work, RULE):
        if clock.now() - row.raised_at > OPEN_FOR:
            alerts.clear(work, RULE, row.subject)


def _turn() -> None:
    look()


WATCH = register_task(Task("security.sign-ins", 60.0, _turn))
