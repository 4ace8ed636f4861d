"""Reads of surveillance: the tape of orders, inside information, hits and how they were decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.compliance import Case, InsideInformation, OrderEvent, SurveillanceHit
from portal.domain.compliance.detectors.tape import EVENTS, InsideEntry, Tape

_EPOCH = date(1970, 1, 1)
_NAMED = ("order", "trader", "account", "owner", "party", "contract")
_COLUMNS = (
    OrderEvent.id, (func.extract("epoch", OrderEvent.at) * 1_000_000).label("at"), OrderEvent.event,
    OrderEvent.order_ref, OrderEvent.trader, OrderEvent.account, OrderEvent.beneficial_owner,
    OrderEvent.counterparty_code, OrderEvent.contract, OrderEvent.month, OrderEvent.side, OrderEvent.price,
    OrderEvent.quantity, OrderEvent.best_bid, OrderEvent.best_offer, OrderEvent.depth, OrderEvent.simulated,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HitRow:
    """A stored hit, with the case that it opened and what became of it."""

    id: int
    fingerprint: str
    detector: str
    detector_version: int
    subject: str
    contract: str
    started_at: datetime
    ended_at: datetime
    score: float
    message: str
    evidence: dict[str, Any]
    parameters: dict[str, Any]
    simulated: bool
    recorded_at: datetime
    case_id: int | None
    case_state: str | None
    outcome: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event of the tape, for a picture and its table."""

    id: int
    at: datetime
    event: str
    order_ref: str | None
    trader: str | None
    account: str | None
    counterparty_code: str | None
    side: int | None
    price: float | None
    quantity: float | None
    best_bid: float | None
    best_offer: float | None
    depth: float | None
    contract: str
    month: date
    venue: str
    simulated: bool


def span(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the first moment of ``first`` and the first one after ``last``, UTC."""
    return datetime.combine(first, time(), UTC), datetime.combine(last + timedelta(days=1), time(), UTC)


def tape(session: Session, *, first: date, last: date, known_at: datetime) -> Tape:
    """Return the events of the days ``first`` to ``last`` that were recorded by ``known_at``."""
    begin, end = span(first, last)
    rows = session.execute(
        select(*_COLUMNS)
        .where(OrderEvent.at >= begin, OrderEvent.at < end, OrderEvent.recorded_at <= known_at)
        .order_by(OrderEvent.at, OrderEvent.id)
    ).all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(_COLUMNS)
    kinds = {name: number for number, name in enumerate(EVENTS)}
    coded = [_coded(columns[3 + at]) for at in range(len(_NAMED))]
    order, trader, account, owner, party, contract = (codes for codes, _ in coded)
    price, quantity, bid, offer, depth = (_floats(columns[11 + at]) for at in range(5))
    return Tape(
        np.array(columns[0], dtype=np.int64), np.array([int(value) for value in columns[1]], dtype=np.int64),
        np.array([kinds[value] for value in columns[2]], dtype=np.int64), order, trader, account, owner, party,
        contract, np.array([(value - _EPOCH).days for value in columns[9]], dtype=np.int64),
        np.array([value or 0 for value in columns[10]], dtype=np.int64), price, quantity, bid, offer, depth,
        np.array(columns[16], dtype=bool), dict(zip(_NAMED, (names for _, names in coded), strict=True)),
    )  # fmt: skip


def _coded(values: Sequence[str | None]) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    names = tuple(sorted({value for value in values if value is not None}))
    known = {name: number for number, name in enumerate(names)}
    return np.array([-1 if value is None else known[value] for value in values], dtype=np.int64), names


def _floats(values: Sequence[float | None]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def event_count(session: Session, *, first: date, last: date, known_at: datetime) -> int:
    """Return how many events there are on the days ``first`` to ``last``."""
    begin, end = span(first, last)
    statement = select(func.count()).where(
        OrderEvent.at >= begin, OrderEvent.at < end, OrderEvent.recorded_at <= known_at
    )
    return int(session.execute(statement).scalar_one())


def events_by_day(session: Session, *, first: date, last: date, known_at: datetime) -> list[tuple[str, int]]:
    """Return the events of each UTC day of the span that has any, ascending."""
    begin, end = span(first, last)
    day = func.to_char(func.timezone("UTC", OrderEvent.at), "YYYY-MM-DD").label("day")
    rows = session.execute(
        select(day, func.count())
        .where(OrderEvent.at >= begin, OrderEvent.at < end, OrderEvent.recorded_at <= known_at)
        .group_by(day)
        .order_by(day)
    )
    return [(str(one), int(count)) for one, count in rows]


def last_day(session: Session, *, known_at: datetime) -> date | None:
    """Return the day of the newest event; None without any."""
    newest: datetime | None = session.execute(
        select(func.max(OrderEvent.at)).where(OrderEvent.recorded_at <= known_at)
    ).scalar_one()
    return newest.astimezone(UTC).date() if newest else None


def inside(session: Session, *, known_at: datetime) -> list[InsideEntry]:
    """Return what was inside information, the newest version of each by ``known_at``."""
    rows = session.scalars(
        select(InsideInformation)
        .where(InsideInformation.recorded_at <= known_at)
        .ext(distinct_on(InsideInformation.code))
        .order_by(InsideInformation.code, InsideInformation.recorded_at.desc(), InsideInformation.id.desc())
    )
    return [
        InsideEntry(
            row.code, row.asset, row.zone, row.delivery_from, row.delivery_to, row.known_from, row.published_at,
            tuple(row.holders.get("usernames", ())),
        )
        for row in rows
    ]  # fmt: skip


_HIT = tuple(
    getattr(SurveillanceHit, name)
    for name in list(HitRow.__dataclass_fields__)
    if name not in ("case_id", "case_state", "outcome", "closed_at")
)
_OF_CASE = (Case.id, Case.state, Case.outcome, Case.closed_at)


def hits(
    session: Session, *, known_at: datetime, first: date | None = None, last: date | None = None,
    detector: str | None = None, hit_id: int | None = None,
) -> list[HitRow]:  # fmt: skip
    """Return stored hits with their cases, the newest first."""
    statement = (
        select(*_HIT, *_OF_CASE)
        .outerjoin(Case, and_(Case.hit_id == SurveillanceHit.id, Case.kind == "surveillance"))
        .where(SurveillanceHit.recorded_at <= known_at)
        .order_by(SurveillanceHit.started_at.desc(), SurveillanceHit.id.desc())
    )
    if first is not None:
        statement = statement.where(SurveillanceHit.started_at >= span(first, first)[0])
    if last is not None:
        statement = statement.where(SurveillanceHit.started_at < span(last, last)[1])
    if detector is not None:
        statement = statement.where(SurveillanceHit.detector == detector)
    if hit_id is not None:
        statement = statement.where(SurveillanceHit.id == hit_id)
    return [HitRow(*tuple(row)) for row in session.execute(statement)]


def events(
    session: Session, *, begin: datetime, end: datetime, contract: str, month: date, known_at: datetime
) -> list[EventRow]:
    """Return the events of a contract between two moments, by time."""
    columns = [getattr(OrderEvent, name) for name in EventRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns)
        .where(
            OrderEvent.at >= begin, OrderEvent.at <= end, OrderEvent.contract == contract,
            OrderEvent.month == month, OrderEvent.recorded_at <= known_at,
        )
        .order_by(OrderEvent.at, OrderEvent.id)
    )  # fmt: skip
    return [EventRow(*row) for row in rows]


def events_of(session: Session, ids: Sequence[int]) -> list[EventRow]:
    """Return events by their numbers, by time."""
    columns = [getattr(OrderEvent, name) for name in EventRow.__dataclass_fields__]
    rows = session.execute(
        select(*columns).where(OrderEvent.id.in_(ids)).order_by(OrderEvent.at, OrderEvent.id)
    )
    return [EventRow(*row) for row in rows]
