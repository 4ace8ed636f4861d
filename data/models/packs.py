"""Packs, boards, discussion and sign-off: what people look at, send, say and stand by.

What people decide is appended; a pack is kept as the bytes that were sent.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Recorded, Utc, Words


class Board(Base):
    """A page of somebody's own; ``link`` opens it to others, each under their own rights."""

    __tablename__ = "boards"

    id: Mapped[Id]
    username: Mapped[Code] = mapped_column(index=True)
    title: Mapped[Words]
    link: Mapped[Code | None] = mapped_column(unique=True)  # random, revocable
    is_home: Mapped[bool]
    recorded_at: Mapped[Recorded]


class BoardItem(Base):
    """A pinned metric, or a card of a page with the inputs it was drawn from; never a value."""

    __tablename__ = "board_items"
    __table_args__ = (CheckConstraint("kind IN ('metric', 'card')", name="kind"),)

    id: Mapped[Id]
    board_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("boards.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    kind: Mapped[Code]
    ref: Mapped[Words]  # id of a metric, or body and card as "risk/risk-trend"
    params: Mapped[Json]  # of the metric, or the inputs of the body
    title: Mapped[Words]
    recorded_at: Mapped[Recorded]


class LastLook(Base):
    """When somebody last looked at a page and what it showed, for "what changed since"."""

    __tablename__ = "last_looks"

    username: Mapped[Code] = mapped_column(primary_key=True)
    page: Mapped[Words] = mapped_column(primary_key=True)
    looked_at: Mapped[Recorded]
    clocks: Mapped[Json]
    figures: Mapped[Json]


class PackSchedule(Base):
    """One version of a schedule of packs; the newest version of a code counts."""

    __tablename__ = "pack_schedules"

    code: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    title: Mapped[Words]
    template: Mapped[Code]  # morning, risk, portfolio, compliance, operations, board
    params: Mapped[Json]
    formats: Mapped[Json]  # {"of": ["pdf", "xlsx"]}
    cron: Mapped[Words]
    timezone: Mapped[Code]
    wait_minutes: Mapped[int] = mapped_column(SmallInteger)  # how long it waits for the numbers of the day
    calendar: Mapped[Code]  # business days on which it runs; "" for all
    recipients: Mapped[Json]  # {"users": [...]}: each gets their own rows
    folder: Mapped[Words]
    enabled: Mapped[bool]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class Pack(Base):
    """A pack that was made for one reader (their rights), at one pair of clocks."""

    __tablename__ = "packs"
    __table_args__ = (
        CheckConstraint("state IN ('complete', 'partial')", name="state"),
        Index("ix_packs_template_recorded_at", "template", "recorded_at"),
        UniqueConstraint("schedule", "due_at", "reader", name="uq_packs_schedule_due_at_reader"),
    )

    id: Mapped[Id]
    template: Mapped[Code]
    template_version: Mapped[Code]
    schedule: Mapped[Code | None]
    due_at: Mapped[datetime | None]
    as_of: Mapped[Day]
    known_at: Mapped[Utc]
    params: Mapped[Json]
    reader: Mapped[Code]  # whose rights it was made under
    rights: Mapped[Json]  # permissions and portfolios at that moment
    state: Mapped[Code]  # complete, partial
    gaps: Mapped[Json]  # what is missing, why, and how much it could matter
    digest: Mapped[Code]  # of its content, whatever the format
    seconds: Mapped[float]
    made_by: Mapped[Words]
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    simulated: Mapped[bool]
    recorded_at: Mapped[Recorded]


class PackFile(Base):
    """A pack in one format, as it was sent."""

    __tablename__ = "pack_files"

    pack_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("packs.id"), primary_key=True)
    format: Mapped[Code] = mapped_column(primary_key=True)
    file_name: Mapped[Words]
    media_type: Mapped[Words]
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[Code]
    recorded_at: Mapped[Recorded]


class Thread(Base):
    """A discussion of a figure: metric, portfolio and pair of clocks."""

    __tablename__ = "threads"
    __table_args__ = (Index("ix_threads_metric_portfolio_as_of", "metric", "portfolio", "as_of"),)

    id: Mapped[Id]
    metric: Mapped[Words]
    params: Mapped[Json]
    portfolio: Mapped[Code | None]
    as_of: Mapped[Day]
    known_at: Mapped[Utc]
    figure: Mapped[Words]  # as it was read when the discussion began, such as "−1.2 M EUR"
    permission: Mapped[Code]  # that reading the figure needs
    title: Mapped[Words]
    opened_by: Mapped[Words]
    resolved_by: Mapped[Words | None]
    resolved_at: Mapped[datetime | None]
    recorded_at: Mapped[Recorded]


class ThreadComment(Base):
    """What somebody said; a correction is another comment."""

    __tablename__ = "thread_comments"

    id: Mapped[Id]
    thread_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("threads.id"), index=True)
    body: Mapped[Words]
    by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class SignOff(Base):
    """A step of the daily sign-off of a portfolio; a hash of the figures that it stands for."""

    __tablename__ = "sign_offs"
    __table_args__ = (
        CheckConstraint("step IN ('prepared', 'reviewed', 'approved', 'reopened')", name="step"),
        Index("ix_sign_offs_portfolio_as_of", "portfolio", "as_of"),
    )

    id: Mapped[Id]
    portfolio: Mapped[Code]
    as_of: Mapped[Day]
    known_at: Mapped[Utc]
    step: Mapped[Code]
    digest: Mapped[Code]
    figures: Mapped[Json]
    note: Mapped[Words]
    by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class Adjustment(Base):
    """An amount that people put beside a figure, never into it."""

    __tablename__ = "adjustments"
    __table_args__ = (Index("ix_adjustments_portfolio_as_of", "portfolio", "as_of"),)

    id: Mapped[Id]
    portfolio: Mapped[Code]
    as_of: Mapped[Day]
    metric: Mapped[Words]
    amount: Mapped[Decimal] = mapped_column(Numeric(20, 2))
    currency: Mapped[Code]
    reason: Mapped[Words]
    proposed_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class AdjustmentDecision(Base):
    """What a second person said of an adjustment."""

    __tablename__ = "adjustment_decisions"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'rejected', 'withdrawn')", name="decision"),)

    id: Mapped[Id]
    adjustment_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("adjustments.id"), index=True)
    decision: Mapped[Code]
    note: Mapped[Words]
    decided_by: Mapped[Words]
    recorded_at: Mapped[Recorded]
