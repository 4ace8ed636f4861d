"""Cases that let a trade in although a rule refuses it."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.compliance import Case


def accepted_cases(session: Session, keys: Collection[str], *, outcome: str) -> dict[str, int]:
    """Return the numbers of the closed cases of these keys that were decided as ``outcome``, by key."""
    statement = select(Case.key, Case.id).where(
        Case.key.in_(keys), Case.state == "closed", Case.outcome == outcome
    )
    return {str(key): int(number) for key, number in session.execute(statement)}
