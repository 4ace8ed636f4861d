"""The rows behind Compliance > KYC."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.kyc.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import kyc_files, lists, screening_hits
from portal.services.compliance import kyc_tables as tables
from portal.web.views import grid


@grid(Ids.PARTIES, title="Counterparties", permission=Permission.COMPLIANCE_READ)
def party_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the counterparties."""
    return tables.parties_table(query, kyc_files.parties(clocks, actor), clocks)


@grid(Ids.HITS, title="Hits of screening", permission=Permission.COMPLIANCE_READ)
def hit_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the hits."""
    return tables.hits_table(query, screening_hits.hits(clocks, actor), clocks)


@grid(Ids.LISTS, title="Lists", permission=Permission.COMPLIANCE_READ)
def list_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the newest edition of every list."""
    return tables.lists_table(query, lists.newest(clocks, actor), clocks)
