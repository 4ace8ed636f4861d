"""Reads of what the portal holds of a person, of their requests, and of legal holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, Table, Text, and_, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from data.base import Base
from data.models.access import User
from data.models.audit import AuditPerson
from data.models.compliance import OrderEvent
from data.models.operations import Channel, Delivery
from data.models.parties import (
    BeneficialOwner,
    KycCase,
    KycEvent,
    LegalHold,
    PrivacyEvent,
    PrivacyRequest,
)
from data.models.portfolio import Counterparty, Trade
from portal.domain.compliance.record_classes import OWNER, USER, Source

SECRETS = frozenset({"password_hash", "token_hash"})
_OVER = ("rejected", "suspended")


@dataclass(frozen=True, slots=True)
class Person:
    """Who it is about; of a user the id and both names, of an owner the counterparty and the code.

    ``is_sole``: the only person behind the counterparty, so that its identity documents are theirs.
    """

    kind: str
    ref: str
    username: str = ""
    name: str = ""
    user_id: int | None = None
    counterparty_id: int | None = None
    owner: str = ""
    is_sole: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """What the person is called in columns of names."""
        return tuple({item for item in (self.username, self.name) if item})

    @property
    def full_name(self) -> str:
        """The name to look for in texts; "" for one of a single word, which texts may mean otherwise."""
        name = self.name or self.username
        return name if " " in name else ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows there are, and their oldest and newest day."""

    count: int
    oldest: date | None
    newest: date | None


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request of a person."""

    id: int
    kind: str
    subject_ref: str
    subject_kind: str
    received_on: date
    extended: bool
    due_at: datetime
    note: str
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RequestEventRow:
    """What was done about a request."""

    id: int
    request_id: int
    step: str
    by: str
    body: dict[str, Any]
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A legal hold."""

    id: int
    record_class: str
    subject: str
    reason: str
    set_by: str
    recorded_at: datetime
    released_by: str | None
    released_at: datetime | None


_REQUEST = tuple(getattr(PrivacyRequest, name) for name in RequestRow.__dataclass_fields__)
_EVENT = tuple(getattr(PrivacyEvent, name) for name in RequestEventRow.__dataclass_fields__)
_HOLD = tuple(getattr(LegalHold, name) for name in HoldRow.__dataclass_fields__)


def table_of(source: Source) -> Table:
    """Return the table of a source."""
    return Base.metadata.tables[source.table]


def user(session: Session, username: str) -> Person:
    """Return the user of a name; without an account, who is called so in records, such as a trader by full name."""
    row = session.execute(select(User.id, User.name).where(User.username == username)).one_or_none()
    ref = session.scalar(select(AuditPerson.ref).where(AuditPerson.username == username)) or ""
    if row is None:
        return Person(USER, ref, username)
    return Person(USER, ref, username, row.name, row.id)


def owner(session: Session, party: str, code: str) -> Person | None:
    """Return the owner of a counterparty by both codes; None when there is no such natural person."""
    row = session.execute(
        select(BeneficialOwner.counterparty_id, BeneficialOwner.name)
        .join(Counterparty, Counterparty.id == BeneficialOwner.counterparty_id)
        .where(Counterparty.code == party, BeneficialOwner.code == code, BeneficialOwner.kind == "person")
        .order_by(BeneficialOwner.recorded_at.desc(), BeneficialOwner.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    people = session.scalar(
        select(func.count(BeneficialOwner.code.distinct())).where(
            BeneficialOwner.counterparty_id == row.counterparty_id, BeneficialOwner.kind == "person"
        )
    )
    return Person(
        OWNER, f"{party}/{code}", name=row.name, counterparty_id=row.counterparty_id, owner=code, is_sole=people == 1
    )  # fmt: skip


def behind(session: Session, kind: str, ref: str) -> Person | None:
    """Return whose pseudonym it is; None once that was erased."""
    if kind == OWNER:
        return owner(session, *ref.split("/", 1))
    username = session.scalar(select(AuditPerson.username).where(AuditPerson.ref == ref))
    return None if username is None else user(session, username)


def where(source: Source, person: Person) -> ColumnElement[bool]:
    """Return the condition for the rows of a source that hold data of a person."""
    table = table_of(source)
    first = table.c[source.who[0]]
    match source.link:
        case "user":
            return first == person.user_id if person.user_id is not None else false()
        case "ref":
            return or_(*(table.c[name] == person.ref for name in source.who)) if person.ref else false()
        case "channel":
            return first.in_(_channels_of(person))
        case "delivery":
            return first.in_(select(Delivery.id).where(Delivery.channel_id.in_(_channels_of(person))))
        case "owner":
            mine = and_(first == person.counterparty_id, table.c.code == person.owner)
            return and_(mine, everybody(source))
        case "party":
            return and_(first == person.ref, everybody(source))
        case "file":
            cases = select(KycCase.id).where(KycCase.counterparty_id == person.counterparty_id)
            return and_(first.in_(cases), everybody(source), _their_file(table, person))
    found: list[ColumnElement[bool]] = [table.c[name].in_(person.names) for name in source.who]
    if person.full_name:
        found += [table.c[name].contains(person.full_name, autoescape=True) for name in source.texts]
    for name in source.documents:
        written = cast(table.c[name], Text)
        found += [written.contains(f'"{item}"', autoescape=True) for item in person.names]
        if person.full_name:
            found.append(written.contains(person.full_name, autoescape=True))
    return or_(*found)


def _channels_of(person: Person) -> Select[Any]:
    return select(Channel.id).where(Channel.username.in_(person.names))


def _their_file(table: Table, person: Person) -> ColumnElement[bool]:
    if person.is_sole:
        return true()
    words = [person.owner, *(word for word in person.name.split() if len(word) > 2)]
    return or_(*(table.c.file_name.icontains(word, autoescape=True) for word in words))


def everybody(source: Source) -> ColumnElement[bool]:
    """Return the condition for the rows of a source that hold data of anybody."""
    table = table_of(source)
    match source.link:
        case "owner":
            return and_(table.c.kind == "person", or_(table.c.name != "", table.c.birth_date.is_not(None)))
        case "party":
            return and_(table.c.detail["is_person"].as_boolean(), table.c.detail.has_key("ours"))
        case "file":
            return and_(table.c.kind == "identity", table.c.content.is_not(None))
    if source.table == "users":
        return table.c.username.not_like("erased-%")
    return or_(*(table.c[name].is_not(None) for name in source.who))


def tally(session: Session, source: Source, person: Person) -> Tally:
    """Count the rows of a person in a source."""
    table = table_of(source)
    days = _day(table, source) if source.day else None
    columns = [func.min(days), func.max(days)] if days is not None else []
    row = session.execute(
        select(func.count(), *columns).select_from(table).where(where(source, person))
    ).one()
    return Tally(int(row[0]), *row[1:]) if columns else Tally(int(row[0]), None, None)


def days(session: Session, source: Source, *, known_at: datetime) -> list[tuple[date, int]]:
    """Return how many rows of a source hold data of anybody, by their day, up to a moment."""
    table = table_of(source)
    if not source.day:
        return []
    day = _day(table, source)
    until = table.c[source.day] <= (
        known_at.date() if isinstance(table.c[source.day].type, Date) else known_at
    )
    statement = select(day, func.count()).where(everybody(source), until).group_by(day).order_by(day)
    return [(row[0], int(row[1])) for row in session.execute(statement)]


def _day(table: Table, source: Source) -> Any:
    column = table.c[source.day]
    return column if isinstance(column.type, Date) else cast(func.timezone("UTC", column), Date)


def rows(session: Session, source: Source, person: Person) -> list[dict[str, Any]]:
    """Return the rows of a person in a source, without secrets."""
    table = table_of(source)
    names = source.shown or tuple(column.name for column in table.columns)
    columns = [table.c[name] for name in names if name not in SECRETS]
    statement = select(*columns).where(where(source, person)).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in session.execute(statement)]  # noqa: SLF001  (the public way of SQLAlchemy)


def names_of_others(session: Session, person: Person) -> frozenset[str]:
    """Return the names of all other people that records may hold."""
    statements = (
        select(User.username),
        select(User.name),
        select(Trade.trader).distinct(),
        select(OrderEvent.trader).where(OrderEvent.trader.is_not(None)).distinct(),
        select(BeneficialOwner.name).where(BeneficialOwner.kind == "person").distinct(),
    )
    found = {str(name) for statement in statements for name in session.scalars(statement)}
    return frozenset(found - set(person.names) - {""})


def last_delivery(session: Session, person: Person) -> date | None:
    """Return when the last delivery of the trades of a person ends."""
    named = or_(
        *(column.in_(person.names) for column in (Trade.trader, Trade.recorded_by, Trade.approved_by))
    )
    return session.scalar(select(func.max(Trade.delivery_end)).where(named))


def relation_end(session: Session, counterparty_id: int) -> date | None:
    """Return when the relation with a counterparty ended; None while it runs.

    It has ended when the onboarding was rejected or suspended last, and all trades are delivered.
    """
    newest = session.execute(
        select(KycEvent.step, KycEvent.recorded_at)
        .join(KycCase, KycCase.id == KycEvent.case_id)
        .where(KycCase.counterparty_id == counterparty_id, KycEvent.step.not_in(("comment", "training")))
        .order_by(KycEvent.recorded_at.desc(), KycEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if newest is None or newest.step not in _OVER:
        return None
    delivered = session.scalar(
        select(func.max(Trade.delivery_end)).where(Trade.counterparty_id == counterparty_id)
    )
    ended: date = newest.recorded_at.date()
    return ended if delivered is None else max(ended, delivered)


def requests(session: Session, *, known_at: datetime) -> list[RequestRow]:
    """Return all requests known by then, the newest first."""
    statement = (
        select(*_REQUEST).where(PrivacyRequest.recorded_at <= known_at).order_by(PrivacyRequest.id.desc())
    )
    return [RequestRow(*row) for row in session.execute(statement)]


def request(session: Session, request_id: int) -> RequestRow | None:
    """Return one request; None when there is none of this id."""
    row = session.execute(select(*_REQUEST).where(PrivacyRequest.id == request_id)).one_or_none()
    return None if row is None else RequestRow(*row)


def events(
    session: Session, *, known_at: datetime, request_ids: Sequence[int] | None = None
) -> dict[int, list[RequestEventRow]]:
    """Return what was done about each request by then, oldest first."""
    statement = select(*_EVENT).where(PrivacyEvent.recorded_at <= known_at).order_by(PrivacyEvent.id)
    if request_ids is not None:
        statement = statement.where(PrivacyEvent.request_id.in_(request_ids))
    found: dict[int, list[RequestEventRow]] = {}
    for row in session.execute(statement):
        found.setdefault(row.request_id, []).append(RequestEventRow(*row))
    return found


def holds(session: Session, *, known_at: datetime) -> list[HoldRow]:
    """Return all legal holds known by then, released ones too, the newest first."""
    statement = select(*_HOLD).where(LegalHold.recorded_at <= known_at).order_by(LegalHold.id.desc())
    return [HoldRow(*row) for row in session.execute(statement)]
