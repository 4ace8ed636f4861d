"""Users, their roles and the portfolios that they may see; every change asks for the right to manage users."""

import re

from data.queries import access as queries
from data.session import UnitOfWork
from data.writes import access as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission, Role
from portal.services import audit
from portal.services.access import passwords, remembered
from portal.services.access.sessions import WrongPassword, normal_username

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


def create_user(
    username: str,
    name: str,
    password: str,
    roles: frozenset[Role],
    *,
    portfolios: frozenset[str] = frozenset(),
    is_demo: bool = False,
    actor: Actor = SYSTEM,
) -> int:
    """Add a user and return the id; ``portfolios`` are codes of nodes, each of which covers all below it.

    Raises
    ------
    DomainError, WeakPassword
        The name or password cannot be taken. The password rules do not hold for accounts of the demo desk.
    Conflict
        The user name exists.
    NotFound
        A portfolio does not exist.
    """
    actor.require(Permission.USERS_MANAGE)
    asked, username = username, normal_username(username)
    if len(asked.strip()) > 64 or not _USERNAME.fullmatch(username):
        raise DomainError(
            f"The user name '{asked[:80]}' cannot be taken. Use 2 to 64 letters, digits, dots, dashes or underscores, "
            "beginning with a letter or digit.",
            username=username,
        )
    if not is_demo:
        passwords.check_password(password, username=username, name=name)
    password_hash = passwords.hash_password(password)
    with UnitOfWork(write=True) as work:
        if queries.account(work.session, username=username):
            raise Conflict(
                f"There is a user '{username}' already. Choose another user name.", username=username
            )
        user_id = writes.insert_user(
            work.session,
            username=username,
            name=name.strip() or username,
            password_hash=password_hash,
            is_demo=is_demo,
        )
        writes.set_roles(work.session, user_id=user_id, roles=frozenset(role.value for role in roles))
        _grant(work, user_id, portfolios)
        detail = {"roles": sorted(role.value for role in roles), "portfolios": sorted(portfolios)}
        audit.note(work, actor, "user.created", "user", username, detail)
    return user_id


def list_users(actor: Actor) -> list[queries.UserRow]:
    """Return all users by name."""
    actor.require(Permission.USERS_MANAGE)
    with UnitOfWork() as work:
        return queries.list_users(work.session)


def administrators() -> list[str]:
    """Return the names of the active administrators: whom to ask for a role."""
    with UnitOfWork() as work:
        return queries.active_holders(work.session, role=Role.ADMINISTRATOR.value, full_names=True)


def disable_user(username: str, actor: Actor) -> None:
    """Switch an account off and end all its sessions at once.

    Raises
    ------
    NotFound
        No such user.
    Conflict
        It is the last administrator: nobody could switch an account on again.
    """
    with UnitOfWork(write=True) as work:
        user_id = _managed(work, username, actor)
        _keep_an_administrator(work, normal_username(username), "be disabled")
        writes.set_active(work.session, user_id=user_id, is_active=False)
        writes.revoke_sessions_of(work.session, user_id=user_id, now=clock.now())
        audit.note(work, actor, "user.disabled", "user", normal_username(username))
    remembered.forget_user(user_id)


def enable_user(username: str, actor: Actor) -> None:
    """Switch an account on again; its old sessions stay ended."""
    with UnitOfWork(write=True) as work:
        writes.set_active(work.session, user_id=_managed(work, username, actor), is_active=True)
        audit.note(work, actor, "user.enabled", "user", normal_username(username))


def set_roles(username: str, roles: frozenset[Role], actor: Actor) -> None:
    """Replace the roles of a user; open sessions have them from their next request on."""
    with UnitOfWork(write=True) as work:
        user_id = _managed(work, username, actor)
        if Role.ADMINISTRATOR not in roles:
            _keep_an_administrator(work, normal_username(username), "lose that role")
        writes.set_roles(work.session, user_id=user_id, roles=frozenset(role.value for role in roles))
        detail = {"roles": sorted(role.value for role in roles)}
        audit.note(work, actor, "user.roles-changed", "user", normal_username(username), detail)
    remembered.forget_user(user_id)


def set_portfolios(username: str, portfolios: frozenset[str], actor: Actor) -> None:
    """Replace the portfolio nodes that a user may see; each covers all below it."""
    with UnitOfWork(write=True) as work:
        _grant(work, _managed(work, username, actor), portfolios)
        detail = {"portfolios": sorted(portfolios)}
        audit.note(work, actor, "user.portfolios-changed", "user", normal_username(username), detail)


def change_password(actor: Actor, current: str, new: str) -> None:
    """Change the actor's own password, and end their sessions: the caller signs in again.

    Raises
    ------
    WrongPassword
        ``current`` is not the present password.
    WeakPassword
        ``new`` cannot be taken.
    """
    actor.require(Permission.SIGNED_IN)
    passwords.check_password(new, username=actor.username, name=actor.name)
    with UnitOfWork(write=True) as work:
        account = queries.account(work.session, username=actor.username)
        if account is None or not passwords.matches(account.password_hash, current):
            audit.note(work, actor, "password.change-refused", "user", actor.username, outcome="refused")
            raise WrongPassword(
                "The present password is wrong, so nothing was changed.", username=actor.username
            )
        writes.set_password_hash(
            work.session, user_id=account.user_id, password_hash=passwords.hash_password(new)
        )
        writes.revoke_sessions_of(work.session, user_id=account.user_id, now=clock.now())
        audit.note(work, actor, "password.changed", "user", actor.username)
    remembered.forget_user(account.user_id)


def _managed(work: UnitOfWork, username: str, actor: Actor) -> int:
    actor.require(Permission.USERS_MANAGE)
    account = queries.account(work.session, username=normal_username(username))
    if account is None:
        raise NotFound(
            f"There is no user '{username}'. `enerscope users list` shows all of them.", username=username
        )
    return account.user_id


def _keep_an_administrator(work: UnitOfWork, username: str, what: str) -> None:
    if queries.active_holders(work.session, role=Role.ADMINISTRATOR.value) == [username]:
        raise Conflict(
            f"'{username}' is the only active administrator and cannot {what}. Make another administrator first.",
            username=username,
        )


def _grant(work: UnitOfWork, user_id: int, portfolios: frozenset[str]) -> None:
    found = queries.portfolio_ids(work.session, codes=portfolios)
    missing = sorted(portfolios - found.keys())
    if missing:
        raise NotFound(
            f"There is no portfolio {', '.join(missing)}. Check the spelling of the code.", portfolios=missing
        )
    writes.set_portfolios(work.session, user_id=user_id, portfolio_ids=frozenset(found.values()))
