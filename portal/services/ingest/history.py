"""Past imports, as far as one may see them."""

from datetime import datetime

from data.queries import imports as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table
from portal.services.access.trade_files import reader_of_files

_RECENT = (
    Column("id", "Import", "integer", hidden=True),
    Column("recorded_at", "When", "moment"),
    Column("kind", "Kind"),
    Column("file", "File"),
    Column("status", "Outcome", "badge"),
    Column("actor", "By"),
    Column("read", "Rows read", "integer"),
    Column("accepted", "Accepted", "integer"),
    Column("quarantined", "Quarantined", "integer"),
    Column("duplicate", "Duplicate", "integer"),
    Column("first", "First day", "date"),
    Column("last", "Last day", "date"),
)


def recent_imports(query: GridQuery, actor: Actor, known_at: datetime | None = None) -> Table:
    """Return past imports, newest first unless ``query`` sorts otherwise; of trades those that the actor may see.

    ``known_at`` leaves out what came later.
    """
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        rows, total = queries.batches(
            work.session, query, reader=reader_of_files(work, actor), known_at=known_at
        )
    return Table(_RECENT, rows, total)
