"""A small audit log for tests: written by the portal, and broken as only its owner could."""

from contextlib import contextmanager

from sqlalchemy import text

from data import engine
from data.queries import audit as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Role
from portal.domain.compliance.audit_chain import Row
from portal.domain.compliance.audit_entry import BEFORE_FIRST, chained
from portal.services.audit import note

ANNA = Actor(1, "anna", "Anna", frozenset({Role.COMPLIANCE_OFFICER}))


def fill(entries: int, *, actor: Actor = ANNA) -> None:
    """Write ``entries`` entries, each in a transaction of its own."""
    for number in range(1, entries + 1):
        with UnitOfWork(write=True) as work:
            note(work, actor, "limit.approved", "limit", str(number), {"level_eur": 1_000.5 * number})


def rows() -> list[Row]:
    """Return the log as stored."""
    with UnitOfWork() as work:
        return list(queries.stream(work.session))


@contextmanager
def tampering():
    """Yield a connection on which the triggers of the log are off, as for somebody who owns the table."""
    with engine.engine().begin() as connection:
        connection.execute(text("ALTER TABLE audit_log DISABLE TRIGGER USER"))
        connection.execute(text("ALTER TABLE audit_checkpoints DISABLE TRIGGER USER"))
        yield connection
        connection.execute(text("ALTER TABLE audit_log ENABLE TRIGGER USER"))
        connection.execute(text("ALTER TABLE audit_checkpoints ENABLE TRIGGER USER"))


def chain_anew(connection, *, since: int = 1) -> None:
    """Give every entry the hash that its text now asks for: what a careful forger does last."""
    before = BEFORE_FIRST
    for seq, digest, entry in connection.execute(
        text("SELECT seq, hash, entry FROM audit_log ORDER BY seq")
    ).all():
        if seq < since:
            before = bytes(digest)
            continue
        before = chained(before, entry)
        connection.execute(
            text("UPDATE audit_log SET hash = :hash WHERE seq = :seq"), {"hash": before, "seq": seq}
        )
