"""Reads of onboarding: cases with their events, documents, owners, and who was trained; personal data masked."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.parties import BeneficialOwner, KycCase, KycDocument, KycEvent, TrainingRecord
from data.models.portfolio import Counterparty, Trade

MASK = "•"


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A counterparty."""

    id: int
    code: str
    name: str
    kind: str
    country: str
    lei: str | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class KycEventRow:
    """A step of an onboarding or review, with the party that it is about."""

    id: int
    counterparty_id: int
    case_id: int
    case_kind: str
    step: str
    by: str
    body: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document without its content."""

    id: int
    case_id: int
    kind: str
    file_name: str
    media_type: str
    sha256: str
    has_content: bool
    issued_on: date | None
    expires_on: date | None
    added_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """Who owns or controls a party; ``birth`` is a day, or its year alone when it is masked."""

    id: int
    counterparty_id: int
    code: str
    owner_of: str
    name: str
    kind: str
    country: str
    birth_date: date | None
    pct: float
    has_control: bool
    is_pep: bool
    is_official: bool
    identified: bool
    recorded_at: datetime

    @property
    def is_person(self) -> bool:
        """Whether it is a natural person, whose data are personal."""
        return self.kind == "person"


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """Who acknowledged which version of a course when."""

    username: str
    course: str
    version: str
    recorded_at: datetime


_PARTY = tuple(getattr(Counterparty, name) for name in PartyRow.__dataclass_fields__)
_OWNER = tuple(getattr(BeneficialOwner, name) for name in OwnerRow.__dataclass_fields__)


def parties(session: Session, *, known_at: datetime) -> list[PartyRow]:
    """Return all counterparties known by then, by name."""
    statement = select(*_PARTY).where(Counterparty.recorded_at <= known_at).order_by(Counterparty.name)
    return [PartyRow(*row) for row in session.execute(statement)]


def party(session: Session, counterparty_id: int) -> PartyRow | None:
    """Return one counterparty; None when there is none of this id."""
    row = session.execute(select(*_PARTY).where(Counterparty.id == counterparty_id)).one_or_none()
    return None if row is None else PartyRow(*row)


def party_by_code(session: Session, code: str) -> PartyRow | None:
    """Return the counterparty of a code; None when there is none."""
    row = session.execute(select(*_PARTY).where(Counterparty.code == code)).one_or_none()
    return None if row is None else PartyRow(*row)


def events(
    session: Session, *, known_at: datetime, counterparty_id: int | None = None
) -> dict[int, list[KycEventRow]]:
    """Return what happened in the onboardings and reviews of each counterparty by then, oldest first."""
    statement = (
        select(
            KycEvent.id, KycCase.counterparty_id, KycEvent.case_id, KycCase.kind, KycEvent.step, KycEvent.by,
            KycEvent.body, KycEvent.recorded_at,
        )
        .join(KycCase, KycCase.id == KycEvent.case_id)
        .where(KycEvent.recorded_at <= known_at)
        .order_by(KycEvent.recorded_at, KycEvent.id)
    )  # fmt: skip
    if counterparty_id is not None:
        statement = statement.where(KycCase.counterparty_id == counterparty_id)
    found: dict[int, list[KycEventRow]] = {}
    for row in session.execute(statement):
        found.setdefault(int(row.counterparty_id), []).append(KycEventRow(*row))
    return found


def documents(session: Session, case_ids: Collection[int], *, known_at: datetime) -> list[DocumentRow]:
    """Return the documents of some cases, the newest first."""
    statement = (
        select(
            KycDocument.id, KycDocument.case_id, KycDocument.kind, KycDocument.file_name, KycDocument.media_type,
            KycDocument.sha256, KycDocument.content.is_not(None), KycDocument.issued_on, KycDocument.expires_on,
            KycDocument.added_by, KycDocument.recorded_at,
        )
        .where(KycDocument.case_id.in_(case_ids), KycDocument.recorded_at <= known_at)
        .order_by(KycDocument.id.desc())
    )  # fmt: skip
    return [DocumentRow(*row) for row in session.execute(statement)]


def document_content(session: Session, document_id: int) -> tuple[str, str, bytes | None] | None:
    """Return name, type and content of a document; the content is None once erased."""
    statement = select(KycDocument.file_name, KycDocument.media_type, KycDocument.content)
    row = session.execute(statement.where(KycDocument.id == document_id)).one_or_none()
    return None if row is None else (str(row[0]), str(row[1]), row[2])


def owners(
    session: Session, *, known_at: datetime, reveal: bool, counterparty_id: int | None = None
) -> list[OwnerRow]:
    """Return the newest row of each owner known by then; people are masked without ``reveal``."""
    statement = (
        select(*_OWNER)
        .where(BeneficialOwner.recorded_at <= known_at)
        .order_by(
            BeneficialOwner.counterparty_id, BeneficialOwner.code, BeneficialOwner.recorded_at.desc(),
            BeneficialOwner.id.desc(),
        )
        .ext(distinct_on(BeneficialOwner.counterparty_id, BeneficialOwner.code))
    )  # fmt: skip
    if counterparty_id is not None:
        statement = statement.where(BeneficialOwner.counterparty_id == counterparty_id)
    found = (OwnerRow(*row) for row in session.execute(statement))
    return [row if reveal or not row.is_person else masked(row) for row in found]


def masked(row: OwnerRow) -> OwnerRow:
    """Return an owner whose name shows initials only, and nothing of the day of birth."""
    return replace(row, name=masked_name(row.name), birth_date=None)


def masked_name(name: str) -> str:
    """Return the initials of a name, such as ``J••• D•••``."""
    return " ".join(word[:1] + 3 * MASK for word in name.split())


def first_trades(session: Session) -> dict[int, date]:
    """Return the day of the first trade with each counterparty."""
    statement = select(Trade.counterparty_id, func.min(Trade.effective_on)).group_by(Trade.counterparty_id)
    return {int(party): day for party, day in session.execute(statement)}


def trainings(session: Session, *, known_at: datetime, username: str | None = None) -> list[TrainingRow]:
    """Return who acknowledged what by then, the newest first."""
    statement = (
        select(
            TrainingRecord.username, TrainingRecord.course, TrainingRecord.version, TrainingRecord.recorded_at
        )
        .where(TrainingRecord.recorded_at <= known_at)
        .order_by(TrainingRecord.recorded_at.desc())
    )
    if username is not None:
        statement = statement.where(TrainingRecord.username == username)
    return [TrainingRow(*row) for row in session.execute(statement)]
