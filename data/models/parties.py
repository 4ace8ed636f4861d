"""Onboarding of counterparties, screening lists and hits, training; requests of persons about their data."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base, Code, Day, Id, Json, Quote, Recorded, Utc, Words


class KycCase(Base):
    """The onboarding, or a periodic review, of one counterparty. Where it stands follows from its events."""

    __tablename__ = "kyc_cases"

    id: Mapped[Id]
    counterparty_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[Code]  # onboarding or review
    opened_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class KycEvent(Base):
    """A step of a KYC case: facts entered, screened, submitted, approved, rejected, suspended, lifted, training."""

    __tablename__ = "kyc_events"
    __table_args__ = (
        CheckConstraint(
            "step IN ('registered', 'facts', 'document', 'owner', 'screened', 'submitted', 'approved', 'rejected', "
            "'suspended', 'reopened', 'training', 'comment')",
            name="step",
        ),
    )

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kyc_cases.id"), index=True)
    step: Mapped[Code]
    by: Mapped[Words]
    body: Mapped[Json]
    recorded_at: Mapped[Recorded]


class KycDocument(Base):
    """A document of a KYC case; ``content`` None when its retention has ended and it was erased."""

    __tablename__ = "kyc_documents"

    id: Mapped[Id]
    case_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("kyc_cases.id"), index=True)
    kind: Mapped[Code]  # identity, registry, owners, purpose, funds
    file_name: Mapped[Words]
    media_type: Mapped[Code]
    sha256: Mapped[Code]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    issued_on: Mapped[date | None]
    expires_on: Mapped[date | None]
    added_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class BeneficialOwner(Base):
    """A person or company that owns or controls a counterparty; personal data, masked without the right to see it.

    A new row with the same ``code`` replaces the one before; ``name`` and ``birth_date`` are emptied by an erasure.
    """

    __tablename__ = "beneficial_owners"

    id: Mapped[Id]
    counterparty_id: Mapped[int] = mapped_column(BigInteger, index=True)
    code: Mapped[Code]
    owner_of: Mapped[Code]  # code of the owned party: the counterparty or another owner
    name: Mapped[Words]
    kind: Mapped[Code]  # person or company
    country: Mapped[Code]
    birth_date: Mapped[date | None]
    pct: Mapped[Quote]
    has_control: Mapped[bool]
    is_pep: Mapped[bool]
    is_official: Mapped[bool]
    identified: Mapped[bool]
    recorded_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ScreeningList(Base):
    """One imported edition of a sanctions or PEP list."""

    __tablename__ = "screening_lists"
    __table_args__ = (Index("ix_screening_lists_code_listed_at", "code", "listed_at"),)

    id: Mapped[Id]
    code: Mapped[Code]  # OFAC-SDN, EU, UK, UN, UAE-LOCAL, PEP, HOUSE
    title: Mapped[Words]
    listed_at: Mapped[Utc]  # date of the edition
    file_name: Mapped[Words]
    sha256: Mapped[Code]
    entries: Mapped[int] = mapped_column(BigInteger)
    simulated: Mapped[bool]
    imported_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class ScreeningEntry(Base):
    """One name of an edition, with what may tell it apart from others."""

    __tablename__ = "screening_entries"

    list_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("screening_lists.id"), primary_key=True, autoincrement=False
    )
    entry: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[Code]  # person, company, vessel
    name: Mapped[Words]
    aliases: Mapped[Json]  # {"names": [...]}
    country: Mapped[Code | None]
    birth_year: Mapped[int | None] = mapped_column(BigInteger)
    imo: Mapped[Code | None]
    program: Mapped[Words]


class ScreeningHit(Base):
    """A name of ours that looks like one on a list; ``party`` is a counterparty's or an owner's code."""

    __tablename__ = "screening_hits"
    __table_args__ = (Index("uq_screening_hits_fingerprint", "fingerprint", unique=True),)

    id: Mapped[Id]
    fingerprint: Mapped[Code]
    counterparty_id: Mapped[int] = mapped_column(BigInteger, index=True)
    party: Mapped[Code]
    list_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("screening_lists.id"))
    entry: Mapped[Code]
    score: Mapped[Quote]  # 0 to 100
    detail: Mapped[Json]  # normalised names, similarity, phonetics, secondary fields compared
    recorded_at: Mapped[Recorded]


class ScreeningDecision(Base):
    """What somebody said of a hit; cleared needs a proposal and a second person."""

    __tablename__ = "screening_decisions"
    __table_args__ = (
        CheckConstraint(
            "decision IN ('proposed-clear', 'cleared', 'confirmed', 'returned')", name="decision"
        ),
    )

    id: Mapped[Id]
    hit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("screening_hits.id"), index=True)
    decision: Mapped[Code]
    reason: Mapped[Words]
    by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class TrainingRecord(Base):
    """Somebody acknowledged a training."""

    __tablename__ = "training_records"

    id: Mapped[Id]
    username: Mapped[Code]
    course: Mapped[Code]
    version: Mapped[Code]
    recorded_at: Mapped[Recorded]


class PrivacyRequest(Base):
    """A person asks for access to, or erasure of, their data."""

    __tablename__ = "privacy_requests"
    __table_args__ = (CheckConstraint("kind IN ('access', 'erasure')", name="kind"),)

    id: Mapped[Id]
    kind: Mapped[Code]
    subject_ref: Mapped[Code]  # pseudonym, which outlives the name
    subject_kind: Mapped[Code]  # user or owner
    received_on: Mapped[Day]
    extended: Mapped[bool]
    due_at: Mapped[Utc]
    note: Mapped[Words]
    recorded_by: Mapped[Words]
    recorded_at: Mapped[Recorded]


class PrivacyEvent(Base):
    """What was done about a request: class by class erased, pseudonymised or kept, with the reason and the end date."""

    __tablename__ = "privacy_events"

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("privacy_requests.id"), index=True)
    step: Mapped[Code]  # extended, proposed, approved, rejected, done
    by: Mapped[Words]
    body: Mapped[Json]
    recorded_at: Mapped[Recorded]


class LegalHold(Base):
    """Records that must not go, whatever their age; ``released_at`` ends it."""

    __tablename__ = "legal_holds"

    id: Mapped[Id]
    record_class: Mapped[Code]
    subject: Mapped[Words]
    reason: Mapped[Words]
    set_by: Mapped[Words]
    recorded_at: Mapped[Recorded]
    released_by: Mapped[Words | None]
    released_at: Mapped[datetime | None]
