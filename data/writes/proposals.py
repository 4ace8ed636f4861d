"""Proposals to change a trade and what was decided about them: both appended, neither ever updated."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.models.portfolio import TradeDecision, TradeProposal


def add_proposal(
    session: Session,
    *,
    trade_id: int,
    base_version: int,
    event: str,
    effective_on: date,
    terms: Mapping[str, Any],
    reason: str,
    proposed_by: str,
) -> int:
    """Record a proposal and return its id; ``terms`` holds the changed fields as JSON."""
    statement = (
        insert(TradeProposal)
        .values(
            trade_id=trade_id,
            base_version=base_version,
            event=event,
            effective_on=effective_on,
            terms=dict(terms),
            reason=reason,
            proposed_by=proposed_by,
        )
        .returning(TradeProposal.id)
    )
    return int(session.execute(statement).scalar_one())


def add_decision(session: Session, *, proposal_id: int, decision: str, decided_by: str, note: str) -> None:
    """Record what was decided: ``approved``, ``rejected`` or ``withdrawn``."""
    session.execute(
        insert(TradeDecision).values(
            proposal_id=proposal_id, decision=decision, decided_by=decided_by, note=note
        )
    )
