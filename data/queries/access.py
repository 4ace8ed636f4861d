"""Reads about users, sessions and attempts to log in; plain values out, never a password except to its checker."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, any_, bindparam, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session

from data.models.access import LoginAttempt, Portfolio, Setting, User, UserPortfolio, UserRole, UserSession


@dataclass(frozen=True, slots=True)
class Account:
    """What is needed to check a password."""

    user_id: int
    password_hash: str
    is_active: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A live session with its user's identity of this moment; ``portfolios`` includes all nodes below each grant."""

    user_id: int
    username: str
    name: str
    roles: tuple[str, ...]
    portfolios: tuple[str, ...]
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UserRow:
    """One line of the list of users; ``portfolios`` are the granted nodes themselves."""

    username: str
    name: str
    roles: tuple[str, ...]
    portfolios: tuple[str, ...]
    is_active: bool
    is_demo: bool
    created_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recorded try to log in."""

    username: str
    address: str
    at: datetime
    succeeded: bool


def _list_of(column: Any, *where: ColumnElement[bool]) -> Any:
    """Return a scalar subquery: the sorted values of ``column``, an empty array when there are none."""
    values = select(func.array_agg(cast(column, Text))).where(*where).scalar_subquery()
    return func.coalesce(values, cast(array([], type_=Text), ARRAY(Text)))


def _visible_nodes(user_id: Any) -> Any:
    """Return the recursive relation of portfolio nodes that the user sees: each grant and all below it."""
    top = (
        select(Portfolio.id, Portfolio.code)
        .join(UserPortfolio, UserPortfolio.portfolio_id == Portfolio.id)
        .where(UserPortfolio.user_id == user_id)
        .cte("visible", recursive=True)
    )
    below = select(Portfolio.id, Portfolio.code).join(top, Portfolio.parent_id == top.c.id)
    return top.union(below)  # UNION, not UNION ALL: a loop in the tree must not hang a login


@lru_cache(maxsize=1)
def _live_session() -> Select[Any]:
    """Return the statement of :func:`live_session`, built once: it runs at every request."""
    token_hash = bindparam("token_hash", type_=Text)
    owner = select(UserSession.user_id).where(UserSession.token_hash == token_hash).scalar_subquery()
    visible = _visible_nodes(owner)
    none = cast(array([], type_=Text), ARRAY(Text))
    return (
        select(
            User.id,
            User.username,
            User.name,
            _list_of(UserRole.role, UserRole.user_id == User.id),
            select(func.coalesce(func.array_agg(visible.c.code), none)).scalar_subquery(),
            UserSession.last_seen_at,
            UserSession.expires_at,
        )
        .join(UserSession, UserSession.user_id == User.id)
        .where(
            UserSession.token_hash == token_hash,
            UserSession.revoked_at.is_(None),
            UserSession.expires_at > bindparam("now"),
            UserSession.last_seen_at > bindparam("idle_since"),
            User.is_active,
        )
    )


def live_session(
    session: Session, *, token_hash: str, now: datetime, idle_since: datetime
) -> SessionRow | None:
    """Return the session with its user, by one statement, or None when it has ended in any way.

    It has ended when it was revoked, has expired, was not used since ``idle_since``, or its user is disabled.
    """
    values = {"token_hash": token_hash, "now": now, "idle_since": idle_since}
    row = session.execute(_live_session(), values).one_or_none()
    if row is None:
        return None
    return SessionRow(row[0], row[1], row[2], tuple(row[3]), tuple(row[4]), row[5], row[6])


def session_owner(session: Session, *, token_hash: str) -> str | None:
    """Return the user name behind a session, ended or not; None when there never was such a session."""
    return session.scalar(
        select(User.username)
        .join(UserSession, UserSession.user_id == User.id)
        .where(UserSession.token_hash == token_hash, User.is_active)
    )


def account(session: Session, *, username: str) -> Account | None:
    """Return what is needed to check a password, or None for an unknown user."""
    row = session.execute(
        select(User.id, User.password_hash, User.is_active, User.is_demo).where(User.username == username)
    ).one_or_none()
    return None if row is None else Account(*row)


def list_users(session: Session) -> list[UserRow]:
    """Return all users by name, with roles, granted portfolios and the last time they were seen."""
    seen = select(func.max(UserSession.last_seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    granted = and_(UserPortfolio.user_id == User.id, UserPortfolio.portfolio_id == Portfolio.id)
    rows = session.execute(
        select(
            User.username,
            User.name,
            _list_of(UserRole.role, UserRole.user_id == User.id),
            _list_of(Portfolio.code, granted),
            User.is_active,
            User.is_demo,
            User.created_at,
            seen,
        ).order_by(User.username)
    )
    return [UserRow(r[0], r[1], tuple(sorted(r[2])), tuple(sorted(r[3])), *r[4:]) for r in rows]


def active_holders(session: Session, *, role: str, full_names: bool = False) -> list[str]:
    """Return the user names, or the full names, of active users who hold ``role``, sorted."""
    shown = User.name if full_names else User.username
    return list(
        session.scalars(
            select(shown)
            .join(UserRole, UserRole.user_id == User.id)
            .where(User.is_active, UserRole.role == role)
            .order_by(shown)
        )
    )


def recent_attempts(session: Session, *, username: str, address: str, since: datetime) -> list[Attempt]:
    """Return the attempts after ``since`` for the user name or from the address, oldest first."""
    rows = session.execute(
        select(LoginAttempt.username, LoginAttempt.address, LoginAttempt.at, LoginAttempt.succeeded)
        .where(
            LoginAttempt.at > since, or_(LoginAttempt.username == username, LoginAttempt.address == address)
        )
        .order_by(LoginAttempt.at)
    )
    return [Attempt(*row) for row in rows]


def address_is_known(session: Session, *, username: str, address: str, since: datetime) -> bool:
    """Tell whether the user has logged in from ``address`` after ``since``."""
    known = exists().where(
        LoginAttempt.username == username,
        LoginAttempt.address == address,
        LoginAttempt.succeeded,
        LoginAttempt.at > since,
    )
    return bool(session.scalar(select(known)))


def portfolio_ids(session: Session, *, codes: frozenset[str]) -> dict[str, int]:
    """Return the ids of the portfolios among ``codes`` that exist."""
    wanted = cast(sorted(codes), ARRAY(Text))
    rows = session.execute(select(Portfolio.code, Portfolio.id).where(Portfolio.code == any_(wanted)))
    return {row.code: row.id for row in rows}


def root_portfolios(session: Session) -> frozenset[str]:
    """Return the codes of the nodes that have no parent."""
    return frozenset(session.scalars(select(Portfolio.code).where(Portfolio.parent_id.is_(None))))


def setting(session: Session, *, key: str) -> str | None:
    """Return a value of the ``settings`` table, or None."""
    return session.scalar(select(Setting.value).where(Setting.key == key))
