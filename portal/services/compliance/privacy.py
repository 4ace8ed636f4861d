"""Requests of persons about their data: received, extended, answered, erased by two people; legal holds.

API: ``receive``, ``extend``, ``answer``, ``propose``, ``approve``, ``reject``, ``set_hold``, ``release_hold``, and of
:mod:`portal.services.compliance.privacy_views` ``requests`` and ``detail``, of
:mod:`portal.services.compliance.privacy_export` ``export``.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from data.queries import access as access_queries
from data.queries import privacy as queries
from data.queries.privacy import Person
from data.session import UnitOfWork
from data.writes import privacy as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission, Role
from portal.domain.compliance.privacy_counts import DONE, PROPOSED, RECEIVED
from portal.domain.compliance.record_classes import SUBJECTS, USER, by_code
from portal.services import audit
from portal.services.compliance import parameters as parameter_service
from portal.services.compliance.privacy_export import PersonFile, export
from portal.services.compliance.privacy_rules import ACCESS, ERASURE, deadline
from portal.services.compliance.privacy_views import (
    EVERY,
    Detail,
    Item,
    Request,
    detail,
    inventory_in,
    is_about,
    request_in,
    requests,
)

__all__ = [
    "Detail", "Item", "PersonFile", "Request", "answer", "approve", "detail", "export", "extend", "propose", "receive",
    "reject", "release_hold", "requests", "set_hold",
]  # fmt: skip

KINDS = {ACCESS: "Access", ERASURE: "Erasure"}
TEXT_LIMIT = 2000
_OBJECT = "privacy-request"


def receive(
    actor: Actor, kind: str, subject_kind: str, subject: str, received_on: date, note: str = ""
) -> int:
    """Store the request of a person and return its number; its deadline is that of GL-GD-01.

    Parameters
    ----------
    actor : Actor
        Who takes it in.
    kind : str
        Key of :data:`KINDS`.
    subject_kind, subject : str
        ``user`` and a user name, or the full name of who has no account (any more), or ``owner`` and both codes,
        ``NOWHERE/P1``. Only the pseudonym is stored.
    received_on : date
        When it came.
    note : str
        How it came; without the name of the person.

    Raises
    ------
    NotPermitted
        The actor may not manage privacy.
    NotFound
        The portal holds nothing of such a person.
    DomainError
        The kind is unknown, the day lies ahead, or the note is too long or holds the name.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    at = clock.now()
    if kind not in KINDS:
        raise DomainError(f"'{kind[:40]}' is no kind of request. Use one of {', '.join(KINDS)}.")
    if received_on > at.date():
        raise DomainError(
            f"The request cannot have come on {received_on}, which lies ahead. Correct the day."
        )
    with UnitOfWork(write=True) as work:
        person = _found(work, subject_kind, subject.strip())
        said = _said(note, person)
        known = parameter_service.in_force(work, Clocks(at.date(), at))
        due = deadline(kind, received_on, extended=False, parameters=known, day=at.date())
        number = writes.add_request(
            work.session, kind=kind, subject_ref=person.ref, subject_kind=person.kind, received_on=received_on,
            extended=False, due_at=due, note=said, recorded_by=actor.username, recorded_at=at,
        )  # fmt: skip
        _note(work, actor, "received", number, {"kind": kind, "subject": person.ref, "due": due.isoformat()})
        return number


def extend(request_id: int, actor: Actor, reason: str) -> None:
    """Take two more months, which the person must be told within the first.

    Raises
    ------
    Conflict
        The first month is over, or it was extended before.
    """
    with UnitOfWork(write=True) as work:
        request, person = _opened(work, request_id, actor)
        row, at = request.row, clock.now()
        if row.extended:
            raise Conflict(f"Request {request_id} was extended before. Answer it by {row.due_at:%Y-%m-%d}.")
        if at > row.due_at:
            raise Conflict(
                f"The first month of request {request_id} is over: it could be extended until {row.due_at:%Y-%m-%d}. "
                "Answer it now."
            )
        said = _said(reason, person, needed="Say why it takes longer: the person must be told.")
        known = parameter_service.in_force(work, Clocks(at.date(), at))
        due = deadline(row.kind, row.received_on, extended=True, parameters=known, day=at.date())
        writes.extend(work.session, request_id, due_at=due)
        _step(work, actor, request_id, "extended", {"reason": said, "due": due.isoformat()})


def answer(request_id: int, actor: Actor, reason: str = "") -> None:
    """Say that the person has got what they asked for; the export must have been made before.

    Raises
    ------
    Conflict
        It is a request for erasure, or nobody has made the export.
    """
    with UnitOfWork(write=True) as work:
        request, person = _opened(work, request_id, actor)
        if request.row.kind != ACCESS:
            raise Conflict(f"Request {request_id} is for erasure: propose it instead.")
        if not any(event.step == "exported" for event in request.events):
            raise Conflict("Nobody has made the export yet. Download it, hand it over, then say so.")
        _step(work, actor, request_id, "done", {"reason": _said(reason, person)})


def propose(request_id: int, actor: Actor, reason: str) -> None:
    """Propose to erase what the rules let go; a second person decides."""
    with UnitOfWork(write=True) as work:
        request, person = _opened(work, request_id, actor)
        if request.row.kind != ERASURE:
            raise Conflict(f"Request {request_id} is for access: nothing is erased for it.")
        if request.state != RECEIVED:
            raise Conflict(
                f"The erasure of request {request_id} was proposed already. A second person decides."
            )
        said = _said(reason, person, needed="Say how the person was identified.")
        items = inventory_in(work, person, clock.now())
        _step(work, actor, request_id, PROPOSED, {"reason": said, "classes": _classes(items)})


def reject(request_id: int, actor: Actor, reason: str) -> None:
    """Give a proposed erasure back, and say why."""
    with UnitOfWork(write=True) as work:
        request, person = _opened(work, request_id, actor)
        _may_decide(request, actor)
        said = _said(reason, person, needed="Say what is wrong with it.")
        _step(work, actor, request_id, "rejected", {"reason": said})


def approve(request_id: int, actor: Actor, reason: str = "") -> tuple[dict[str, Any], ...]:
    """Erase what the rules let go at this moment, restrict the rest, and return class by class what was done.

    Raises
    ------
    NotPermitted
        The actor may not manage privacy, proposed it themselves, or it is about them.
    Conflict
        Nothing is proposed, or it is the last administrator.
    """
    with UnitOfWork(write=True) as work:
        request, person = _opened(work, request_id, actor)
        _may_decide(request, actor)
        _keep_an_administrator(work, person)
        said = _said(reason, person)
        items = inventory_in(work, person, clock.now())
        for item in items:
            if item.count and not item.kept.keep:
                writes.erase(work.session, item.record_class, person, stand_in=f"erased-{request_id}")
        classes = _classes(items)
        _step(work, actor, request_id, "approved", {"reason": said})
        _step(work, actor, request_id, DONE, {"classes": classes})
        return tuple(classes)


def set_hold(actor: Actor, record_class: str, subject: str, reason: str) -> int:
    """Keep a class of records, of one pseudonym or of all, whatever their age; return the number of the hold.

    Raises
    ------
    NotPermitted, NotFound, DomainError
        The actor may not manage privacy, there is no such class or pseudonym, or the reason is missing.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    if record_class != EVERY:
        by_code(record_class)
    subject = subject.strip() or EVERY
    with UnitOfWork(write=True) as work:
        kind = "owner" if "/" in subject else USER
        if subject != EVERY and queries.behind(work.session, kind, subject) is None:
            raise NotFound(
                f"Nobody has the pseudonym '{subject[:64]}'. Take it from a request, or leave it empty for all."
            )
        said = _said(reason, None, needed="Say which matter the records are kept for.")
        number = writes.add_hold(
            work.session, record_class=record_class, subject=subject, reason=said, set_by=actor.username,
            recorded_at=clock.now(),
        )  # fmt: skip
        audit.note(
            work, actor, "hold.set", "legal-hold", str(number), {"class": record_class, "subject": subject}
        )
        return number


def release_hold(hold_id: int, actor: Actor) -> None:
    """End a legal hold: retention alone decides from now on.

    Raises
    ------
    NotPermitted, Conflict
        The actor may not manage privacy, or the hold is not in force.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    with UnitOfWork(write=True) as work:
        if not writes.release_hold(work.session, hold_id, by=actor.username, at=clock.now()):
            raise Conflict(f"Hold {hold_id} is not in force. Choose one of the list.", hold=hold_id)
        audit.note(work, actor, "hold.released", "legal-hold", str(hold_id))


def _found(work: UnitOfWork, kind: str, subject: str) -> Person:
    """Return the person of a new request, a user with a pseudonym."""
    if kind not in SUBJECTS:
        raise DomainError(f"'{kind[:40]}' is nobody that the portal knows. Use one of {', '.join(SUBJECTS)}.")
    nobody = NotFound(f"The portal holds nothing of '{subject[:80]}'. Check how it is written.")
    if kind != USER:
        person = queries.owner(work.session, *subject.split("/", 1)) if "/" in subject else None
        if person is None:
            raise nobody
        return person
    if not subject:
        raise nobody
    person = queries.user(work.session, subject.lower())
    if person.user_id is None:  # closed before, or somebody whom records call by their full name
        person = queries.user(work.session, subject)
        if not _has_rows(work, person):
            raise nobody
    writes.pseudonym(work.session, person.username)
    return queries.user(work.session, person.username)


def _has_rows(work: UnitOfWork, person: Person) -> bool:
    return any(item.count for item in inventory_in(work, person, clock.now()))


def _opened(work: UnitOfWork, request_id: int, actor: Actor) -> tuple[Request, Person]:
    """Return a request that is not answered, locked, with the person it is about."""
    actor.require(Permission.PRIVACY_MANAGE)
    writes.lock_request(work.session, request_id)
    request = request_in(work, request_id, clock.now())
    if request.state == DONE:
        raise Conflict(
            f"Request {request_id} was answered. A new one is needed for more.", request=request_id
        )
    person = queries.behind(work.session, request.row.subject_kind, request.row.subject_ref)
    if person is None:
        raise Conflict(f"Nobody knows any more whom request {request_id} is about: the pseudonym was erased.")
    if is_about(person, actor):
        raise NotPermitted(f"Request {request_id} is about yourself. Somebody else works on it.")
    return request, person


def _may_decide(request: Request, actor: Actor) -> None:
    if request.state != PROPOSED:
        raise Conflict(f"No erasure is proposed for request {request.row.id}. Propose it first.")
    if request.proposed_by == actor.username:
        raise NotPermitted("Nobody approves their own proposal. Ask a second person who manages privacy.")


def _keep_an_administrator(work: UnitOfWork, person: Person) -> None:
    """Refuse to close the last account that could give rights to others."""
    if access_queries.active_holders(work.session, role=Role.ADMINISTRATOR.value) == [person.username]:
        raise Conflict(
            "It is the last administrator, whose account cannot be closed. Appoint another one first."
        )


def _said(text: str, person: Person | None, *, needed: str = "") -> str:
    """Return a text that may be stored: not too long, not missing, without the name of the person."""
    said = text.strip()
    if needed and not said:
        raise DomainError(needed)
    if len(said) > TEXT_LIMIT:
        raise DomainError(f"The text is longer than {TEXT_LIMIT} characters. Shorten it.")
    if person is not None and person.full_name and person.full_name.lower() in said.lower():
        raise DomainError(
            "The text holds the name of the person, which would outlive its erasure. Leave it out."
        )
    return said


def _classes(items: tuple[Item, ...]) -> list[dict[str, Any]]:
    """Return what is done with each class that holds something: erased in its way, or restricted until a day."""
    return [
        {
            "class": item.record_class.code,
            "done": "restricted" if item.kept.keep else item.record_class.way.value,
            "until": item.kept.until.isoformat() if item.kept.keep and item.kept.until else None,
            "reason": item.kept.reason,
            "rules": list(item.kept.rules),
        }
        for item in items
        if item.count
    ]


def _step(work: UnitOfWork, actor: Actor, request_id: int, step: str, body: Mapping[str, Any]) -> None:
    writes.add_event(
        work.session,
        request_id=request_id,
        step=step,
        by=actor.username,
        body=dict(body),
        recorded_at=clock.now(),
    )
    noted = {
        "classes": [f"{item['class']}: {item['done']}" for item in body.get("classes", ())],
        "due": body.get("due"),
    }
    _note(work, actor, step, request_id, {name: value for name, value in noted.items() if value})


def _note(work: UnitOfWork, actor: Actor, step: str, number: int, facts: Mapping[str, Any]) -> None:
    audit.note(work, actor, f"privacy.{step}", _OBJECT, str(number), facts)
