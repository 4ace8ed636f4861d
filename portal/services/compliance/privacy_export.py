"""All that the portal holds of a person, as one file: their rows by class of records, and nobody else's names."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.queries import privacy as queries
from data.queries.privacy import Person
from data.session import UnitOfWork
from data.writes import privacy as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, NotPermitted
from portal.core.permissions import Permission
from portal.domain.compliance.record_classes import RecordClass, Source, of_subject
from portal.services import audit
from portal.services.compliance.privacy_rules import Kept, duties
from portal.services.compliance.privacy_views import inventory_in, is_about, request_in

SCHEMA = "enerscope-person/1"
OTHER = "another person"
_NO_PEOPLE = frozenset({"system", "unknown", ""})


@dataclass(frozen=True, slots=True)
class PersonFile:
    """A file to hand over."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def export(request_id: int, actor: Actor) -> PersonFile:
    """Return all that is held of the person of a request, and note that it was taken.

    Names of others in those rows are replaced: the right to a copy must not harm them (GDPR Art. 15(4)).

    Raises
    ------
    NotPermitted, NotFound
        The actor may not manage privacy, or it is about them; or there is no such request.
    Conflict
        Nobody knows any more whose pseudonym it is.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    at = clock.now()
    with UnitOfWork(write=True) as work:
        request = request_in(work, request_id, at)
        person = queries.behind(work.session, request.row.subject_kind, request.row.subject_ref)
        if person is None:
            raise Conflict(
                f"Nobody knows any more whom request {request_id} is about: the pseudonym was erased."
            )
        if is_about(person, actor):
            raise NotPermitted(f"Request {request_id} is about yourself. Somebody else works on it.")
        document = {
            "schema": SCHEMA,
            "made_at": at.isoformat(),
            "request": request_id,
            "person": {"kind": person.kind, "pseudonym": person.ref},
            "classes": _classes(work, person, at),
        }
        content = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
        digest = hashlib.sha256(content).hexdigest()
        writes.add_event(
            work.session, request_id=request_id, step="exported", by=actor.username, body={"sha256": digest},
            recorded_at=at,
        )  # fmt: skip
        audit.note(work, actor, "export.made", "privacy-request", str(request_id), {"sha256": digest})
    return PersonFile(f"enerscope-person-request-{request_id}.json", "application/json", content, digest)


def _classes(work: UnitOfWork, person: Person, at: datetime) -> list[dict[str, Any]]:
    kept = {item.record_class.code: item.kept for item in inventory_in(work, person, at)}
    others = queries.names_of_others(work.session, person)
    return [_class(work, item, person, kept[item.code], others) for item in of_subject(person.kind)]


def _class(
    work: UnitOfWork, item: RecordClass, person: Person, kept: Kept, others: frozenset[str]
) -> dict[str, Any]:
    tables: dict[str, list[dict[str, Any]]] = {}
    for source in item.sources:
        found = queries.rows(work.session, source, person)
        if found:
            tables[source.table] = [_row(row, source, person, others) for row in found]
    return {
        "class": item.code,
        "title": item.title,
        "personal": item.personal,
        "kept_by": duties(item),
        "kept_until": kept.until.isoformat() if kept.until else None,
        "reason": kept.reason,
        "tables": tables,
    }


def _row(row: Mapping[str, Any], source: Source, person: Person, others: frozenset[str]) -> dict[str, Any]:
    """Return a row as JSON has it; who else is named in it is left out."""
    names = frozenset(source.who) if source.link == "name" else frozenset()
    return {
        key: OTHER
        if key in names and value is not None and value not in _NO_PEOPLE and value not in person.names
        and key not in source.texts
        else _plain(value, others)
        for key, value in row.items()
    }  # fmt: skip


def _plain(value: Any, others: frozenset[str]) -> Any:
    if isinstance(value, str):
        if value in others:
            return OTHER
        for name in others:
            if " " in name and name in value:
                value = value.replace(name, OTHER)
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item, others) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, others) for item in value]
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)
