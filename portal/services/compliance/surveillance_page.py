"""What Compliance > Surveillance shows: hits of some days with how they were decided, and one hit with its events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from data.queries import orders as queries
from data.queries.curve_terms import curve_rows
from data.queries.orders import EventRow, HitRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.detectors import all_detectors
from portal.services.compliance import parameters, surveillance

ALL = "all"
SPANS = {"5": "5 days", "30": "30 days", "90": "90 days"}
AROUND = timedelta(minutes=25)  # of the market shown before and after the evidence


@dataclass(frozen=True, slots=True)
class SurveillanceAsk:
    """What the reader wants to see; a hit that is named is shown alone."""

    days: int = 30
    detector: str = ALL
    hit: str = ""

    @classmethod
    def of(cls, filters: Mapping[str, Any]) -> "SurveillanceAsk":
        """Return what the inputs ask for; what they do not know falls back."""
        days, detector = str(filters.get("days") or ""), str(filters.get("detector") or "")
        return cls(
            int(days) if days in SPANS else 30,
            detector if detector in all_detectors() else ALL,
            "" if str(filters.get("hit") or ALL) == ALL else str(filters["hit"])[:20],
        )

    def params(self) -> dict[str, str]:
        """Return the inputs as texts."""
        return {"days": str(self.days), "detector": self.detector, "hit": self.hit}

    def span(self, clocks: Clocks) -> tuple[date, date]:
        """Return first and last day."""
        return clocks.as_of - timedelta(days=self.days - 1), clocks.as_of


@dataclass(frozen=True, slots=True)
class SurveillancePage:
    """Hits of the span, all hits up to its end, events known in it, and thresholds in force."""

    ask: SurveillanceAsk
    clocks: Clocks
    hits: tuple[HitRow, ...]
    history: tuple[HitRow, ...]
    events: int
    thresholds: Mapping[str, float]

    @property
    def simulated(self) -> bool:
        """Whether any hit is of simulated orders."""
        return any(row.simulated for row in self.hits)


@dataclass(frozen=True, slots=True)
class HitDetail:
    """A hit with the events around it; ``evidence`` are the numbers of those that show it."""

    row: HitRow
    events: tuple[EventRow, ...]
    evidence: frozenset[int]
    unit: str
    month: date

    @property
    def outcome(self) -> str:
        """What became of it."""
        return self.row.outcome or "undecided"


def page(ask: SurveillanceAsk, clocks: Clocks, actor: Actor) -> SurveillancePage:
    """Return the hits of the span.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    first, last = ask.span(clocks)
    with UnitOfWork() as work:
        history = queries.hits(work.session, known_at=clocks.known_at, last=last)
        events = queries.event_count(work.session, first=first, last=last, known_at=clocks.known_at)
        limits = surveillance.thresholds_in_force(last, parameters.in_force(work, clocks))
    chosen = [row for row in history if ask.detector in (ALL, row.detector)]
    within = [row for row in chosen if row.started_at.date() >= first]
    return SurveillancePage(ask, clocks, tuple(within), tuple(history), events, limits)


def detail(hit: str, clocks: Clocks, actor: Actor) -> HitDetail:
    """Return one hit with the orders, fills and quotes around it.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or no such hit was stored by then.
    """
    actor.require(Permission.COMPLIANCE_READ)
    if not hit.isdecimal():
        raise NotFound(f"There is no hit '{hit}'. Choose one from the list.")
    row = surveillance.hit(int(hit), clocks, actor)
    with UnitOfWork() as work:
        return detail_in(work, row, clocks.known_at)


def detail_in(work: UnitOfWork, row: HitRow, known_at: datetime) -> HitDetail:
    """Return the same within a unit of work that is open."""
    ids = [int(number) for number in row.evidence["events"]]
    evidence = queries.events_of(work.session, ids)
    if not evidence:
        raise NotFound(f"The events of hit {row.id} are gone. Run surveillance again.")
    first = evidence[0]
    units = {curve.code: curve.unit for curve in curve_rows(work.session)}
    around = queries.events(
        work.session, begin=row.started_at - AROUND, end=row.ended_at + AROUND, contract=first.contract,
        month=first.month, known_at=known_at,
    )  # fmt: skip
    return HitDetail(row, tuple(around), frozenset(ids), units.get(first.contract, ""), first.month)
