"""The rows behind Compliance > Cases."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.cases.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import case_tables as tables
from portal.web.views import grid


@grid(Ids.QUEUE, title="Cases", permission=Permission.COMPLIANCE_READ)
def queue_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the cases that the inputs ask for."""
    found = tables.queue(clocks, actor)
    return tables.queue_table(query, tables.chosen(found.views, filters, actor), clocks)
