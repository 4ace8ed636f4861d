"""Versions of stress scenarios: appended, never changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from data.models.risk import StressScenario


def add_version(
    session: Session,
    *,
    code: str,
    kind: str,
    title: str,
    narrative: str,
    shocks: Mapping[str, Any],
    retired: bool,
    written_by: str,
) -> int:
    """Store the next version of a scenario and return its number; two writers of one code wait for each other."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"stress {code}"))))
    last = session.scalar(select(func.max(StressScenario.version)).where(StressScenario.code == code)) or 0
    session.execute(
        insert(StressScenario).values(
            code=code,
            version=last + 1,
            kind=kind,
            title=title,
            narrative=narrative,
            shocks=dict(shocks),
            retired=retired,
            written_by=written_by,
        )
    )
    return int(last) + 1
