"""Monitoring > Alerts: its figures, and the alerts that are over as a table."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import alerts as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.table import LAPTOP, PHONE, Column, GridQuery, Table
from portal.domain.monitoring.alerts import WINDOW_DAYS, cleared_lately, open_at, waiting_at
from portal.services.monitoring import alerts

COLUMNS = (
    Column("id", "Alert"),
    Column("severity", "Severity", "badge"),
    Column("title", "What", link="link"),
    Column("message", "Said", sortable=False, room=LAPTOP),
    Column("raised_at", "Raised", "moment", room=PHONE),
    Column("cleared_at", "Over", "moment"),
    Column("acknowledged_by", "Acknowledged by", room=PHONE),
    Column("rule", "Rule", room=LAPTOP),
    Column("link", "Address", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts at ``moment`` of the alerts that somebody may see."""

    moment: datetime
    open: int
    waiting: int
    cleared: int


def figures(actor: Actor) -> Figures:
    """Return the counts of this moment."""
    moment = clock.now()
    with UnitOfWork() as work:
        since = moment - timedelta(days=WINDOW_DAYS)
        rows = queries.at_moment(work.session, alerts.sight_of(actor), moment=moment, since=since)
    raised, over = [row.raised_at for row in rows], [row.cleared_at for row in rows]
    return Figures(
        moment,
        open_at(raised, over, moment),
        waiting_at(raised, [row.acknowledged_at for row in rows], over, moment),
        cleared_lately(over, moment),
    )


def cleared_table(query: GridQuery, actor: Actor) -> Table:
    """Return a page of the alerts that are over, the newest first."""
    found, total = alerts.cleared(actor, query)
    rows = [
        (
            str(one.id), one.severity, one.title, one.message, one.raised_at, one.cleared_at,
            one.acknowledged_by, one.rule_title, one.link,
        )
        for one in found
    ]  # fmt: skip
    return Table(COLUMNS, rows, total)
