"""What is noted is chained at the commit, by many writers at once; what is rolled back is not; the log only grows."""

import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data import engine
from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.errors import DomainError
from portal.domain.compliance.audit_chain import judge
from portal.domain.compliance.audit_entry import BEFORE_FIRST, chained
from portal.services.audit import note, note_now
from tests.helpers.audit import ANNA, fill, rows


def people() -> dict[str, str]:
    with UnitOfWork() as work:
        return dict(work.session.execute(text("SELECT username, ref FROM audit_people")).all())


def test_entries_are_numbered_and_chained(database):
    fill(3)
    found = rows()
    assert [row.seq for row in found] == [1, 2, 3]
    assert found[0].hash == chained(BEFORE_FIRST, found[0].entry)
    for before, row in pairwise(found):
        assert row.hash == chained(before.hash, row.entry)
    assert judge(found).is_whole


def test_entry_is_canonical_and_holds_a_pseudonym(database):
    with UnitOfWork(write=True) as work:
        note(work, ANNA, "user.disabled", "user", "bob", {"b": 2, "a": 1.5, "password": "x", "on": True})
    known = people()
    assert set(known) == {"anna", "bob"}
    entry = rows()[0].entry
    assert "anna" not in entry
    assert "bob" not in entry
    assert f'"ref":"{known["bob"]}"' in entry
    assert entry.startswith('{"action":"user.disabled","actor":"')
    assert '"detail":{"a":"1.5","b":"2","on":true,"password":"not logged"}' in entry
    assert '"seq":"1"' in entry


def test_pseudonym_stays_the_same(database):
    fill(2)
    assert len(people()) == 1
    assert len({row.copies[1] for row in rows()}) == 1


def test_system_needs_no_pseudonym(database):
    note_now(SYSTEM, "demo.loaded", "desk", "demo")
    assert people() == {}
    assert rows()[0].copies[1] == "system"


def test_what_is_rolled_back_is_not_noted(database):
    def fail() -> None:
        with UnitOfWork(write=True) as work:
            note(work, ANNA, "trade.booked", "trade", "1")
            raise DomainError("no")

    with pytest.raises(DomainError):
        fail()
    assert rows() == []


def test_refusal_is_noted_although_its_transaction_rolled_back(database):
    def refuse() -> None:
        with UnitOfWork(write=True) as work:
            work.session.execute(text("INSERT INTO data_sources VALUES ('b', 'B', '', '', false, 24)"))
            note(work, ANNA, "trade.booked", "trade", "1")
            note(work, ANNA, "trade.blocked", "trade", "1", outcome="refused")
            raise DomainError("no")

    with pytest.raises(DomainError):
        refuse()
    found = rows()
    assert [row.copies[2] for row in found] == ["trade.blocked"]
    with UnitOfWork() as work:
        assert work.session.scalar(text("SELECT count(*) FROM data_sources")) == 0


def test_reading_cannot_note(database):
    with UnitOfWork() as work, pytest.raises(RuntimeError, match="only reads"):
        note(work, ANNA, "trade.booked", "trade", "1")


def test_eight_writers_make_one_chain_without_gap_or_fork(database):
    each = 40

    def write(writer: int) -> None:
        for number in range(each):
            with UnitOfWork(write=True) as work:
                note(work, ANNA, "a.b", "writer", str(writer), {"number": number})
                note(work, SYSTEM, "a.c", "writer", str(writer), {"number": number})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    found = rows()
    assert [row.seq for row in found] == list(range(1, 8 * each * 2 + 1))
    assert judge(found).is_whole
    for writer in range(8):
        mine = [row for row in found if row.copies[4] == str(writer)]
        assert len(mine) == 2 * each
        assert all(second.seq == first.seq + 1 for first, second in zip(mine[::2], mine[1::2], strict=True))


def test_entry_costs_little(database):
    """Of processor time, which other programs do not change; `make bench` holds the wall clock against 2 ms."""
    fill(20)
    start = time.process_time()
    fill(100)
    noted = time.process_time() - start
    start = time.process_time()
    for _ in range(100):
        with UnitOfWork(write=True) as work:
            work.session.execute(text("SELECT 1"))
    bare = time.process_time() - start
    assert (noted - bare) / 100 < 0.004


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET entry = 'x'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "DELETE FROM audit_checkpoints",
    ],
)
def test_log_cannot_be_changed(database, statement):
    fill(1)
    with engine.engine().begin() as connection:
        connection.execute(
            text(
                "INSERT INTO audit_checkpoints (day, entries, document, signature, key_id) "
                "VALUES ('2026-01-01', 1, '', '', '')"
            )
        )
    with pytest.raises(DBAPIError, match="append-only"), engine.engine().begin() as connection:
        connection.execute(text(statement))
    assert len(rows()) == 1
