"""Adding to the audit log: entries one after the other under a lock, checkpoints, and the pseudonyms of people."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, text
from sqlalchemy.orm import Session

from data.models.audit import AuditCheckpoint, AuditEntry, AuditPerson
from portal.domain.compliance.audit_chain import BEFORE_FIRST, PERSON, Draft, chained, entry_text

LOCK = 0x61756469  # any number that no other lock of ours uses
NOBODY = "unknown"
"""Pseudonym of whoever is not known to the portal."""
SYSTEM = "system"
_ARE_NO_PEOPLE = frozenset({SYSTEM, NOBODY, ""})

_TAKE_LOCK = text("SELECT pg_advisory_xact_lock(:key)").bindparams(key=LOCK)
_HEAD = text("SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1")
_REFS = text("SELECT username, ref FROM audit_people WHERE username = ANY(:names)")
_NEW_REFS = text(
    "INSERT INTO audit_people (ref, username) SELECT * FROM unnest(CAST(:refs AS text[]), CAST(:names AS text[])) "
    "ON CONFLICT (username) DO NOTHING"
)


def append(session: Session, drafts: Sequence[Draft], *, now: datetime) -> int:
    """Add ``drafts`` at the end of the chain and return the number of the last one.

    The lock is held until the transaction ends, so call this last: the next writer reads what this one committed.
    What the session has not sent yet is sent before, so that its own errors do not hold others up.
    """
    session.flush()
    session.execute(_TAKE_LOCK)
    refs = _refs(session, drafts)
    head = session.execute(_HEAD).first()
    seq, before = (0, BEFORE_FIRST) if head is None else (int(head.seq), bytes(head.hash))
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        seq += 1
        actor_ref = refs.get(draft.actor, draft.actor or NOBODY)
        is_person = draft.object_kind == PERSON
        object_ref = refs.get(draft.object_ref, draft.object_ref) if is_person else draft.object_ref
        entry = entry_text(draft, seq=seq, at=now, actor_ref=actor_ref, object_ref=object_ref)
        before = chained(before, entry)
        rows.append(
            {
                "seq": seq,
                "hash": before,
                "entry": entry,
                "at": now,
                "actor_ref": actor_ref,
                "action": draft.action,
                "object_kind": draft.object_kind,
                "object_ref": object_ref,
                "outcome": draft.outcome,
            }
        )
    session.execute(insert(AuditEntry), rows)
    return seq


def _refs(session: Session, drafts: Iterable[Draft]) -> dict[str, str]:
    """Return the pseudonym of everybody in ``drafts``; who has none yet gets one, which says nothing about them."""
    names = {draft.actor for draft in drafts}
    names |= {draft.object_ref for draft in drafts if draft.object_kind == PERSON}
    names -= _ARE_NO_PEOPLE
    if not names:
        return {}
    found = _known(session, names)
    missing = sorted(names - found.keys())
    if missing:
        fresh = [f"p-{secrets.token_hex(8)}" for _ in missing]
        session.execute(_NEW_REFS, {"refs": fresh, "names": missing})
        found = _known(session, names)
    return found


def _known(session: Session, names: Iterable[str]) -> dict[str, str]:
    return {row.username: row.ref for row in session.execute(_REFS, {"names": list(names)})}


def insert_checkpoint(
    session: Session, *, day: date, entries: int, document: str, signature: bytes, key_id: str
) -> int:
    """Store a signed head of the chain and return its id."""
    return session.execute(
        insert(AuditCheckpoint)
        .values(day=day, entries=entries, document=document, signature=signature, key_id=key_id)
        .returning(AuditCheckpoint.id)
    ).scalar_one()


def forget_person(session: Session, *, ref: str) -> bool:
    """Erase whose pseudonym ``ref`` is; the entries stay. Return whether it was known."""
    return bool(
        session.scalars(delete(AuditPerson).where(AuditPerson.ref == ref).returning(AuditPerson.ref)).all()
    )
