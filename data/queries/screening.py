"""Reads of screening: editions of lists, their entries, hits and what was decided of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.parties import ScreeningDecision, ScreeningEntry, ScreeningHit, ScreeningList


@dataclass(frozen=True, slots=True)
class ListRow:
    """An edition of a list."""

    id: int
    code: str
    title: str
    listed_at: datetime
    file_name: str
    sha256: str
    entries: int
    simulated: bool
    imported_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A name on an edition of a list."""

    list_id: int
    entry: str
    kind: str
    name: str
    aliases: dict[str, Any]
    country: str | None
    birth_year: int | None
    imo: str | None
    program: str

    @property
    def names(self) -> tuple[str, ...]:
        """Its name and all others."""
        return (self.name, *self.aliases.get("names", ()))


@dataclass(frozen=True, slots=True)
class HitRow:
    """A name of ours that looks like one on a list."""

    id: int
    fingerprint: str
    counterparty_id: int
    party: str
    list_id: int
    entry: str
    score: float
    detail: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What somebody said of a hit."""

    id: int
    hit_id: int
    decision: str
    reason: str
    by: str
    recorded_at: datetime


_LIST = tuple(getattr(ScreeningList, name) for name in ListRow.__dataclass_fields__)
_ENTRY = tuple(getattr(ScreeningEntry, name) for name in EntryRow.__dataclass_fields__)
_HIT = tuple(getattr(ScreeningHit, name) for name in HitRow.__dataclass_fields__)
_DECISION = tuple(getattr(ScreeningDecision, name) for name in DecisionRow.__dataclass_fields__)


def lists(session: Session, *, known_at: datetime) -> list[ListRow]:
    """Return all editions imported by then, the newest first."""
    statement = (
        select(*_LIST)
        .where(ScreeningList.recorded_at <= known_at)
        .order_by(ScreeningList.listed_at.desc(), ScreeningList.id.desc())
    )
    return [ListRow(*row) for row in session.execute(statement)]


def newest_lists(session: Session, *, known_at: datetime) -> list[ListRow]:
    """Return the newest edition of each list, by code."""
    newest: dict[str, ListRow] = {}
    for row in lists(session, known_at=known_at):
        newest.setdefault(row.code, row)
    return [newest[code] for code in sorted(newest)]


def list_of_file(session: Session, sha256: str) -> ListRow | None:
    """Return the edition that was imported from a file; None when it never was."""
    row = session.execute(select(*_LIST).where(ScreeningList.sha256 == sha256).limit(1)).one_or_none()
    return None if row is None else ListRow(*row)


def entries(session: Session, list_ids: Collection[int]) -> list[EntryRow]:
    """Return all names of some editions."""
    statement = (
        select(*_ENTRY)
        .where(ScreeningEntry.list_id.in_(list_ids))
        .order_by(ScreeningEntry.list_id, ScreeningEntry.entry)
    )
    return [EntryRow(*row) for row in session.execute(statement)]


def entry(session: Session, list_id: int, code: str) -> EntryRow | None:
    """Return one name of an edition."""
    statement = select(*_ENTRY).where(ScreeningEntry.list_id == list_id, ScreeningEntry.entry == code)
    row = session.execute(statement).one_or_none()
    return None if row is None else EntryRow(*row)


def vessels(session: Session, *, known_at: datetime) -> frozenset[str]:
    """Return the IMO numbers on the newest editions of all lists."""
    newest = [row.id for row in newest_lists(session, known_at=known_at)]
    statement = select(ScreeningEntry.imo).where(
        ScreeningEntry.list_id.in_(newest), ScreeningEntry.imo.is_not(None)
    )
    return frozenset(str(imo) for imo in session.scalars(statement))


def hits(session: Session, *, known_at: datetime, counterparty_id: int | None = None) -> list[HitRow]:
    """Return the hits found by then, the highest score first."""
    statement = (
        select(*_HIT)
        .where(ScreeningHit.recorded_at <= known_at)
        .order_by(ScreeningHit.score.desc(), ScreeningHit.id)
    )
    if counterparty_id is not None:
        statement = statement.where(ScreeningHit.counterparty_id == counterparty_id)
    return [HitRow(*row) for row in session.execute(statement)]


def hit(session: Session, hit_id: int) -> HitRow | None:
    """Return one hit; None when there is none of this id."""
    row = session.execute(select(*_HIT).where(ScreeningHit.id == hit_id)).one_or_none()
    return None if row is None else HitRow(*row)


def decisions(
    session: Session, *, known_at: datetime, hit_ids: Collection[int] | None = None
) -> dict[int, list[DecisionRow]]:
    """Return what was said of each hit by then, oldest first."""
    statement = (
        select(*_DECISION)
        .where(ScreeningDecision.recorded_at <= known_at)
        .order_by(ScreeningDecision.recorded_at, ScreeningDecision.id)
    )
    if hit_ids is not None:
        statement = statement.where(ScreeningDecision.hit_id.in_(hit_ids))
    found: dict[int, list[DecisionRow]] = {}
    for row in session.execute(statement):
        found.setdefault(int(row.hit_id), []).append(DecisionRow(*row))
    return found


def newest_hit_at(session: Session) -> datetime | None:
    """Return when the newest hit was found."""
    return session.scalars(select(func.max(ScreeningHit.recorded_at))).one_or_none()
