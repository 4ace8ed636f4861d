"""Portfolio > Approvals: the proposals that wait for a second person."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.page import section
from components.states import empty
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services import clocks as clock_service
from portal.services.portfolio import blotter
from portal.web.actor import current_actor
from portal.web.views import body, grid

PAGE = GridQuery(limit=50)


class Ids(StrEnum):
    """The body and its grid."""

    BODY = "portfolio-approvals"
    OPEN = "portfolio-approvals-open"


def view(query: Mapping[str, str]) -> tuple[Clocks, list[Component]]:
    """Return the clocks of the page and its first state."""
    clocks = clock_service.resolve(query)
    return clocks, draw({}, clocks, current_actor())


@body(Ids.BODY, permission=Permission.TRADE_APPROVE)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the list of open proposals."""
    table = blotter.open_proposals(PAGE, clocks, actor)
    if not table.rows:
        return [
            empty(
                "Nothing waits",
                "An amendment or cancellation that somebody proposes appears here until it is decided.",
            )
        ]
    note = (
        "Open one to see what it changes, and approve or reject it there. Your own wait for somebody else; an "
        "outdated one was made against an earlier version and can only be rejected."
    )
    shown = data_grid(Ids.OPEN, table, clocks=clocks.query(), query=PAGE, caption="Proposals that wait")
    return [section("Proposals that wait", [shown], note=note)]


@grid(Ids.OPEN, title="Open proposals", permission=Permission.TRADE_APPROVE)
def load_open(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the open proposals."""
    return blotter.open_proposals(query, clocks, actor)
