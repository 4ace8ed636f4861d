"""Adding to the audit log: entries one after the other under a lock, checkpoints, and the pseudonyms of people."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from data.models.audit import AuditCheckpoint, AuditPerson
from portal.domain.compliance.audit_entry import BEFORE_FIRST, PERSON, Draft, chained, entry_text

LOCK = 0x61756469  # any number that no other lock of ours uses
NOBODY = "unknown"
"""Pseudonym of whoever is not known to the portal."""
SYSTEM = "system"
_ARE_NO_PEOPLE = frozenset({SYSTEM, NOBODY, ""})

_TAKE_LOCK = f"SELECT pg_advisory_xact_lock({LOCK})"
_HEAD_AND_REFS = """
    SELECT (SELECT json_object_agg(username, ref) FROM audit_people WHERE username = ANY(%s)), head.seq, head.hash
    FROM (SELECT 1) AS one
    LEFT JOIN LATERAL (SELECT seq, hash FROM audit_log ORDER BY seq DESC LIMIT 1) AS head ON true
"""
_NEW_REFS = "INSERT INTO audit_people (ref, username) VALUES (%s, %s)"
_ADD = """
    INSERT INTO audit_log (seq, hash, entry, at, actor_ref, action, object_kind, object_ref, outcome)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def append(session: Session, drafts: Sequence[Draft], *, now: Callable[[], datetime]) -> int:
    """Add ``drafts`` at the end of the chain and return the number of the last one.

    The lock is held until the transaction ends, so call this last: the next writer reads what this one committed. It
    is taken by a statement of its own, since a statement sees what was committed before it began. What the session has
    not sent yet is sent before, so that its own errors do not hold others up. The driver is asked directly: this is in
    the way of every change, and three short statements cost a fraction of a millisecond there.
    """
    session.flush()
    names = _names(drafts)
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute(_TAKE_LOCK)
        cursor.execute(_HEAD_AND_REFS, (names,))
        known, seq, before = cursor.fetchone() or (None, None, None)
        refs: dict[str, str] = known or {}
        for name in names:
            if name not in refs:
                refs[name] = f"p-{secrets.token_hex(8)}"
                cursor.execute(_NEW_REFS, (refs[name], name))
        rows = _rows(drafts, refs, seq or 0, BEFORE_FIRST if before is None else bytes(before), now())
        if len(rows) == 1:
            cursor.execute(_ADD, rows[0])
        else:
            cursor.executemany(_ADD, rows)
    return int(rows[-1][0])


def _names(drafts: Iterable[Draft]) -> list[str]:
    """Return the people in ``drafts``, who need pseudonyms."""
    names = {draft.actor for draft in drafts}
    names |= {draft.object_ref for draft in drafts if draft.object_kind == PERSON}
    return sorted(names - _ARE_NO_PEOPLE)


def _rows(
    drafts: Iterable[Draft], refs: Mapping[str, str], seq: int, before: bytes, now: datetime
) -> list[tuple[Any, ...]]:
    """Return the rows of ``drafts`` after the entry ``seq`` with the hash ``before``."""
    rows: list[tuple[Any, ...]] = []
    for draft in drafts:
        seq += 1
        actor_ref = refs.get(draft.actor, draft.actor or NOBODY)
        is_person = draft.object_kind == PERSON
        object_ref = refs.get(draft.object_ref, draft.object_ref) if is_person else draft.object_ref
        entry = entry_text(draft, seq=seq, at=now, actor_ref=actor_ref, object_ref=object_ref)
        before = chained(before, entry)
        facts = (actor_ref, draft.action, draft.object_kind, object_ref, draft.outcome)
        rows.append((seq, before, entry, now, *facts))
    return rows


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
