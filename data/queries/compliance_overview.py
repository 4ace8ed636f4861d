"""Reads of Compliance > Overview: the newest run of the rules, and findings by day, regime and action."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.compliance import ComplianceRecord, ComplianceRun


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run of the rules; ``counts`` by rule: evaluated, fired, data_gap."""

    id: int
    kind: str
    as_of: date
    recorded_at: datetime
    subjects: int
    counts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FindingRow:
    """How many findings of one action there are about the events of a day under a regime."""

    day: date
    regime: str
    action: str
    number: int


_RUN = tuple(getattr(ComplianceRun, name) for name in RunRow.__dataclass_fields__)


def newest_run(session: Session, *, as_of: date, known_at: datetime) -> RunRow | None:
    """Return the newest run over the whole book up to a day: that of a night, else one that was asked for."""
    statement = (
        select(*_RUN)
        .where(
            ComplianceRun.kind.in_(("nightly", "on-demand")),
            ComplianceRun.as_of <= as_of,
            ComplianceRun.recorded_at <= known_at,
        )
        .order_by(
            (ComplianceRun.kind == "nightly").desc(), ComplianceRun.as_of.desc(), ComplianceRun.id.desc()
        )
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else RunRow(*row)


def run(session: Session, run_id: int) -> RunRow | None:
    """Return a run; None when there is none of this id."""
    row = session.execute(select(*_RUN).where(ComplianceRun.id == run_id)).one_or_none()
    return None if row is None else RunRow(*row)


def findings(session: Session, *, first: date, last: date, known_at: datetime) -> list[FindingRow]:
    """Return blocks, flags and gaps of the days ``first`` to ``last``, both included, by day, regime and action."""
    keys = (ComplianceRecord.as_of, ComplianceRecord.regime, ComplianceRecord.action)
    statement = (
        select(*keys, func.count())
        .where(
            ComplianceRecord.as_of >= first,
            ComplianceRecord.as_of <= last,
            ComplianceRecord.recorded_at <= known_at,
            ComplianceRecord.action != "report",
        )
        .group_by(*keys)
        .order_by(*keys)
    )
    return [FindingRow(*row) for row in session.execute(statement)]
