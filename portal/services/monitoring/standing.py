"""Monitoring > Services: how everything that is watched stands, and what a failure of it reaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.queries import services as queries
from data.queries.services import ChangeRow
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring import service_metrics as metrics
from portal.domain.monitoring.health import State
from portal.domain.monitoring.reach import depths
from portal.domain.monitoring.standing import count_services, count_unwell
from portal.services.monitoring import catalogue
from portal.services.monitoring.catalogue import ServiceInfo

NEVER_SEEN = "Nobody has looked at it yet. The monitor ('enerscope monitor') does, every few seconds."
SILENT = timedelta(minutes=1)
"""Without a sign of life of the monitor for so long, what it said last is no longer how things stand."""
COLUMNS = (
    Column("service", "Service", link="address"),
    Column("state", "State", "badge"),
    Column("since", "Since", "moment", room=PHONE),
    Column("reason", "Why", sortable=False, room=PHONE),
    Column("reached", "Services that need it", "integer", metric=metrics.REACHED.id),
    Column("needs", "Needs", sortable=False, room=LAPTOP),
    Column("kind", "Kind", room=LAPTOP),
    Column("owner", "Owner", room=LAPTOP),
    Column("code", "Code", room=LAPTOP),
    Column("address", "Page", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One service and how it stands; ``since`` is None when nobody has looked at it yet."""

    info: ServiceInfo
    state: str
    reason: str
    since: datetime | None
    row: int  # how far it stands above what needs nothing


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that is watched, at one moment, by code."""

    moment: datetime
    services: Mapping[str, Standing]

    @property
    def infos(self) -> dict[str, ServiceInfo]:
        """The services without how they stand."""
        return {code: one.info for code, one in self.services.items()}

    @property
    def unwell(self) -> int:
        """How many are not good."""
        return count_unwell([one.state for one in self.services.values()])

    def signature(self) -> list[str]:
        """Return what the page looks at to see whether anything changed."""
        return [f"{code} {one.state} {one.reason}" for code, one in sorted(self.services.items())]

    def reached(self, code: str) -> tuple[str, ...]:
        """Return the services that need ``code``."""
        return catalogue.affected(code, self.infos).services


def overview(actor: Actor, moment: datetime | None = None) -> Overview:
    """Return how everything stands, now or at ``moment``.

    Raises
    ------
    NotPermitted
        The actor may not look at monitoring.
    """
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return overview_in(work, moment or clock.now())


def overview_in(work: UnitOfWork, moment: datetime) -> Overview:
    """Return how everything stood at ``moment``, within a unit of work."""
    infos = catalogue.all_services(work)
    states = queries.standing(work.session, moment)
    rows = depths({code: info.depends_on for code, info in infos.items()})
    watched_until = queries.watched_until(work.session)
    blind = watched_until if watched_until and watched_until < moment - SILENT else None
    return Overview(
        moment, {code: _stand(info, states.get(code), rows[code], blind) for code, info in infos.items()}
    )


def _stand(info: ServiceInfo, last: ChangeRow | None, row: int, blind: datetime | None) -> Standing:
    """Return how one service stands; ``blind`` is since when nobody has looked."""
    if last is None:
        return Standing(info, State.UNKNOWN.value, NEVER_SEEN, None, row)
    if blind is None:
        return Standing(info, last.state, last.reason, last.at, row)
    reason = f"Nobody looks: the monitor has been silent. It was {last.state} then: {last.reason}"
    return Standing(info, State.UNKNOWN.value, reason, blind, row)


def address_of(code: str) -> str:
    """Return the page of a service."""
    return f"/monitoring/services/{code}"


def table(query: GridQuery, actor: Actor) -> Table:
    """Return the services as rows: those that need care first, unless sorted otherwise."""
    return table_of(overview(actor), query)


def table_of(found: Overview, query: GridQuery) -> Table:
    """Return the rows of an overview."""
    order = {State.BAD: 0, State.WARNING: 1, State.UNKNOWN: 2, State.GOOD: 3}
    ranked = sorted(
        found.services.values(), key=lambda one: (order[State(one.state)], -one.row, one.info.title)
    )
    rows = [
        (
            one.info.title, one.state, one.since, one.reason, count_services(found.reached(one.info.code)),
            ", ".join(_title(found, need) for need in one.info.depends_on), one.info.kind, one.info.owner,
            one.info.code, address_of(one.info.code),
        )
        for one in ranked
    ]  # fmt: skip
    params = {one.info.title: {"service": one.info.code} for one in ranked}
    return sort_rows(Table(COLUMNS, rows, extra={"params": params}), query)


def _title(found: Overview, code: str) -> str:
    known = found.services.get(code)
    return known.info.title if known else code
