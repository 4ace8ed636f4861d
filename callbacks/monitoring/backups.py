"""Monitoring > Backups: the newest good one, what is kept, and a button that makes another."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.job import job_panel
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import backup_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.monitoring import backup_tables
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)


class Ids(StrEnum):
    """The body and its grid."""

    BODY = "monitoring-backups"
    LIST = "monitoring-backups-list"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page; ``panel`` is for those who manage jobs."""

    clocks: Clocks
    content: list[Component]
    panel: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address."""
    clocks, actor = clock_service.resolve(query), current_actor()
    panel = None
    if actor.can(Permission.JOBS_MANAGE):
        panel = job_panel(
            Ids.BODY, label="Back up now", shown=job_forms.active_job(Ids.BODY, actor),
            hint="Writes a dump, restores it into a scratch database and compares",
        )  # fmt: skip
    return View(clocks, draw({}, clocks, actor), panel)


@job_forms.job_form(Ids.BODY, kind="platform.backup")
def backup_params(_filters: Mapping[str, Any], _clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of a backup that is tested."""
    return {"check": True}


@body(Ids.BODY, permission=Permission.JOBS_READ)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the figures and the backups that are kept."""
    found = backup_tables.figures(actor)
    if found.newest is None:
        return [
            empty(
                "No backup yet",
                "One is made every night at 01:30 UTC. Make the first one now, here or with 'enerscope backup'.",
            )
        ]
    params = {"moment": found.moment.isoformat()}
    late = (
        ""
        if found.age is not None and found.age <= metrics.LATE_HOURS
        else "Older than a night: make one now"
    )
    if found.age is None:
        late = "No kept backup came back whole"
    tiles = kpi_row(
        [
            kpi_tile(
                "Newest good backup", Shown(metrics.AGE, found.age, "h", params), detail="ago", alert=late
            ),
            kpi_tile("Good backups kept", Shown(metrics.KEPT, found.good, "backups", params)),
            kpi_tile("Space they take", Shown(metrics.SIZE, found.size, "MB", params), detail=found.folder),
        ]
    )
    parts: list[Component] = [tiles]
    if found.newest.problem:
        parts.append(notice(f"The newest backup cannot be restored: {found.newest.problem}", kind="bad"))
    rows = backup_tables.table(PAGE, actor)
    grid_of = data_grid(Ids.LIST, rows, clocks=clocks.query(), query=PAGE, caption="Backups that are kept")
    return [*parts, section("Kept", [grid_of])]


@grid(Ids.LIST, title="Backups", permission=Permission.JOBS_READ)
def load(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the backups that are kept, as sorted and paged."""
    return backup_tables.table(query, actor)
