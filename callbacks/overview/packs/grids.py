"""The rows behind Overview > Packs."""

from collections.abc import Mapping
from typing import Any

from callbacks.overview.packs.ids import Ids
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.packs import history, pack_tables, schedules
from portal.services.packs.formats import FORMATS
from portal.services.packs.history import PackView
from portal.web.views import grid

TITLES = {code: one.title for code, one in FORMATS.items()}


def number_of(filters: Mapping[str, Any]) -> int | None:
    """Return the number of the pack that is open, None when there is none."""
    text = str(filters.get("pack") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def opened(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> PackView:
    """Return the pack that is open, or raise :class:`NotFound`."""
    number = number_of(filters)
    if number is None:
        raise NotFound("No pack is open. Choose one of the list.")
    return history.one(number, clocks, actor)


@grid(Ids.MINE, title="My packs", permission=Permission.EXPORT)
def mine(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the packs of the reader."""
    return pack_tables.mine(query, history.listed(clocks, actor), clocks)


@grid(Ids.SENT, title="Packs that were sent", permission=Permission.PACK_SCHEDULE)
def sent(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what was sent to whom."""
    return pack_tables.sent(query, history.listed(clocks, actor, everybody=True), clocks)


@grid(Ids.SCHEDULES, title="Schedules of packs", permission=Permission.EXPORT)
def schedule_rows(query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the schedules that the reader sees."""
    return pack_tables.schedules(query, schedules.listed(actor), clock.now(), clocks)


@grid(Ids.GAPS, title="Gaps of a pack", permission=Permission.EXPORT)
def gaps(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what is missing from a pack."""
    return pack_tables.gaps(query, opened(filters, clocks, actor).gaps)


@grid(Ids.FILES, title="Files of a pack", permission=Permission.EXPORT)
def files(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the files of a pack."""
    return pack_tables.files(query, opened(filters, clocks, actor), TITLES)
