"""What the portal tells people without being asked."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from data.base import Base, Code, Id, Json, Recorded, Words


class Alert(Base):
    """Something that somebody should know: raised by a rule about a subject, cleared when it is over.

    Of one rule and subject at most one alert is open. ``permission`` is the right without which it is not seen.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity"),
        Index("ix_alerts_raised_at", "raised_at"),
        Index("uq_alerts_open", "rule", "subject", unique=True, postgresql_where=text("cleared_at IS NULL")),
    )

    id: Mapped[Id]
    rule: Mapped[Code]  # such as risk.grade-drop, forecast.drift, jobs.lost
    subject: Mapped[Code]  # such as the portfolio or target that it is about
    severity: Mapped[Code]
    title: Mapped[Words]
    message: Mapped[Words]
    link: Mapped[Words]  # page that shows it
    permission: Mapped[Code]
    facts: Mapped[Json]
    raised_at: Mapped[Recorded]
    acknowledged_by: Mapped[Words | None]
    acknowledged_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
