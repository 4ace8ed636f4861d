"""Changes of health of services, appended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from data.models.operations import ServiceState

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('enerscope health'))")


def alone(session: Session) -> None:
    """Let other monitors wait until the end of the transaction: a change is stored once."""
    session.execute(_LOCK)


def append(
    session: Session, *, service: str, at: datetime, state: str, reason: str, facts: Mapping[str, Any]
) -> None:
    """Store a change."""
    session.execute(
        insert(ServiceState).values(service=service, at=at, state=state, reason=reason, facts=dict(facts))
    )
