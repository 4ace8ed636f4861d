"""Writes of privacy: requests with their steps, legal holds, and the erasure of one class of one person's records."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Table, Text, case, cast, delete, func, insert, select, text, type_coerce, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from data.models.access import User, UserPortfolio, UserRole
from data.models.audit import AuditPerson
from data.models.parties import LegalHold, PrivacyEvent, PrivacyRequest
from data.queries.privacy import Person, table_of, where
from data.writes import audit
from portal.domain.compliance.record_classes import RecordClass, Source, Way

NAMELESS, NO_FILE = "Erased person", "erased"
_UNUSABLE = "!"  # no hash of any password


def pseudonym(session: Session, username: str) -> str:
    """Return the pseudonym of a user name, made when there is none; the lock of the log is held until the end."""
    session.execute(text(f"SELECT pg_advisory_xact_lock({audit.LOCK})"))
    found = session.scalar(select(AuditPerson.ref).where(AuditPerson.username == username))
    if found is not None:
        return str(found)
    ref = f"p-{secrets.token_hex(8)}"
    session.execute(insert(AuditPerson).values(ref=ref, username=username))
    return ref


def add_request(session: Session, **columns: Any) -> int:
    """Store a request and return its id."""
    return int(session.scalars(insert(PrivacyRequest).values(**columns).returning(PrivacyRequest.id)).one())


def add_event(session: Session, **columns: Any) -> int:
    """Store a step of a request and return its id."""
    return int(session.scalars(insert(PrivacyEvent).values(**columns).returning(PrivacyEvent.id)).one())


def lock_request(session: Session, request_id: int) -> bool:
    """Wait for others who work on the request; False when there is no such request."""
    statement = select(PrivacyRequest.id).where(PrivacyRequest.id == request_id).with_for_update()
    return session.scalars(statement).one_or_none() is not None


def extend(session: Session, request_id: int, *, due_at: datetime) -> None:
    """Give a request its later deadline."""
    statement = update(PrivacyRequest).where(PrivacyRequest.id == request_id)
    session.execute(statement.values(extended=True, due_at=due_at))


def add_hold(session: Session, **columns: Any) -> int:
    """Store a legal hold and return its id."""
    return int(session.scalars(insert(LegalHold).values(**columns).returning(LegalHold.id)).one())


def release_hold(session: Session, hold_id: int, *, by: str, at: datetime) -> bool:
    """End a legal hold; False when it is not there or has ended."""
    statement = update(LegalHold).where(LegalHold.id == hold_id, LegalHold.released_at.is_(None))
    done = session.scalars(statement.values(released_by=by, released_at=at).returning(LegalHold.id))
    return done.one_or_none() is not None


def erase(session: Session, record_class: RecordClass, person: Person, *, stand_in: str) -> int:
    """Erase a person from a class of records, in its way, and return how many rows were touched.

    ``stand_in`` takes the place of the names.
    """
    if record_class.way is Way.FORGET:
        return int(bool(person.ref) and audit.forget_person(session, ref=person.ref))
    if record_class.way is Way.CLOSE:
        return _close(session, person, stand_in)
    sources = [source for source in record_class.sources if not source.kept]
    return sum(_of_source(session, record_class.way, source, person, stand_in) for source in sources)


def _close(session: Session, person: Person, stand_in: str) -> int:
    """Switch an account off, take its names and rights."""
    if person.user_id is None:
        return 0
    for held in (UserRole, UserPortfolio):
        session.execute(delete(held).where(held.user_id == person.user_id))
    values = {"username": stand_in, "name": NAMELESS, "password_hash": _UNUSABLE, "is_active": False}
    session.execute(update(User).where(User.id == person.user_id).values(**values))
    return 1


def _of_source(session: Session, way: Way, source: Source, person: Person, stand_in: str) -> int:
    table, mine = table_of(source), where(source, person)
    if way is Way.DELETE:
        statement: Any = delete(table).where(mine)
    else:
        values = _emptied(table, source) if way is Way.EMPTY else _renamed(table, source, person, stand_in)
        statement = update(table).where(mine).values(values)
    return len(session.execute(statement.returning(next(iter(table.primary_key.columns)))).all())


def _emptied(table: Table, source: Source) -> dict[str, Any]:
    match source.link:
        case "owner":
            return {"name": "", "birth_date": None}
        case "file":
            return {"content": None, "file_name": NO_FILE}
    detail: Any = type_coerce(table.c.detail, JSONB)
    for key in ("ours", "theirs", "listed_name", "compared"):
        detail = detail.op("-")(key)
    return {"detail": detail}


def _renamed(table: Table, source: Source, person: Person, stand_in: str) -> dict[str, Any]:
    """Return the columns with the names replaced: whole values, the full name in texts, quoted values in JSON."""
    values: dict[str, Any] = {
        name: case((table.c[name].in_(person.names), stand_in), else_=table.c[name]) for name in source.who
    }
    if person.full_name:
        for name in source.texts:
            values[name] = func.replace(values.get(name, table.c[name]), person.full_name, stand_in)
    for name in source.documents:
        written: Any = cast(table.c[name], Text)
        for item in person.names:
            written = func.replace(written, f'"{item}"', f'"{stand_in}"')
        if person.full_name:
            written = func.replace(written, person.full_name, stand_in)
        values[name] = cast(written, JSONB)
    return values
