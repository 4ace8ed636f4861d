"""Users, their roles and portfolios, their sessions and their attempts to log in."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Id, Recorded, Utc, Words
from portal.core.permissions import Role

ROLE_LIST = ", ".join(f"'{role.value}'" for role in Role)


class User(Base):
    """One person. ``password_hash`` is Argon2id with its parameters; ``is_demo`` marks accounts of the demo desk."""

    __tablename__ = "users"

    id: Mapped[Id]
    username: Mapped[Code] = mapped_column(unique=True)  # lower case
    name: Mapped[Words]
    password_hash: Mapped[Words]
    is_active: Mapped[bool] = mapped_column(default=True)
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Recorded]


class UserRole(Base):
    """A role that a user holds."""

    __tablename__ = "user_roles"
    __table_args__ = (CheckConstraint(f"role IN ({ROLE_LIST})", name="role"),)

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[Code] = mapped_column(primary_key=True)


class Portfolio(Base):
    """A node of the portfolio tree; a leaf is a book."""

    __tablename__ = "portfolios"

    id: Mapped[Id]
    code: Mapped[Code] = mapped_column(unique=True)
    name: Mapped[Words]
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("portfolios.id"), index=True)


class UserPortfolio(Base):
    """A portfolio (with all below it) that a user may see."""

    __tablename__ = "user_portfolios"

    user_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    portfolio_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("portfolios.id", ondelete="CASCADE"), primary_key=True
    )


class UserSession(Base):
    """A signed-in browser. ``token_hash`` is SHA-256 of the reference token; the token itself is only in the cookie."""

    __tablename__ = "sessions"

    token_hash: Mapped[Code] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("users.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[Recorded]
    last_seen_at: Mapped[Recorded]
    expires_at: Mapped[Utc]
    revoked_at: Mapped[datetime | None]
    address: Mapped[Words]
    agent: Mapped[Words]


class LoginAttempt(Base):
    """One try to log in; the growing delay is computed from these rows."""

    __tablename__ = "login_attempts"
    __table_args__ = (
        Index("ix_login_attempts_username_at", "username", "at"),
        Index("ix_login_attempts_address_at", "address", "at"),
    )

    id: Mapped[Id]
    username: Mapped[Code]
    address: Mapped[Words]
    at: Mapped[Recorded]
    succeeded: Mapped[bool]


class Setting(Base):
    """A value that belongs to the database rather than to a process, such as ``demo_loaded_at``."""

    __tablename__ = "settings"

    key: Mapped[Code] = mapped_column(primary_key=True)
    value: Mapped[Words]
    recorded_at: Mapped[Recorded]
