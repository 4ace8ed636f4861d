"""Proposed parameters of compliance and what was decided about them; both are only added."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.models.compliance import ParameterDecision, ParameterProposal


def propose(session: Session, **columns: Any) -> int:
    """Store a proposal and return its id."""
    statement = insert(ParameterProposal).values(**columns).returning(ParameterProposal.id)
    return int(session.execute(statement).scalar_one())


def decide(session: Session, **columns: Any) -> None:
    """Store what was decided about a proposal."""
    session.execute(insert(ParameterDecision).values(**columns))
