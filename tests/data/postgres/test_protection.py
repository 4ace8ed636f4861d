"""The role of the portal can add to the audit log and read it; it can neither change it, nor drop it, nor undo that."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from data import migrations
from data.postgres import EmbeddedPostgres, protection
from data.queries import audit as queries
from data.session import UnitOfWork
from data.writes import audit as writes
from portal.core.errors import ConfigurationError
from tests.helpers.audit import fill, rows
from tests.helpers.databases import connected

FORBIDDEN = {
    "update": "UPDATE audit_log SET entry = 'x'",
    "delete": "DELETE FROM audit_log",
    "truncate": "TRUNCATE audit_log",
    "drop": "DROP TABLE audit_log",
    "drop-checkpoints": "DROP TABLE audit_checkpoints",
    "rename": "ALTER TABLE audit_log RENAME TO other",
    "trigger-off": "ALTER TABLE audit_log DISABLE TRIGGER USER",
    "trigger-dropped": "DROP TRIGGER audit_log_append_only ON audit_log",
    "function-replaced": "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql "
    "AS 'BEGIN RETURN OLD; END'",
    "function-dropped": "DROP FUNCTION refuse_audit_change() CASCADE",
    "schema-dropped": "DROP SCHEMA public CASCADE",
    "owner": "ALTER TABLE audit_log OWNER TO portal",
    "become-owner": "SET ROLE enerscope_audit",
    "grant": "GRANT UPDATE ON audit_log TO portal; UPDATE audit_log SET entry = 'x'",
    "replication": "SET session_replication_role = replica",
    "rule": "CREATE RULE nothing AS ON INSERT TO audit_log DO INSTEAD NOTHING",
}


@pytest.fixture(scope="module")
def protected(short_folder: Path) -> Iterator[str]:
    server = EmbeddedPostgres(short_folder / "protected", options={"fsync": "off"})
    url = server.start()
    with connected(url) as engine:
        migrations.upgrade(engine)
        assert not protection.is_protected(url)
        protection.protect(server.admin_url(), "portal")
        fill(3)
        yield url
    server.stop(force=True)


def test_portal_still_writes_and_reads(protected):
    before = len(rows())
    fill(2)
    assert len(rows()) == before + 2
    assert protection.is_protected(protected)


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_portal_cannot(protected, statement):
    before = rows()
    with psycopg.connect(protected) as connection, pytest.raises(psycopg.errors.Error) as refused:
        connection.execute(statement)
    assert isinstance(refused.value, (psycopg.errors.InsufficientPrivilege, psycopg.errors.WrongObjectType))
    assert rows() == before


def test_portal_can_still_make_tables_of_its_own(protected):
    with psycopg.connect(protected) as connection:
        connection.execute("CREATE TABLE newer_release (id int)")
        connection.execute("DROP TABLE newer_release")


def test_second_time_changes_nothing(protected, short_folder):
    server = EmbeddedPostgres(short_folder / "protected")
    protection.protect(server.admin_url(), "portal")
    assert protection.is_protected(protected)


def test_superuser_cannot_be_protected_from(protected, short_folder):
    admin = EmbeddedPostgres(short_folder / "protected").admin_url()
    with pytest.raises(ConfigurationError, match="a superuser, from whom nothing"):
        protection.protect(admin, "postgres")


def test_ordinary_role_cannot_protect(protected):
    with pytest.raises(ConfigurationError, match="needs a superuser"):
        protection.protect(protected, "portal")


def test_erasing_a_person_is_still_possible(protected):
    with UnitOfWork() as work:
        ref = queries.ref_of(work.session, username="anna")
    with UnitOfWork(write=True) as work:
        assert writes.forget_person(work.session, ref=ref)
