"""The audit log: a hash chain that the portal can only add to, its checkpoints, and who is behind a pseudonym.

``entry`` is canonical JSON, hashed as it stands; the other columns are copies of its fields for searching, and are
checked against it. Names of people are not in the chain: entries carry a pseudonym, and ``audit_people`` says whose it
is until that row is erased.
"""

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Recorded, Utc, Words


class AuditEntry(Base):
    """Entry ``seq`` of the chain: ``hash`` is SHA-256 of a zero byte, the hash before, and ``entry``."""

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("ix_audit_log_at", "at"),
        Index("ix_audit_log_actor_ref", "actor_ref"),
        Index("ix_audit_log_action_at", "action", "at"),
    )

    seq: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False
    )  # from 1, without gaps
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    entry: Mapped[Words]
    at: Mapped[Utc]
    actor_ref: Mapped[Code]
    action: Mapped[Code]  # such as login.succeeded, report.released
    object_kind: Mapped[Code]
    object_ref: Mapped[Words]
    outcome: Mapped[Code]  # done, refused, failed


class AuditCheckpoint(Base):
    """The signed head of the chain at a moment; ``document`` is what was signed."""

    __tablename__ = "audit_checkpoints"

    id: Mapped[Id]
    day: Mapped[Day]
    entries: Mapped[int] = mapped_column(BigInteger)
    document: Mapped[Words]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[Code]
    recorded_at: Mapped[Recorded]


class AuditPerson(Base):
    """Whose pseudonym it is; erased with the person, the chain stays whole."""

    __tablename__ = "audit_people"

    ref: Mapped[Code] = mapped_column(primary_key=True)
    username: Mapped[Code] = mapped_column(unique=True)
    recorded_at: Mapped[Recorded]
