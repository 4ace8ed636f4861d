"""Inserts and changes of users, sessions and attempts to log in."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from data.models.access import LoginAttempt, User, UserPortfolio, UserRole, UserSession


def lock_account(session: Session, *, username: str) -> bool:
    """Hold the name until the transaction ends, so that tries on one account are counted one by one.

    Returns False at once when another try holds it: a queue of waiting tries would use up the connection pool.
    """
    statement = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 7))")
    return bool(session.scalar(statement, {"name": f"login:{username}"}))


def insert_user(session: Session, *, username: str, name: str, password_hash: str, is_demo: bool) -> int:
    """Add a user without roles and return its id."""
    return session.execute(
        insert(User)
        .values(username=username, name=name, password_hash=password_hash, is_demo=is_demo, is_active=True)
        .returning(User.id)
    ).scalar_one()


def set_roles(session: Session, *, user_id: int, roles: frozenset[str]) -> None:
    """Replace the roles of a user."""
    session.execute(delete(UserRole).where(UserRole.user_id == user_id))
    if roles:
        session.execute(insert(UserRole), [{"user_id": user_id, "role": role} for role in sorted(roles)])


def set_portfolios(session: Session, *, user_id: int, portfolio_ids: frozenset[int]) -> None:
    """Replace the portfolios that a user was granted."""
    session.execute(delete(UserPortfolio).where(UserPortfolio.user_id == user_id))
    if portfolio_ids:
        session.execute(
            insert(UserPortfolio),
            [{"user_id": user_id, "portfolio_id": number} for number in sorted(portfolio_ids)],
        )


def set_active(session: Session, *, user_id: int, is_active: bool) -> None:
    """Switch an account on or off."""
    session.execute(update(User).where(User.id == user_id).values(is_active=is_active))


def set_password_hash(session: Session, *, user_id: int, password_hash: str) -> None:
    """Store a new password hash."""
    session.execute(update(User).where(User.id == user_id).values(password_hash=password_hash))


def delete_demo_users(session: Session) -> int:
    """Remove the accounts of the demo desk with their sessions; return how many there were."""
    return len(session.scalars(delete(User).where(User.is_demo).returning(User.id)).all())


def insert_session(
    session: Session,
    *,
    token_hash: str,
    user_id: int,
    now: datetime,
    expires_at: datetime,
    address: str,
    agent: str,
) -> None:
    """Add a session."""
    session.execute(
        insert(UserSession).values(
            token_hash=token_hash,
            user_id=user_id,
            created_at=now,
            last_seen_at=now,
            expires_at=expires_at,
            address=address,
            agent=agent,
        )
    )


def touch_session(session: Session, *, token_hash: str, now: datetime) -> None:
    """Move the last use of a session to ``now``; never back."""
    session.execute(
        update(UserSession)
        .where(
            UserSession.token_hash == token_hash,
            UserSession.revoked_at.is_(None),
            UserSession.last_seen_at < now,
        )
        .values(last_seen_at=now)
    )


def revoke_session(session: Session, *, token_hash: str, now: datetime) -> bool:
    """End one session, and return whether it had not ended before."""
    statement = (
        update(UserSession)
        .where(UserSession.token_hash == token_hash, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(UserSession.token_hash)
    )
    return session.scalar(statement) is not None


def revoke_sessions_of(session: Session, *, user_id: int, now: datetime, keep_newest: int = 0) -> None:
    """End the sessions of a user, all but the ``keep_newest`` most recently begun."""
    kept = (
        select(UserSession.token_hash)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.created_at.desc(), UserSession.token_hash)
        .limit(keep_newest)
    )
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user_id,
            UserSession.revoked_at.is_(None),
            UserSession.token_hash.not_in(kept),
        )
        .values(revoked_at=now)
    )


def forget_sessions(session: Session, *, before: datetime) -> None:
    """Delete sessions that ended long ago, so that the table does not grow for ever."""
    session.execute(
        delete(UserSession).where(func.coalesce(UserSession.revoked_at, UserSession.expires_at) < before)
    )


def insert_attempt(session: Session, *, username: str, address: str, at: datetime, succeeded: bool) -> None:
    """Record one try to log in."""
    session.execute(
        insert(LoginAttempt).values(username=username, address=address, at=at, succeeded=succeeded)
    )
