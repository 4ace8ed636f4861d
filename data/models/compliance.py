"""Rules, their dated parameters, what they found, surveillance, cases; facts of trades, parties and installations.

All of it is appended, but for the state of a case, which is moved on while what happened stays in ``case_events``.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Quote, Recorded, Utc, Words


class ComplianceRule(Base):
    """A version of a rule's text as the engine knew it; ``sha256`` is of its code and declaration."""

    __tablename__ = "compliance_rules"

    code: Mapped[Code] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[Code] = mapped_column(primary_key=True)
    declaration: Mapped[Json]
    recorded_at: Mapped[Recorded]


class ParameterProposal(Base):
    """A dated value of a parameter that an officer wants; in force once a second person approved it.

    ``valid_to`` is exclusive; both ends may be open. ``replay`` is what the change would have done to history.
    """

    __tablename__ = "parameter_proposals"
    __table_args__ = (Index("ix_parameter_proposals_code", "code"),)

    id: Mapped[Id]
    code: Mapped[Code]  # such as US-PL-01.CL
    value: Mapped[Json]  # {"value": ...}
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    source: Mapped[Words]
    trust: Mapped[Code]  # V, S, U or P
    reason: Mapped[Words]
    replay: Mapped[Json]
    proposed_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ParameterDecision(Base):
    """What was decided about a proposed parameter, once and for all."""

    __tablename__ = "parameter_decisions"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'rejected', 'withdrawn')", name="decision"),)

    proposal_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("parameter_proposals.id"), primary_key=True, autoincrement=False
    )
    decision: Mapped[Code]
    decided_by: Mapped[Words]
    note: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ComplianceRun(Base):
    """One pass of the engine: before a trade, at its booking, over the book at night, on demand or as a replay."""

    __tablename__ = "compliance_runs"
    __table_args__ = (
        CheckConstraint("kind IN ('pre-trade', 'booking', 'nightly', 'on-demand')", name="kind"),
        Index("ix_compliance_runs_as_of", "as_of"),
        Index("ix_compliance_runs_recorded_at", "recorded_at"),
    )

    id: Mapped[Id]
    kind: Mapped[Code]
    as_of: Mapped[Day]
    known_at: Mapped[datetime]
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    rules_sha256: Mapped[Code]  # of all rules in force
    parameters_sha256: Mapped[Code]  # of all parameters in force
    subjects: Mapped[int] = mapped_column(BigInteger)  # trades, positions and parties that were looked at
    counts: Mapped[Json]  # by rule: evaluated, fired, data_gap
    seconds: Mapped[Quote]
    run_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ComplianceRecord(Base):
    """One rule that fired, or that could not be evaluated for want of data, about one subject.

    The same finding about the same subject is stored once (``fingerprint``) while it stays the same; a later run that
    finds it again adds no row.
    """

    __tablename__ = "compliance_records"
    __table_args__ = (
        CheckConstraint("action IN ('block', 'flag', 'report', 'gap')", name="action"),
        Index("ix_compliance_records_rule_recorded_at", "rule", "recorded_at"),
        Index("ix_compliance_records_trade_id", "trade_id"),
        Index("ix_compliance_records_as_of", "as_of"),
        Index("uq_compliance_records_fingerprint", "fingerprint", unique=True),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("compliance_runs.id"), index=True)
    fingerprint: Mapped[Code]  # SHA-256 of rule, version, subject, event day, action, inputs
    rule: Mapped[Code]
    rule_version: Mapped[int] = mapped_column(SmallInteger)
    regime: Mapped[Code]
    action: Mapped[Code]
    subject_kind: Mapped[Code]  # trade, order, position, party, installation, report, ...
    subject: Mapped[Code]
    trade_id: Mapped[int | None] = mapped_column(BigInteger)
    trade_version: Mapped[int | None] = mapped_column(SmallInteger)
    portfolio_id: Mapped[int | None] = mapped_column(BigInteger)  # None: concerns the firm
    counterparty_id: Mapped[int | None] = mapped_column(BigInteger)
    as_of: Mapped[Day]  # day of the event
    due_at: Mapped[datetime | None]
    message: Mapped[Words]
    measured: Mapped[Quote | None]
    limit: Mapped[Quote | None]
    unit: Mapped[Code | None]
    inputs: Mapped[Json]
    values: Mapped[Json]
    parameters: Mapped[Json]  # code -> value, validity, source and trust of those used
    recorded_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class Obligation(Base):
    """Something that must be filed or done by a moment: the compliance calendar. Late is derived, never stored."""

    __tablename__ = "obligations"
    __table_args__ = (
        Index("ix_obligations_due_at", "due_at"),
        Index("uq_obligations_key", "key", unique=True),
    )

    id: Mapped[Id]
    key: Mapped[Code]  # rule, subject and event: one obligation once
    rule: Mapped[Code]
    regime: Mapped[Code]
    title: Mapped[Words]
    subject: Mapped[Words]
    report_kind: Mapped[Code | None]  # of the report that fulfils it
    event_on: Mapped[Day]
    due_at: Mapped[Utc]
    due_confirmed: Mapped[bool]  # false: the deadline itself is unverified
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[Recorded]


class ObligationEvent(Base):
    """A step of an obligation: taken over, done with a report, skipped with a reason, opened again."""

    __tablename__ = "obligation_events"
    __table_args__ = (CheckConstraint("step IN ('owned', 'done', 'skipped', 'reopened')", name="step"),)

    id: Mapped[Id]
    obligation_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("obligations.id"), index=True)
    step: Mapped[Code]
    report_id: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[Words]
    by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class OrderEvent(Base):
    """What happened to an order, or a quote of the market seen at that moment; orders are the sum of their events."""

    __tablename__ = "order_events"
    __table_args__ = (
        CheckConstraint("event IN ('new', 'amend', 'cancel', 'fill', 'reject', 'quote')", name="event"),
        Index("ix_order_events_at", "at"),
        Index("ix_order_events_order_ref", "order_ref"),
        Index("ix_order_events_trader_at", "trader", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Utc]
    event: Mapped[Code]
    order_ref: Mapped[Code | None]  # None for quotes
    trader: Mapped[Words | None]
    account: Mapped[Code | None]
    beneficial_owner: Mapped[Code | None]
    counterparty_code: Mapped[Code | None]  # of a fill
    trade_id: Mapped[int | None] = mapped_column(BigInteger)
    curve_id: Mapped[int] = mapped_column(BigInteger)
    contract: Mapped[Code]  # such as TTF
    month: Mapped[Day]  # first delivery month
    side: Mapped[int | None] = mapped_column(SmallInteger)  # 1 buy, -1 sell
    price: Mapped[Quote | None]  # in the unit of the curve
    quantity: Mapped[Quote | None]  # lots
    best_bid: Mapped[Quote | None]
    best_offer: Mapped[Quote | None]
    depth: Mapped[Quote | None]  # visible lots on the side of the order
    venue: Mapped[Code]  # MIC
    is_algo: Mapped[bool]
    simulated: Mapped[bool]
    recorded_at: Mapped[Recorded]


class InsideInformation(Base):
    """Something that is inside information until it is published: an outage, a decision; one version."""

    __tablename__ = "inside_information"
    __table_args__ = (Index("ix_inside_information_known_from", "known_from"),)

    id: Mapped[Id]
    code: Mapped[Code]  # the same in all versions
    asset: Mapped[Words]
    zone: Mapped[Code]
    delivery_from: Mapped[Utc]
    delivery_to: Mapped[Utc]
    known_from: Mapped[Utc]
    published_at: Mapped[datetime | None]
    channel: Mapped[Code | None]  # IIP or WEBSITE
    delay_reason: Mapped[Words | None]
    notified_at: Mapped[datetime | None]
    mw: Mapped[Quote]
    planned: Mapped[bool]
    lost_mwh: Mapped[Quote | None]
    message: Mapped[Words]
    holders: Mapped[Json]  # {"usernames": [...]}
    simulated: Mapped[bool]
    written_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class SurveillanceHit(Base):
    """A pattern that a detector saw in orders and fills, with the events that show it."""

    __tablename__ = "surveillance_hits"
    __table_args__ = (
        Index("ix_surveillance_hits_detector_started_at", "detector", "started_at"),
        Index("uq_surveillance_hits_fingerprint", "fingerprint", unique=True),
    )

    id: Mapped[Id]
    run_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("compliance_runs.id"), index=True)
    fingerprint: Mapped[Code]
    detector: Mapped[Code]  # rule, such as US-MM-03
    detector_version: Mapped[int] = mapped_column(SmallInteger)
    subject: Mapped[Words]  # trader or pair of accounts
    contract: Mapped[Code]
    portfolio_id: Mapped[int | None] = mapped_column(BigInteger)
    started_at: Mapped[Utc]
    ended_at: Mapped[Utc]
    score: Mapped[Quote]
    message: Mapped[Words]
    evidence: Mapped[Json]  # ids of events, thresholds, measured values, tests met
    parameters: Mapped[Json]
    simulated: Mapped[bool]
    recorded_at: Mapped[Recorded]


class Case(Base):
    """Something that somebody must decide. The row holds where it stands; what happened is in its events."""

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'proposed', 'closed')", name="state"),
        CheckConstraint("severity IN ('low', 'medium', 'high', 'critical')", name="severity"),
        Index("ix_cases_state_due_at", "state", "due_at"),
        Index("uq_cases_key", "key", unique=True),
    )

    id: Mapped[Id]
    key: Mapped[Code]  # fingerprint of what opened it: one finding opens one case
    kind: Mapped[Code]  # rule, surveillance, screening, privacy, report, audit, manual
    rule: Mapped[Code | None]
    title: Mapped[Words]
    subject_kind: Mapped[Code]
    subject: Mapped[Words]
    trade_id: Mapped[int | None] = mapped_column(BigInteger)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
    hit_id: Mapped[int | None] = mapped_column(BigInteger)
    severity: Mapped[Code]
    owner: Mapped[Code | None]
    state: Mapped[Code]
    outcome: Mapped[Code | None]  # confirmed, false-positive, accepted, reported
    opened_by: Mapped[Words]
    opened_at: Mapped[Recorded]
    due_at: Mapped[Utc]
    closed_at: Mapped[datetime | None]


class CaseEvent(Base):
    """A step of a case; ``body`` holds the comment, the link, the proposed outcome with its reason."""

    __tablename__ = "case_events"
    __table_args__ = (
        CheckConstraint(
            "step IN ('opened', 'assigned', 'severity', 'comment', 'evidence', 'linked', 'proposed', 'approved', "
            "'returned', 'reopened')",
            name="step",
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("cases.id"), index=True)
    step: Mapped[Code]
    by: Mapped[Words]
    body: Mapped[Json]
    recorded_at: Mapped[Recorded]


class TradeFacts(Base):
    """What compliance must know of a trade beyond its terms: venue, moment of execution, UTI, standard or not ..."""

    __tablename__ = "trade_facts"

    trade_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    facts: Mapped[Json]
    recorded_by: Mapped[Words]


class PartyFacts(Base):
    """What compliance must know of a counterparty, or of the own firm (``SELF``): codes, classes, registrations."""

    __tablename__ = "party_facts"

    party: Mapped[Code] = mapped_column(primary_key=True)  # code of the counterparty
    effective_on: Mapped[Day] = mapped_column(primary_key=True)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    facts: Mapped[Json]
    recorded_by: Mapped[Words]


class InstallationYear(Base):
    """An installation of an emissions trading scheme in one year, as known at ``recorded_at``."""

    __tablename__ = "installation_years"
    __table_args__ = (CheckConstraint("scheme IN ('EU', 'UK')", name="scheme"),)

    code: Mapped[Code] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    recorded_at: Mapped[Recorded] = mapped_column(primary_key=True)
    name: Mapped[Words]
    scheme: Mapped[Code]
    country: Mapped[Code]
    activity: Mapped[Code]
    facts: Mapped[Json]  # verified emissions, surrendered, holdings, free allocation, thermal MW ...
    simulated: Mapped[bool]
    recorded_by: Mapped[Words]
