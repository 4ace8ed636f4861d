"""Limits, decisions about them and steps of breaches: appended, never updated."""

from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from data.models.risk import Limit, LimitDecision, LimitEvent


def lock(session: Session) -> None:
    """Wait for others who change limits or breaches; held until the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('enerscope limits'))"))


def add_limit(session: Session, **terms: Any) -> int:
    """Store a version of a limit as proposed and return its id."""
    return int(session.execute(insert(Limit).values(**terms).returning(Limit.id)).scalar_one())


def add_decision(session: Session, **terms: Any) -> None:
    """Store what one person said to one version."""
    session.execute(insert(LimitDecision).values(**terms))


def add_event(session: Session, **terms: Any) -> int:
    """Store a step of a breach and return its id; without ``breach`` it opens one."""
    return int(session.execute(insert(LimitEvent).values(**terms).returning(LimitEvent.id)).scalar_one())
