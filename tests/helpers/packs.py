"""Small packs for tests: what the books that a reader sees were worth, read from the database under its clocks."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Chapter, Document, Gap, Rows, Section, Words
from portal.core.permissions import Role
from portal.core.table import Column, Table
from portal.services import access, jobs
from portal.services.packs.schedules import Terms
from portal.services.portfolio import closing

PASSWORD = "four unrelated Words, here"
COLUMNS = (
    Column("book", "Book"),
    Column("day", "Day", kind="date"),
    Column("value", "Value", unit="EUR", kind="number", decimals=2),
)
HOLD = threading.Event()
"""While it is clear, a pack is never finished."""
HOLD.set()


def compose(
    template: str, params: Mapping[str, Any], clocks: Clocks, reader: Actor, *, due_at: datetime | None = None,
    known_gaps: Sequence[Gap] = (),
) -> Document:  # fmt: skip
    """Return the values of the books that ``reader`` sees, as a pack of any template."""
    HOLD.wait()
    found = closing.history(clocks, reader)
    rows = [
        (code, one.as_of, one.unrealised + one.realised)
        for code, days in sorted(found.items())
        for one in days
    ]
    parts = (Words(f"{len(rows)} values."), Rows("Values", Table(COLUMNS, rows), "values"))
    return Document(
        f"{str(template).title()} pack", str(template), "1", clocks, f"{reader.name} ({reader.username})",
        (Chapter("Books", (Section("Values", parts, origin="/portfolio"),)),), ", ".join(sorted(found)),
        tuple(known_gaps), due_at, params=dict(params),
    )  # fmt: skip


def person(name: str, role: Role, *books: str) -> Actor:
    """Add a user who sees ``books``, and return who they are."""
    user_id = access.create_user(name, name.title(), PASSWORD, frozenset({role}), portfolios=frozenset(books))
    return Actor(user_id, name, name.title(), frozenset({role}), frozenset(books))


def add_books(*codes: str) -> None:
    """Add books without a tree."""
    with UnitOfWork(write=True) as work:
        for code in codes:
            work.session.execute(
                text("INSERT INTO portfolios (code, name) VALUES (:code, :name)"),
                {"code": code, "name": code},
            )


def add_value(book: str, day: date, value: float, recorded_at: datetime | None = None) -> None:
    """Record what a book was worth on a day."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO book_values (portfolio_id, as_of, recorded_at, currency, unrealised, realised, trades, "
                "missing) SELECT id, :day, :at, 'EUR', :value, 0, 1, 0 FROM portfolios WHERE code = :book"
            ),
            {"book": book, "day": day, "value": value, "at": recorded_at or evening(day)},
        )


def evening(day: date, hour: int = 19) -> datetime:
    """Return an hour of a day, UTC."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def store(terms: Terms, at: datetime) -> None:
    """Store the next version of a schedule, as if it had been written at a moment."""
    from portal.services.packs import schedules

    with UnitOfWork(write=True) as work:
        version = schedules.put(work, terms, "oliver")
        work.session.execute(
            text("UPDATE pack_schedules SET recorded_at = :at WHERE code = :code AND version = :version"),
            {"at": at, "code": terms.code, "version": version},
        )


def run_all() -> list[str]:
    """Run every job that waits, and return how each ended."""
    return [jobs.run(one) for one in jobs.due()]


def packs() -> list[Any]:
    """Return all packs by id."""
    with UnitOfWork() as work:
        return list(work.session.execute(text("SELECT * FROM packs ORDER BY id")))


def content(pack_id: int, code: str) -> bytes:
    """Return a stored file."""
    with UnitOfWork() as work:
        return work.session.execute(
            text("SELECT content FROM pack_files WHERE pack_id = :id AND format = :code"),
            {"id": pack_id, "code": code},
        ).scalar_one()
