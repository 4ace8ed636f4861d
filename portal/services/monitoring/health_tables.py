"""The record of health as a table: what changed in the last day."""

from datetime import timedelta

from data.queries import states as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.core.table import PHONE, Column, GridQuery, Table
from portal.services.monitoring import catalogue
from portal.services.monitoring.recording import CLOCK_INFO

WINDOW = timedelta(hours=24)
COLUMNS = (
    Column("at", "Changed", "moment", sortable=False),
    Column("state", "To", "badge", sortable=False),
    Column("title", "Service", sortable=False),
    Column("reason", "Found", sortable=False, room=PHONE),
)


def changes(query: GridQuery, actor: Actor) -> Table:
    """Return the changes of the last day, the newest first."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        services = {CLOCK_INFO.code: CLOCK_INFO, **catalogue.all_services(work)}
        rows, total = queries.changes(work.session, clock.now() - WINDOW, query)
    titles = {code: info.title for code, info in services.items()}
    return Table(
        COLUMNS,
        [(row.at, row.state, titles.get(row.service, row.service), row.reason) for row in rows],
        total,
    )
