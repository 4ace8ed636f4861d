"""One block is one transaction; reading cannot write; a lost database is one clear sentence."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from data import engine
from data.session import UnitOfWork
from portal.core.errors import ConfigurationError, UpstreamError
from tests.helpers.market import add_source


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
