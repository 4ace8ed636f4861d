"""Sign-in, sessions and who is behind a session token.

The token is 256 random bits known to the browser alone; the database holds its SHA-256. Every request asks the
database again, so a disabled user or a changed role takes effect at once.
"""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from data.queries import access as queries
from data.session import UnitOfWork
from data.writes import access as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import NotSignedIn
from portal.core.permissions import Role
from portal.services import audit
from portal.services.access import lockout, passwords, remembered

TOUCH_EVERY = timedelta(minutes=1)
KEEP_ENDED = timedelta(days=30)
_blocked: dict[str, datetime] = {}


class WrongPassword(NotSignedIn):
    """The user name and password do not belong together; says nothing about which of them is wrong."""

    code = "wrong-password"


class AccountDisabled(NotSignedIn):
    """The password is right, but an administrator switched the account off."""

    code = "account-disabled"


def normal_username(username: str) -> str:
    """Return the form in which user names are stored: lower case and printable.

    What is longer than any user name becomes its digest, so that attempts with it are counted like all others.
    """
    name = "".join(c for c in username.strip().casefold() if c.isprintable())
    return name if len(name) <= 64 else _hashed(name)


def sign_in(username: str, password: str, *, address: str, agent: str) -> str:
    """Check the password, record the try, and return the token of a new session.

    ``address`` is the network address and ``agent`` the browser's own description, both kept with the session.

    Raises
    ------
    TooManyAttempts
        Failures before this one cost a delay; the password was not looked at.
    WrongPassword, AccountDisabled
        The reasons to stay out.
    """
    username, now = normal_username(username), clock.now()
    with UnitOfWork(write=True) as work:
        if not writes.lock_account(work.session, username=username):
            _note_block(work, username)
            raise lockout.TooManyAttempts(1)
        _refuse_early(work, username, address)
        account = queries.account(work.session, username=username)
        right = passwords.matches(account.password_hash if account else None, password)
        entered = account is not None and right and account.is_active
        writes.insert_attempt(work.session, username=username, address=address, at=now, succeeded=entered)
        _note_try(work, username, known=account is not None, right=right, entered=entered)
        token = ""
        if account is not None and entered:
            if passwords.is_outdated(account.password_hash):
                writes.set_password_hash(
                    work.session, user_id=account.user_id, password_hash=passwords.hash_password(password)
                )
            token = _open_session(work, account.user_id, address, agent)
    if not right:
        raise WrongPassword(
            "The user name or the password is wrong. Check both and try again.", username=username
        )
    if not token:
        raise AccountDisabled(
            "This account is switched off. Ask an administrator to enable it.", username=username
        )
    return token


def _refuse_early(work: UnitOfWork, username: str, address: str) -> None:
    now = clock.now()
    wait = lockout.seconds_left(
        queries.recent_attempts(work.session, username=username, address=address, since=now - lockout.WINDOW),
        username=username,
        address=address,
        address_is_known=queries.address_is_known(
            work.session, username=username, address=address, since=now - lockout.KNOWN_FOR
        ),
        now=now,
    )
    if wait:
        _note_block(work, username)
        raise lockout.TooManyAttempts(wait)


def _note_try(work: UnitOfWork, username: str, *, known: bool, right: bool, entered: bool) -> None:
    """Note a try to sign in; of a name that nobody has nothing is kept, since it may be a mistyped password."""
    if not known:
        audit.note(work, audit.STRANGER, "login.refused", "user", "unknown", {"reason": "unknown"}, "refused")
    elif not entered:
        reason = "account-disabled" if right else "wrong-password"
        audit.note(work, audit.STRANGER, "login.refused", "user", username, {"reason": reason}, "refused")
    else:
        actor = replace(audit.STRANGER, username=username)
        audit.note(work, actor, "login.succeeded", "user", username, {"method": "password"})


def _note_block(work: UnitOfWork, username: str) -> None:
    """Note that a try was not even looked at, at most once a minute for a name: guessing must not fill the log."""
    now, known = clock.now(), queries.account(work.session, username=username) is not None
    name = username if known else "unknown"
    for other, at in list(_blocked.items()):
        if now - at > TOUCH_EVERY:
            del _blocked[other]
    if name not in _blocked:
        _blocked[name] = now
        audit.note(work, audit.STRANGER, "login.blocked", "user", name, outcome="refused")


def _open_session(work: UnitOfWork, user_id: int, address: str, agent: str) -> str:
    chosen, now = settings(), clock.now()
    token = secrets.token_urlsafe(32)
    writes.insert_session(
        work.session,
        token_hash=_hashed(token),
        user_id=user_id,
        now=now,
        expires_at=now + timedelta(hours=chosen.session_hours),
        address=address,
        agent="".join(c for c in agent if c.isprintable())[:200],
    )
    writes.revoke_sessions_of(work.session, user_id=user_id, now=now, keep_newest=chosen.sessions_per_user)
    writes.forget_sessions(work.session, before=now - KEEP_ENDED)
    return token


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def actor_of(token: str, *, counts_as_activity: bool = True) -> Actor | None:
    """Return who is behind ``token`` now, or None when the session has ended.

    A request of a timer passes ``counts_as_activity=False``: an unattended screen must still go idle. Otherwise the
    last use is stored, at most once a minute.
    """
    now, token_hash = clock.now(), _hashed(token)
    idle = timedelta(minutes=settings().session_idle_minutes)
    with UnitOfWork() as work:
        row = queries.live_session(work.session, token_hash=token_hash, now=now, idle_since=now - idle)
    if row is None:
        remembered.forget(token_hash)
        return None
    if counts_as_activity and now - row.last_seen_at >= TOUCH_EVERY:
        with UnitOfWork(write=True) as work:
            writes.touch_session(work.session, token_hash=token_hash, now=now)
    actor = Actor(
        user_id=row.user_id,
        username=row.username,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        portfolio_codes=frozenset(row.portfolios),
    )
    used_at = now if counts_as_activity else row.last_seen_at
    remembered.keep(token_hash, actor, now, ends_at=min(row.expires_at, used_at + idle))
    return actor


def health_reader_of(token: str) -> Actor | None:
    """Return who may read Health with ``token`` while the database is away, with no other right; None for nobody.

    See :mod:`portal.services.access.remembered`.
    """
    return remembered.find(_hashed(token), clock.now(), timedelta(minutes=settings().health_minutes))


def owner_of_ended_session(token: str) -> str | None:
    """Return the user name that a session belonged to, for the dialog that asks for the password again."""
    with UnitOfWork() as work:
        return queries.session_owner(work.session, token_hash=_hashed(token))


def sign_out(token: str) -> None:
    """End the session; a token that is unknown or has ended already is no error."""
    remembered.forget(_hashed(token))  # before the database is asked: it may be away
    with UnitOfWork(write=True) as work:
        owner = queries.session_owner(work.session, token_hash=_hashed(token))
        if writes.revoke_session(work.session, token_hash=_hashed(token), now=clock.now()) and owner:
            audit.note(work, replace(audit.STRANGER, username=owner), "logout", "user", owner)
