"""Monitoring > Incidents: its figures, the choices of its queue, and the incidents that are resolved as a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from data.queries import incidents as queries
from data.queries.incidents import TimedRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.metrics import Metric
from portal.core.table import LAPTOP, PHONE, Column, GridQuery, Table
from portal.domain.monitoring import incident_metrics as metrics
from portal.domain.monitoring import incidents as domain
from portal.domain.monitoring.incidents import ASKS, TAKES, WINDOW_DAYS
from portal.services.monitoring import incident_views
from portal.services.monitoring.alerts import sight_of
from portal.services.monitoring.incident_views import IncidentView

PATH = "/monitoring/incidents"
ALL, MINE, ASKING, OVER = "all", "mine", "asking", "over"
SHOWS = {ALL: "Everything", ASKING: "What asks for attention", MINE: "Mine", OVER: "Over, not resolved"}
COLUMNS = (
    Column("id", "Incident", link="href"),
    Column("severity", "Severity", "badge"),
    Column("title", "What", link="href"),
    Column("area", "About", sortable=False, room=LAPTOP),
    Column("owner", "Owner", room=PHONE),
    Column("opened_at", "Opened", "moment", room=PHONE),
    Column("resolved_at", "Resolved", "moment"),
    Column("href", "Address", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is open and how quickly people were, at ``moment``, of the incidents that somebody may see."""

    moment: datetime
    values: Mapping[str, float | None]

    def value(self, metric: Metric) -> float | None:
        """Return the figure of a metric."""
        return self.values[metric.id]


def timed(actor: Actor, moment: datetime) -> list[TimedRow]:
    """Return the incidents behind the figures of a moment."""
    with UnitOfWork() as work:
        return timed_in(work, actor, moment)


def timed_in(work: UnitOfWork, actor: Actor, moment: datetime) -> list[TimedRow]:
    """Return the incidents behind the figures of a moment, within a transaction."""
    since = moment - timedelta(days=WINDOW_DAYS)
    return queries.in_time(
        work.session, sight_of(actor), moment=moment, since=since, asks=[step.value for step in ASKS],
        takes=[step.value for step in TAKES],
    )  # fmt: skip


def figures(actor: Actor) -> Figures:
    """Return the figures of this moment."""
    moment = clock.now()
    rows = timed(actor, moment)
    return Figures(moment, {name: compute(rows, moment) for name, compute in COMPUTED.items()})


Compute = Callable[[Sequence[TimedRow], datetime], float | None]


def _open(rows: Sequence[TimedRow], moment: datetime) -> float:
    return float(domain.open_at([row.opened_at for row in rows], [row.resolved_at for row in rows], moment))


def _waiting(rows: Sequence[TimedRow], moment: datetime) -> float:
    count = domain.waiting_at(
        [row.opened_at for row in rows], [row.resolved_at for row in rows], [row.asked_at for row in rows],
        [row.taken_at for row in rows], moment,
    )  # fmt: skip
    return float(count)


def _resolved(rows: Sequence[TimedRow], moment: datetime) -> float:
    return float(domain.resolved_lately([row.resolved_at for row in rows], moment))


def _mtta(rows: Sequence[TimedRow], moment: datetime) -> float | None:
    return domain.mean_minutes([row.opened_at for row in rows], [row.acknowledged_at for row in rows], moment)


def _mttr(rows: Sequence[TimedRow], moment: datetime) -> float | None:
    return domain.mean_minutes([row.opened_at for row in rows], [row.resolved_at for row in rows], moment)


COMPUTED: Mapping[str, Compute] = {
    metrics.OPEN.id: _open,
    metrics.WAITING.id: _waiting,
    metrics.RESOLVED.id: _resolved,
    metrics.MTTA.id: _mtta,
    metrics.MTTR.id: _mttr,
}
"""How each figure follows from the rows; the passports compute them by the same functions."""


def chosen(views: Sequence[IncidentView], asked: Mapping[str, str], actor: Actor) -> list[IncidentView]:
    """Return the incidents of the queue that the inputs ask for."""
    show, area = asked.get("show") or ALL, asked.get("area") or ALL

    def fits(view: IncidentView) -> bool:
        return {
            MINE: view.row.owner == actor.username, ASKING: view.asks, OVER: view.is_over,
        }.get(show, True) and area in (ALL, view.row.permission)  # fmt: skip

    return [view for view in views if fits(view)]


def areas(actor: Actor) -> dict[str, str]:
    """Return what the incidents that ``actor`` may see can be about."""
    return {seen.value: title for seen, title in incident_views.AREAS.items() if actor.can(seen)}


def address(incident_id: int, clocks: Mapping[str, str] | None = None) -> str:
    """Return the link to one incident."""
    return f"{PATH}?{urlencode({'incident': incident_id, **(clocks or {})})}"


def resolved_table(query: GridQuery, actor: Actor, clocks: Mapping[str, str] | None = None) -> Table:
    """Return a page of the incidents that are resolved, the newest first."""
    found, total = incident_views.resolved(actor, query)
    rows = [
        (
            str(one.id), one.row.severity, one.row.title, one.area, one.row.owner or "", one.row.opened_at,
            one.row.resolved_at, address(one.id, clocks),
        )
        for one in found
    ]  # fmt: skip
    return Table(COLUMNS, rows, total)
