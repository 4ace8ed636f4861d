"""The audit log comes back from a backup whole, and one that was altered before the backup is not called good."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from data import migrations
from data.postgres import EmbeddedPostgres, dumps, protection
from portal.core.config import Settings
from portal.domain.compliance.audit_chain import judge
from portal.services import backup
from tests.helpers.audit import fill, rows, tampering
from tests.helpers.databases import connected

ENTRIES = 40


@pytest.fixture
def desk(short_folder: Path, request: pytest.FixtureRequest) -> Iterator[tuple[EmbeddedPostgres, str]]:
    """A server whose database has an audit log with an owner of its own, as `enerscope run` leaves it."""
    server = EmbeddedPostgres(short_folder / f"kept{len(request.node.name)}", options={"fsync": "off"})
    url = server.start()
    with connected(url) as engine:
        migrations.upgrade(engine)
    yield server, url
    server.stop(force=True)


def test_destroyed_and_brought_back_entry_by_entry(
    desk: tuple[EmbeddedPostgres, str], tmp_path: Path
) -> None:
    server, url = desk
    config = Settings(home=tmp_path, database_url=url)
    protection.protect(server.admin_url(), "portal")
    with connected(url):
        fill(ENTRIES)
        before = rows()
    made = backup.make(config=config)
    assert (made.is_good, made.audit_entries) == (True, ENTRIES)
    dumps.drop(url)
    assert backup.restore(made, config=config) == ""
    with connected(url):
        after = rows()
        found = judge(after)
        assert found.is_whole
        assert (found.entries, found.hash) == (ENTRIES, before[-1].hash)
        assert after == before
        protection.protect(server.admin_url(), "portal")  # as the next start does
        assert protection.is_protected(url)
        fill(1)
        assert judge(rows()).is_whole


def test_a_log_that_was_altered_makes_no_good_backup(
    desk: tuple[EmbeddedPostgres, str], tmp_path: Path
) -> None:
    _, url = desk
    with connected(url):
        fill(ENTRIES)
        with tampering() as connection:
            connection.execute(
                text(
                    "UPDATE audit_log SET entry = replace(entry, 'limit.approved', 'limit.rejected') WHERE seq = 7"
                )
            )
    made = backup.make(config=Settings(home=tmp_path, database_url=url))
    assert not made.is_good
    assert made.problem.startswith("The audit log is not whole. ")
    assert "7" in made.problem
