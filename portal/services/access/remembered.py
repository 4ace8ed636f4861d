"""Who may read Health while the database is away: sessions that this process has checked a short while ago.

It is the one exception from "the database decides at every request", and as small as it can be: a session that ended
here, or whose user was switched off or given other roles here, is forgotten at once; one that would have expired or
gone idle is refused; all are refused some minutes after their last check. What is given is no more than the right to
be signed in and to read Monitoring, without any portfolio; :mod:`portal.web.gate` opens nothing but the page Health.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.core.actor import Actor
from portal.core.permissions import Permission

RIGHTS = frozenset({Permission.SIGNED_IN, Permission.MONITORING_READ})
MOST = 1_000


@dataclass(frozen=True, slots=True)
class _Checked:
    actor: Actor
    at: datetime
    ends_at: datetime


_sessions: OrderedDict[str, _Checked] = OrderedDict()
_lock = threading.Lock()


def keep(token_hash: str, actor: Actor, now: datetime, *, ends_at: datetime) -> None:
    """Remember that the database has let ``actor`` in just now; whoever may not read Monitoring is not remembered."""
    if not actor.can(Permission.MONITORING_READ):
        forget(token_hash)
        return
    with _lock:
        _sessions[token_hash] = _Checked(actor.narrowed(RIGHTS), now, ends_at)
        _sessions.move_to_end(token_hash)
        while len(_sessions) > MOST:
            _sessions.popitem(last=False)


def find(token_hash: str, now: datetime, window: timedelta) -> Actor | None:
    """Return who the session belongs to, if it was checked within ``window`` and has not ended since; else None."""
    with _lock:
        held = _sessions.get(token_hash)
    if held is None or now >= held.ends_at or not timedelta(0) <= now - held.at < window:
        return None
    return held.actor


def forget(token_hash: str) -> None:
    """Refuse a session from now on: it has ended."""
    with _lock:
        _sessions.pop(token_hash, None)


def forget_handle(handle: str) -> None:
    """Refuse the sessions whose digest begins with ``handle``: somebody has ended one of them."""
    with _lock:
        for token_hash in [key for key in _sessions if key.startswith(handle)]:
            del _sessions[token_hash]


def forget_user(user_id: int) -> None:
    """Refuse all sessions of a user until the database has let each in again."""
    with _lock:
        for token_hash in [key for key, held in _sessions.items() if held.actor.user_id == user_id]:
            del _sessions[token_hash]
