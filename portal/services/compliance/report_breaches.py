"""What the report of limit breaches is made of: every breach that was open in the period, as it stood at its end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.risk.limits.breach import Step
from portal.services.risk.limit_breaches import BreachView, breaches_in
from portal.services.risk.limits import versions_in


@dataclass(frozen=True, slots=True)
class BreachSource:
    """One breach, as the layout ``limit-breach`` asks for it."""

    number: int
    limit: str
    title: str
    portfolio: str
    tier: str
    state: str
    opened_at: datetime
    closed_at: datetime | None
    until: datetime
    used: float
    worst: float
    owner: str
    due: datetime | None
    overdue: bool
    explanation: str
    explained_by: str
    approved_by: str
    steps: Sequence[str]
    simulated: bool = False


def breach_sources(work: UnitOfWork, clocks: Clocks, start: date) -> Iterator[BreachSource]:
    """Yield the breaches that were open on a day from ``start`` to ``clocks.as_of``, the oldest first."""
    titles = {version.code: version.row.title for version in versions_in(work, clocks, SYSTEM)}
    end = datetime.combine(clocks.as_of + timedelta(days=1), time(), UTC)
    begin = datetime.combine(start, time(), UTC)
    for view in reversed(breaches_in(work, clocks, SYSTEM)):
        source = _source(view, titles.get(view.code, view.code), min(end, clocks.known_at))
        if source.closed_at is None or source.closed_at >= begin:
            yield source


def _source(view: BreachView, title: str, until: datetime) -> BreachSource:
    rows = view.rows
    explained = next((row for row in reversed(rows) if row.event == Step.EXPLAINED), None)
    approved = next((row for row in reversed(rows) if row.event == Step.APPROVED), None)
    return BreachSource(
        number=view.id,
        limit=view.code,
        title=title,
        portfolio=view.node.code,
        tier="hard" if any(row.tier == "hard" for row in rows) else "soft",
        state=view.breach.state.value,
        opened_at=rows[0].recorded_at,
        closed_at=rows[-1].recorded_at if view.is_closed else None,
        until=max(until, rows[0].recorded_at),
        used=rows[-1].used,
        worst=max(row.used for row in rows),
        owner=view.breach.owner or "",
        due=view.breach.due,
        overdue=view.overdue,
        explanation=explained.note if explained else "",
        explained_by=explained.written_by if explained else "",
        approved_by=approved.written_by if approved else "",
        steps=[f"{row.event} by {row.written_by} at {row.recorded_at:%Y-%m-%d %H:%M} UTC" for row in rows],
    )
