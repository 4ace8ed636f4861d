"""Reads of proposed parameters of compliance and of what was decided about them, as known at a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from data.models.compliance import ComplianceRecord, ParameterDecision, ParameterProposal
from data.models.portfolio import Trade


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A proposed value, and its decision; ``decision`` None while nobody has decided."""

    id: int
    code: str
    value: dict[str, Any]
    valid_from: date | None
    valid_to: date | None
    source: str
    trust: str
    reason: str
    replay: dict[str, Any]
    proposed_by: str
    recorded_at: datetime
    decision: str | None
    decided_by: str | None
    note: str | None
    decided_at: datetime | None


_OF_DECISION = 4  # the last columns of a row
_PROPOSAL = tuple(
    getattr(ParameterProposal, name) for name in tuple(ProposalRow.__dataclass_fields__)[:-_OF_DECISION]
)
_COLUMNS: tuple[Any, ...] = (
    *_PROPOSAL,
    ParameterDecision.decision,
    ParameterDecision.decided_by,
    ParameterDecision.note,
    ParameterDecision.recorded_at,
)


def proposals(
    session: Session, *, known_at: datetime, codes: Collection[str] | None = None
) -> list[ProposalRow]:
    """Return the proposals that were made by then, oldest first, each with its decision if it was made by then."""
    decided = and_(
        ParameterDecision.proposal_id == ParameterProposal.id, ParameterDecision.recorded_at <= known_at
    )
    statement = (
        select(*_COLUMNS)
        .outerjoin(ParameterDecision, decided)
        .where(ParameterProposal.recorded_at <= known_at)
        .order_by(ParameterProposal.id)
    )
    if codes is not None:
        statement = statement.where(ParameterProposal.code.in_(codes))
    return [ProposalRow(*row) for row in session.execute(statement)]


def approved(session: Session, *, known_at: datetime) -> list[ProposalRow]:
    """Return the proposals that were approved by then, in the order of their approval."""
    statement = (
        select(*_COLUMNS)
        .join(ParameterDecision, ParameterDecision.proposal_id == ParameterProposal.id)
        .where(ParameterDecision.decision == "approved", ParameterDecision.recorded_at <= known_at)
        .order_by(ParameterDecision.recorded_at, ParameterProposal.id)
    )
    return [ProposalRow(*row) for row in session.execute(statement)]


def locked(session: Session, proposal_id: int) -> ProposalRow | None:
    """Return a proposal, held until the end of the transaction so that it is decided once; None when there is none."""
    held = select(ParameterProposal.id).where(ParameterProposal.id == proposal_id).with_for_update()
    if session.scalars(held).one_or_none() is None:
        return None
    statement = (
        select(*_COLUMNS)
        .outerjoin(ParameterDecision, ParameterDecision.proposal_id == ParameterProposal.id)
        .where(ParameterProposal.id == proposal_id)
    )
    return ProposalRow(*session.execute(statement).one())


@dataclass(frozen=True, slots=True)
class PastRecord:
    """What a rule was told of something that is no trade, when it fired."""

    rule: str
    subject_kind: str
    subject: str
    as_of: date
    inputs: dict[str, Any]


def past_records(
    session: Session, *, since: date, until: date, known_at: datetime, rules: Collection[str]
) -> list[PastRecord]:
    """Return what rules were told of positions, parties, reports and so on in a span of days; trades are left out."""
    statement = (
        select(
            ComplianceRecord.rule, ComplianceRecord.subject_kind, ComplianceRecord.subject, ComplianceRecord.as_of,
            ComplianceRecord.inputs,
        )
        .where(
            ComplianceRecord.rule.in_(rules), ComplianceRecord.subject_kind != "trade",
            ComplianceRecord.as_of.between(since, until), ComplianceRecord.recorded_at <= known_at,
        )
        .order_by(ComplianceRecord.id)
    )  # fmt: skip
    return [PastRecord(*row) for row in session.execute(statement)]


def trades_between(session: Session, *, since: date, until: date, known_at: datetime, most: int) -> list[int]:
    """Return the numbers of the trades that were done in a span of days, the newest first, at most so many."""
    statement = (
        select(Trade.trade_id)
        .where(Trade.trade_date.between(since, until), Trade.recorded_at <= known_at)
        .group_by(Trade.trade_id)
        .order_by(func.max(Trade.trade_date).desc(), Trade.trade_id.desc())
        .limit(most)
    )
    return [int(number) for number in session.scalars(statement)]


def record_counts(
    session: Session, *, since: date, until: date, known_at: datetime
) -> dict[tuple[str, str], int]:
    """Return how many records there are of a span of days, by rule and action."""
    statement = (
        select(ComplianceRecord.rule, ComplianceRecord.action, func.count())
        .where(ComplianceRecord.as_of.between(since, until), ComplianceRecord.recorded_at <= known_at)
        .group_by(ComplianceRecord.rule, ComplianceRecord.action)
    )
    return {(str(rule), str(action)): int(count) for rule, action, count in session.execute(statement)}


def record_days(
    session: Session, *, rule: str, since: date, until: date, known_at: datetime
) -> list[tuple[date, str, int]]:
    """Return how many records of a rule there are of each day, by action."""
    statement = (
        select(ComplianceRecord.as_of, ComplianceRecord.action, func.count())
        .where(
            ComplianceRecord.rule == rule,
            ComplianceRecord.as_of.between(since, until),
            ComplianceRecord.recorded_at <= known_at,
        )
        .group_by(ComplianceRecord.as_of, ComplianceRecord.action)
        .order_by(ComplianceRecord.as_of, ComplianceRecord.action)
    )
    return [(day, str(action), int(count)) for day, action, count in session.execute(statement)]
