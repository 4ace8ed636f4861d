"""One block is one transaction; reading cannot write; a lost database is one clear sentence."""

import signal
import time
from collections.abc import Iterator
from types import FrameType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data import engine
from data.session import UnitOfWork
from portal.core.errors import ConfigurationError, UpstreamError
from tests.helpers.market import add_source
from tests.helpers.waiting import until


def sources() -> list[str]:
    with UnitOfWork() as work:
        return list(work.session.scalars(text("SELECT code FROM data_sources ORDER BY code")))


def test_writing_commits_when_the_block_ends(database):
    add_source("a")
    assert sources() == ["a"]


def test_error_rolls_back(database):
    def fail() -> None:
        with UnitOfWork(write=True) as work:
            work.session.execute(text("INSERT INTO data_sources VALUES ('b', 'B', '', '', false, 24)"))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        fail()
    assert sources() == []


@pytest.fixture
def asked_to_leave() -> Iterator[None]:
    """Ask this process to end in half a second, as the signal handlers of programs do."""

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGALRM, leave)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0.0)
    signal.signal(signal.SIGALRM, before)


def wait_in_the_session(work: UnitOfWork) -> None:
    work.session.execute(text("SELECT pg_sleep(3)"))


def wait_in_the_driver(work: UnitOfWork) -> None:
    work.session.connection().connection.cursor().execute("SELECT pg_sleep(3)")


def wait_while_copying(work: UnitOfWork) -> None:
    copying = work.session.connection().connection.cursor().copy("COPY data_sources FROM STDIN")
    copying.__enter__()
    time.sleep(3)


@pytest.mark.parametrize("wait", [wait_in_the_session, wait_in_the_driver, wait_while_copying])
def test_a_signal_in_the_middle_of_a_statement_ends_the_block_as_it_is(database, asked_to_leave, wait):
    """Its connection is given up: the driver would refuse a rollback while a statement is open."""
    with pytest.raises(SystemExit) as left, UnitOfWork(write=True) as work:
        wait(work)
    assert left.value.code == 128 + signal.SIGALRM
    add_source("d")
    assert sources() == ["d"]

    def left_over() -> int:
        asked = text(
            "SELECT count(*) FROM pg_stat_activity WHERE query ~ '^(SELECT pg_sleep|COPY)' AND state = 'active'"
        )
        with UnitOfWork() as work:
            return int(work.session.scalar(asked) or 0)

    until(lambda: left_over() == 0)


def test_reading_cannot_write(database):
    with pytest.raises(DBAPIError, match="read-only"), UnitOfWork() as work:
        work.session.execute(text("DELETE FROM data_sources"))


def test_reading_is_one_snapshot(database):
    with UnitOfWork() as work:
        before = work.session.scalar(text("SELECT count(*) FROM data_sources"))
        add_source("c")
        assert work.session.scalar(text("SELECT count(*) FROM data_sources")) == before


def test_unreachable_database_is_one_sentence(database):
    reachable = engine.engine().url.render_as_string(hide_password=False)
    engine.connect("postgresql://nobody@127.0.0.1:1/none")
    try:
        with pytest.raises(UpstreamError, match="does not answer"), UnitOfWork():
            pass
    finally:
        engine.connect(reachable)


def test_other_databases_are_refused():
    with pytest.raises(ConfigurationError, match="needs PostgreSQL"):
        engine.driver_url("mysql://root@localhost/x")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_every_spelling_of_postgresql_gets_the_driver(scheme):
    assert engine.driver_url(f"{scheme}://u@h/d") == "postgresql+psycopg://u@h/d"
