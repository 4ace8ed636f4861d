"""Requests of persons as they stand, and what the portal holds of each person by class of records.

API: ``requests``, ``detail``, ``request_in``, ``inventory_in``, ``Request``, ``Item``, ``Detail``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from data.queries import privacy as queries
from data.queries.privacy import HoldRow, Person, RequestEventRow, RequestRow, Tally
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.privacy_counts import DONE, PROPOSED, RECEIVED
from portal.domain.compliance.record_classes import OWNER, RecordClass, Source, of_subject
from portal.services.compliance import parameters as parameter_service
from portal.services.compliance.privacy_rules import ERASURE, Held, Kept, divide

EVERY = "all"
_STATES = {"proposed": PROPOSED, "rejected": RECEIVED, "done": DONE}


@dataclass(frozen=True, slots=True)
class Request:
    """A request with what was done about it."""

    row: RequestRow
    events: tuple[RequestEventRow, ...]

    @property
    def state(self) -> str:
        """``received``, ``proposed`` or ``done``: what the last step left it in."""
        moves = [_STATES[event.step] for event in self.events if event.step in _STATES]
        return moves[-1] if moves else RECEIVED

    @property
    def done_at(self) -> datetime | None:
        """When it was answered."""
        return self.events[-1].recorded_at if self.events and self.state == DONE else None

    @property
    def proposed_by(self) -> str:
        """Who proposed the erasure last; "" before that."""
        return next((event.by for event in reversed(self.events) if event.step == "proposed"), "")

    @property
    def outcome(self) -> tuple[dict[str, Any], ...]:
        """What was erased and what kept, class by class, once it is done."""
        body = self.events[-1].body if self.done_at else {}
        return tuple(body.get("classes", ()))


@dataclass(frozen=True, slots=True)
class Item:
    """A class of a person's records: how many rows in which table, and what the rules say."""

    record_class: RecordClass
    tables: tuple[tuple[Source, Tally], ...]
    kept: Kept

    @property
    def count(self) -> int:
        """Rows in all tables of the class."""
        return sum(tally.count for _, tally in self.tables)

    @property
    def oldest(self) -> date | None:
        """Day of the oldest row."""
        return min((tally.oldest for _, tally in self.tables if tally.oldest), default=None)


@dataclass(frozen=True, slots=True)
class Detail:
    """One request with the inventory; ``items`` is empty once nobody knows any more whose pseudonym it is."""

    request: Request
    is_known: bool
    items: tuple[Item, ...]
    steps: frozenset[str]


def requests(clocks: Clocks, actor: Actor) -> tuple[Request, ...]:
    """Return all requests as they stood, the newest first.

    Raises
    ------
    NotPermitted
        The actor may not manage privacy.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    with UnitOfWork() as work:
        return requests_in(work, clocks.known_at)


def requests_in(work: UnitOfWork, known_at: datetime) -> tuple[Request, ...]:
    """Return all requests in a transaction that is open."""
    events = queries.events(work.session, known_at=known_at)
    rows = queries.requests(work.session, known_at=known_at)
    return tuple(Request(row, tuple(events.get(row.id, ()))) for row in rows)


def request_in(work: UnitOfWork, request_id: int, known_at: datetime) -> Request:
    """Return one request.

    Raises
    ------
    NotFound
        There is none of this number.
    """
    row = queries.request(work.session, request_id)
    if row is None:
        raise NotFound(f"There is no request {request_id}. Choose one of the list.", request=request_id)
    found = queries.events(work.session, known_at=known_at, request_ids=[request_id])
    return Request(row, tuple(found.get(request_id, ())))


def detail(request_id: int, clocks: Clocks, actor: Actor) -> Detail:
    """Return one request with what the portal holds of the person now.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not manage privacy, or there is no such request.
    """
    actor.require(Permission.PRIVACY_MANAGE)
    with UnitOfWork() as work:
        request = request_in(work, request_id, clocks.known_at)
        person = queries.behind(work.session, request.row.subject_kind, request.row.subject_ref)
        items = inventory_in(work, person, clock.now()) if person else ()
    steps = _steps(request, person, actor) if clocks.live else frozenset[str]()
    return Detail(request, person is not None, items, steps)


def is_about(person: Person | None, actor: Actor) -> bool:
    """Tell whether a request is about the person who works on it."""
    return person is not None and bool(person.username) and person.username == actor.username


def _steps(request: Request, person: Person | None, actor: Actor) -> frozenset[str]:
    """Return what this person may do with the request now."""
    if request.state == DONE or person is None or is_about(person, actor):
        return frozenset()
    found = {"export"}
    if not request.row.extended:
        found.add("extend")
    if request.row.kind != ERASURE:
        return frozenset(found | {"answer"})
    if request.state == RECEIVED:
        found.add("propose")
    elif request.proposed_by != actor.username:
        found |= {"approve", "reject"}
    return frozenset(found)


def inventory_in(work: UnitOfWork, person: Person, at: datetime) -> tuple[Item, ...]:
    """Return what is held of a person, class by class, and what the rules say of erasing it at that moment."""
    session = work.session
    holds = [row for row in queries.holds(session, known_at=at) if row.released_at is None]
    found: list[tuple[Held, tuple[tuple[Source, Tally], ...]]] = []
    for item in of_subject(person.kind):
        tables = tuple(
            (source, queries.tally(session, source, person)) for source in item.sources if not source.kept
        )
        newest = max((tally.newest for _, tally in tables if tally.newest), default=None)
        ended = _ended(work, item, person)
        numbers = tuple(row.id for row in holds if _is_under(row, item, person))
        found.append((Held(item, newest, ended, numbers), tables))
    rules = parameter_service.in_force(work, Clocks(at.date(), at))
    filled = [held for held, tables in found if any(tally.count for _, tally in tables)]
    says = divide(filled, rules, at.date())
    nothing = Kept(False, None, "Nothing is held.", ())
    return tuple(
        Item(held.record_class, tables, says.get(held.record_class.code, nothing)) for held, tables in found
    )


def _ended(work: UnitOfWork, item: RecordClass, person: Person) -> date | None:
    if item.ends == "delivery":
        return queries.last_delivery(work.session, person)
    if item.ends == "relation" and person.kind == OWNER and person.counterparty_id is not None:
        return queries.relation_end(work.session, person.counterparty_id)
    return None


def _is_under(row: HoldRow, item: RecordClass, person: Person) -> bool:
    return row.record_class in (EVERY, item.code) and row.subject in (EVERY, person.ref)


def counts_of(items: Sequence[Item], code: str) -> list[tuple[str, Tally]]:
    """Return the tables of one class of an inventory with their counts."""
    return [
        (source.table, tally)
        for item in items
        if item.record_class.code == code
        for source, tally in item.tables
    ]
