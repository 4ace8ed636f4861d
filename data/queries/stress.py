"""Reads of stress scenarios, and of the curves on the days of past events, under both clocks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.risk import StressScenario
from data.queries.mark_rows import POINTS, Nodes, nodes_of, points
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """One version of a scenario; ``shocks`` holds what ``portal.domain.risk.stress.records`` reads."""

    code: str
    version: int
    kind: str
    title: str
    narrative: str
    shocks: dict[str, Any]
    retired: bool
    written_by: str
    recorded_at: datetime


def newest_scenarios(session: Session, *, clocks: Clocks) -> list[ScenarioRow]:
    """Return the newest version of each scenario that was known at ``clocks.known_at``, by code, retired ones too."""
    statement = (
        select(StressScenario)
        .where(StressScenario.recorded_at <= clocks.known_at)
        .ext(distinct_on(StressScenario.code))
        .order_by(StressScenario.code, StressScenario.version.desc())
    )
    return [_row(found) for found in session.scalars(statement)]


def newest_version(session: Session, code: str) -> ScenarioRow | None:
    """Return the newest version of one scenario as it is now, or None."""
    statement = (
        select(StressScenario)
        .where(StressScenario.code == code)
        .order_by(StressScenario.version.desc())
        .limit(1)
    )
    found = session.scalar(statement)
    return None if found is None else _row(found)


def _row(found: StressScenario) -> ScenarioRow:
    return ScenarioRow(
        found.code,
        found.version,
        found.kind,
        found.title,
        found.narrative,
        found.shocks,
        found.retired,
        found.written_by,
        found.recorded_at,
    )


def nodes_on(
    session: Session, *, clocks: Clocks, curve_ids: Collection[int], days: Collection[date]
) -> Nodes:
    """Return the prices of the curves on the days, ordered by day, curve and month."""
    where = (POINTS.c.curve_id.in_(list(curve_ids)), POINTS.c.trade_date.in_(list(days)))
    return nodes_of(session, points(clocks, *where))
