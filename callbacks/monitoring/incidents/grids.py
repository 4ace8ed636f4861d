"""The rows behind Monitoring > Incidents."""

from collections.abc import Mapping
from typing import Any

from callbacks.monitoring.incidents.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.monitoring import incident_tables as tables
from portal.web.views import grid


@grid(Ids.RESOLVED, title="Incidents that are resolved", permission=Permission.SIGNED_IN)
def load_resolved(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the incidents that are resolved, as sorted, filtered and paged."""
    return tables.resolved_table(query, actor, clocks.query())
