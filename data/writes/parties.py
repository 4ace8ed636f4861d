"""Writes of onboarding and screening: everything is added, nothing changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.parties import (
    BeneficialOwner,
    KycCase,
    KycDocument,
    KycEvent,
    ScreeningDecision,
    ScreeningEntry,
    ScreeningHit,
    ScreeningList,
    TrainingRecord,
)
from data.models.portfolio import Counterparty

_CHUNK = 5000


def add_party(session: Session, **columns: Any) -> int | None:
    """Store a counterparty and return its id; None when its code is taken."""
    statement = upsert(Counterparty).values(**columns).on_conflict_do_nothing(index_elements=["code"])
    return session.scalars(statement.returning(Counterparty.id)).one_or_none()


def open_case(session: Session, **columns: Any) -> int:
    """Store an onboarding or review and return its id."""
    return int(session.scalars(insert(KycCase).values(**columns).returning(KycCase.id)).one())


def lock_party(session: Session, counterparty_id: int) -> bool:
    """Wait for others who move the onboarding of a party, held until the end of the transaction."""
    statement = select(Counterparty.id).where(Counterparty.id == counterparty_id).with_for_update()
    return session.scalars(statement).one_or_none() is not None


def add_event(session: Session, **columns: Any) -> int:
    """Store a step and return its id."""
    return int(session.scalars(insert(KycEvent).values(**columns).returning(KycEvent.id)).one())


def add_document(session: Session, **columns: Any) -> int:
    """Store a document and return its id."""
    return int(session.scalars(insert(KycDocument).values(**columns).returning(KycDocument.id)).one())


def add_owners(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store owners; the newest row of a code counts."""
    if rows:
        session.execute(insert(BeneficialOwner), [dict(row) for row in rows])


def add_training(session: Session, **columns: Any) -> None:
    """Store that somebody acknowledged a course."""
    session.execute(insert(TrainingRecord).values(**columns))


def lock_lists(session: Session) -> None:
    """Let one import of a list run at a time."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('screening lists'))"))


def add_list(session: Session, names: Sequence[Mapping[str, Any]], **columns: Any) -> int:
    """Store an edition with its entries and return its id."""
    list_id = int(session.scalars(insert(ScreeningList).values(**columns).returning(ScreeningList.id)).one())
    for at in range(0, len(names), _CHUNK):
        session.execute(
            insert(ScreeningEntry), [{**row, "list_id": list_id} for row in names[at : at + _CHUNK]]
        )
    return list_id


def add_hits(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Store the hits that are new and return their ids by fingerprint."""
    if not rows:
        return {}
    statement = (
        upsert(ScreeningHit)
        .on_conflict_do_nothing(index_elements=["fingerprint"])
        .returning(ScreeningHit.fingerprint, ScreeningHit.id)
    )
    found = session.execute(statement, [dict(row) for row in rows])
    return {str(fingerprint): int(hit) for fingerprint, hit in found}


def add_decision(session: Session, **columns: Any) -> None:
    """Store what somebody said of a hit."""
    session.execute(insert(ScreeningDecision).values(**columns))


def lock_hit(session: Session, hit_id: int) -> bool:
    """Wait for others who decide a hit; False when there is no such hit."""
    statement = select(ScreeningHit.id).where(ScreeningHit.id == hit_id).with_for_update()
    return session.scalars(statement).one_or_none() is not None


def remove_party_files(session: Session, counterparty_ids: Sequence[int]) -> None:
    """Remove everything about the onboarding of some counterparties: those of the demo, when it is loaded anew."""
    cases = select(KycCase.id).where(KycCase.counterparty_id.in_(counterparty_ids))
    hits = select(ScreeningHit.id).where(ScreeningHit.counterparty_id.in_(counterparty_ids))
    session.execute(delete(ScreeningDecision).where(ScreeningDecision.hit_id.in_(hits)))
    session.execute(delete(ScreeningHit).where(ScreeningHit.counterparty_id.in_(counterparty_ids)))
    session.execute(delete(KycDocument).where(KycDocument.case_id.in_(cases)))
    session.execute(delete(KycEvent).where(KycEvent.case_id.in_(cases)))
    session.execute(delete(KycCase).where(KycCase.counterparty_id.in_(counterparty_ids)))
    session.execute(delete(BeneficialOwner).where(BeneficialOwner.counterparty_id.in_(counterparty_ids)))


def remove_simulated_lists(session: Session) -> None:
    """Remove the simulated editions of lists that no hit stands on any more."""
    used = select(ScreeningHit.list_id)
    gone = select(ScreeningList.id).where(ScreeningList.simulated, ScreeningList.id.not_in(used))
    session.execute(delete(ScreeningEntry).where(ScreeningEntry.list_id.in_(gone)))
    session.execute(delete(ScreeningList).where(ScreeningList.id.in_(gone)))
