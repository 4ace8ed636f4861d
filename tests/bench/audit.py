"""The audit log: what an entry adds to its transaction, eight writers at once, and verifying a million entries.

An entry is measured as the difference between a transaction with it and the same one without; both write a row, so
that both wait for the disk once.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from psycopg import Connection
from sqlalchemy import text

from data import engine
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.config import Settings
from portal.core.permissions import Role
from portal.domain.compliance.audit_chain import judge
from portal.domain.compliance.audit_entry import BEFORE_FIRST, Draft, chained, entry_text
from portal.services.audit import note, verification
from tests.bench.report import Figure, middle
from tests.bench.stage import Stage
from tests.helpers import databases
from tests.helpers.audit import rows

MILLION = 1_000_000
WRITERS = 8
WRITE_TARGET_MS, VERIFY_TARGET_S = 2.0, 20.0
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ANNA = Actor(1, "anna", "Anna", frozenset({Role.TRADER}))


def measure(stage: Stage, *, quick: bool, only: str = "") -> list[Figure]:
    """Return the figures of writing and verifying."""
    found: list[Figure] = []
    if only in ("", "write"):
        with databases.connected(stage.fresh("bench_audit")):
            found += _write(60 if quick else 400)
    if only in ("", "verify"):
        with databases.connected(stage.fresh("bench_audit")):
            found += _verify(stage.home, MILLION // 20 if quick else MILLION)
    return found


def _transaction(number: int, *, noted: bool) -> float:
    start = time.perf_counter()
    with UnitOfWork(write=True) as work:
        work.session.execute(text("UPDATE scratch SET n = n + 1 WHERE id = :id"), {"id": number})
        if noted:
            note(
                work, ANNA, "limit.approved", "limit", str(number), {"level_eur": 1_000.5, "reason": "x" * 80}
            )
    return 1_000 * (time.perf_counter() - start)


def _write(rounds: int) -> Iterator[Figure]:
    with engine.engine().begin() as connection:
        connection.execute(text("CREATE TABLE scratch (id int PRIMARY KEY, n int)"))
        connection.execute(text("INSERT INTO scratch SELECT g, 0 FROM generate_series(0, 99) g"))
    for noted in (False, True) * 10:
        _transaction(0, noted=noted)
    bare, full = [], []
    for _ in range(rounds):
        bare.append(_transaction(0, noted=False))
        full.append(_transaction(0, noted=True))
    yield Figure(
        "audit",
        "one entry in a transaction",
        "added",
        middle(full) - middle(bare),
        "ms",
        target=WRITE_TARGET_MS,
    )

    def many(writer: int) -> None:
        for _ in range(rounds // 4):
            _transaction(writer, noted=True)

    start = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(many, range(WRITERS)))
    rate = WRITERS * (rounds // 4) / (time.perf_counter() - start)
    assert judge(rows()).is_whole
    yield Figure("audit", "eight writers at once", "entries", rate, "/s")


def _fill(count: int) -> None:
    """Copy a chain into the log; written by the portal it would take minutes."""
    raw = engine.engine().raw_connection()
    driver = raw.driver_connection
    assert isinstance(driver, Connection)
    before = BEFORE_FIRST
    with driver.cursor() as cursor, cursor.copy("COPY audit_log FROM STDIN") as copy:
        for seq in range(1, count + 1):
            at = BEGIN + timedelta(milliseconds=seq)
            draft = Draft(
                "anna", "page.viewed", "page", "/compliance", "done", {"number": seq}, "0" * 16, "f" * 16
            )
            entry = entry_text(
                draft, seq=seq, at=at, actor_ref="p-1f2e3d4c5b6a7988", object_ref="/compliance"
            )
            before = chained(before, entry)
            copy.write_row(
                (seq, before, entry, at, "p-1f2e3d4c5b6a7988", "page.viewed", "page", "/compliance", "done")
            )
    driver.commit()
    raw.close()


def _verify(home: Path, count: int) -> Iterator[Figure]:
    _fill(count)
    start = time.perf_counter()
    found = verification.verify_database(Settings(home=home / "audit"))
    seconds = time.perf_counter() - start
    assert found.is_whole, found.sentences
    assert found.entries == count
    target = VERIFY_TARGET_S if count == MILLION else None
    yield Figure("audit", f"verify {count:,} entries", "from the database", seconds, "s", target=target)
