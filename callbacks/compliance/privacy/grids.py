"""The rows behind Compliance > Privacy."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.privacy.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import privacy
from portal.services.compliance import privacy_tables as tables
from portal.web.views import grid

_RIGHT = Permission.PRIVACY_MANAGE


@grid(Ids.REQUESTS, title="Requests of persons", permission=_RIGHT)
def request_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return all requests."""
    return tables.request_table(query, tables.overview(clocks, actor))


@grid(Ids.RECORDS, title="Records with personal data", permission=_RIGHT)
def record_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the retention clock of each class."""
    return tables.record_table(query, clocks, actor)


@grid(Ids.HOLDS, title="Legal holds", permission=_RIGHT)
def hold_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return all legal holds."""
    return tables.hold_table(query, tables.overview(clocks, actor))


@grid(Ids.INVENTORY, title="What is held of the person", permission=_RIGHT)
def inventory_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what is held of the person of a request."""
    asked = str(filters.get("request") or "")
    if not asked.isdecimal() or len(asked) > 15:
        raise NotFound(f"There is no request '{asked[:40]}'. Choose one of the list.")
    found = privacy.detail(int(asked), clocks, actor)
    return tables.inventory_table(query, int(asked), found.items)
