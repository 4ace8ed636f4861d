"""Runs of risk with their scenario P&L, what they measured, stress scenarios, limits and what became of breaches.

All of it is appended: a run never changes, a new version of a scenario or limit is a new row, a step of a workflow is
an event.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Quote, Recorded, Words


class RiskRun(Base):
    """One execution of one method over all books, under one pair of clocks; ``job_id`` None for a loader's."""

    __tablename__ = "risk_runs"
    __table_args__ = (
        Index("ix_risk_runs_as_of_method", "as_of", "method"),
        Index("ix_risk_runs_fingerprint", "fingerprint"),
    )

    id: Mapped[Id]
    job_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("jobs.id"))
    as_of: Mapped[Day]
    known_at: Mapped[datetime]
    recorded_at: Mapped[Recorded]
    method: Mapped[
        Code
    ]  # historical, age_weighted, filtered_ewma, filtered_garch, parametric, monte_carlo ...
    params: Mapped[Json]  # window, horizon_days, scenarios, seed, ...
    fingerprint: Mapped[Code]  # hash of parameters, data version and code version
    code_version: Mapped[Code]
    scenarios: Mapped[int] = mapped_column(BigInteger)
    trades: Mapped[int] = mapped_column(BigInteger)
    missing: Mapped[int] = mapped_column(BigInteger)  # live trades without a value, which are in no figure
    currency: Mapped[Code]
    simulated: Mapped[bool]
    facts: Mapped[
        Json
    ]  # notes, shock types, shares of stale and proxied marks, distance of repaired matrices
    seconds: Mapped[Quote]
    run_by: Mapped[Words]


class ScenarioPnl(Base):
    """One array of a run, cut into pieces: moves of the factors, exposures, full revaluation of what is not linear."""

    __tablename__ = "scenario_pnl"

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("risk_runs.id"), primary_key=True, autoincrement=False
    )
    name: Mapped[Code] = mapped_column(primary_key=True)
    piece: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    dtype: Mapped[Code]
    shape: Mapped[list[int]] = mapped_column(JSONB)  # of the whole array
    data: Mapped[bytes] = mapped_column(LargeBinary)  # zlib of little-endian C order


class RiskMetric(Base):
    """What a run says of one node: a figure of one measure at one level, with its band where it has one."""

    __tablename__ = "risk_metrics"
    __table_args__ = (Index("ix_risk_metrics_portfolio_id_measure", "portfolio_id", "measure"),)

    run_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("risk_runs.id"), primary_key=True, autoincrement=False
    )
    portfolio_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    measure: Mapped[Code] = mapped_column(primary_key=True)
    level: Mapped[Quote] = mapped_column(primary_key=True)  # 0 for a measure without one
    value: Mapped[Quote]
    low: Mapped[Quote | None]
    high: Mapped[Quote | None]


class RiskDay(Base):
    """The forecast of one method for one node and the P&L of the next business day; the history that is backtested.

    ``day`` is the day of the P&L; the forecast was made from what was known on the business day before.
    """

    __tablename__ = "risk_days"
    __table_args__ = (Index("ix_risk_days_day", "day"),)

    portfolio_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    day: Mapped[Day] = mapped_column(primary_key=True)
    method: Mapped[Code] = mapped_column(primary_key=True)
    level: Mapped[Quote] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    value_at_risk: Mapped[Quote]
    expected_shortfall: Mapped[Quote]
    hypothetical: Mapped[Quote]  # P&L of the positions of the day before, EUR
    actual: Mapped[Quote]  # with the trades of the day, EUR
    missing: Mapped[int] = mapped_column(BigInteger)  # trades without a value on either day


class BacktestComment(Base):
    """What somebody said about an exception."""

    __tablename__ = "backtest_comments"
    __table_args__ = (Index("ix_backtest_comments_portfolio_id_day", "portfolio_id", "day"),)

    id: Mapped[Id]
    portfolio_id: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[Day]
    method: Mapped[Code]
    cause: Mapped[Code]  # market, position, data, model, other
    comment: Mapped[Words]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class StressScenario(Base):
    """One version of a stress scenario: a named event of history or typed shocks; the newest version counts."""

    __tablename__ = "stress_scenarios"
    __table_args__ = (CheckConstraint("kind IN ('historical', 'hypothetical')", name="kind"),)

    code: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    kind: Mapped[Code]
    title: Mapped[Words]
    narrative: Mapped[Words]
    shocks: Mapped[Json]
    retired: Mapped[bool]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class Limit(Base):
    """One version of a limit, as proposed. It is in force from ``effective_from`` once enough others approved it."""

    __tablename__ = "limits"
    __table_args__ = (Index("ix_limits_portfolio_id", "portfolio_id"),)

    id: Mapped[Id]
    code: Mapped[Code]  # of the limit, the same in all versions
    title: Mapped[Words]
    portfolio_id: Mapped[int] = mapped_column(BigInteger)
    terms: Mapped[Json]  # conditions with measure, level, method, tiers, combined by and/or
    effective_from: Mapped[Day]
    effective_to: Mapped[date | None]  # first day on which it does not hold any more
    approvals_needed: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[Words]
    proposed_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class LimitDecision(Base):
    """What one person said to one version of a limit."""

    __tablename__ = "limit_decisions"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'rejected', 'withdrawn')", name="decision"),)

    limit_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("limits.id"), primary_key=True, autoincrement=False
    )
    decided_by: Mapped[Words] = mapped_column(primary_key=True)
    decision: Mapped[Code]
    note: Mapped[Words]
    recorded_at: Mapped[Recorded]


class LimitEvent(Base):
    """One step in the life of a breach. ``breach`` is the id of its first event, None for the first itself."""

    __tablename__ = "limit_events"
    __table_args__ = (
        CheckConstraint(
            "event IN ('opened', 'worsened', 'eased', 'acknowledged', 'assigned', 'explained', 'approved', "
            "'reopened', 'closed', 'noted')",
            name="event",
        ),
        Index("ix_limit_events_limit_code", "limit_code"),
        Index("ix_limit_events_breach", "breach"),
    )

    id: Mapped[Id]
    breach: Mapped[int | None] = mapped_column(BigInteger)
    limit_code: Mapped[Code]
    limit_id: Mapped[int] = mapped_column(BigInteger)  # the version that was judged
    portfolio_id: Mapped[int] = mapped_column(BigInteger)
    run_id: Mapped[int | None] = mapped_column(BigInteger)
    as_of: Mapped[Day]
    event: Mapped[Code]
    tier: Mapped[Code]  # soft, hard
    used: Mapped[Quote]  # share of the hard tier
    owner: Mapped[Words | None]
    due: Mapped[datetime | None]
    note: Mapped[Words]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]
