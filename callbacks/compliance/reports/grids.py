"""The rows behind Compliance > Reports."""

from collections.abc import Mapping
from typing import Any

from callbacks.compliance.reports.ids import Ids
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.services.compliance import report_tables as tables
from portal.services.compliance import reports as service
from portal.web.views import grid


def number_of(filters: Mapping[str, Any], name: str) -> int | None:
    """Return a whole number among the inputs, None when there is none."""
    text = str(filters.get(name) or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _report(filters: Mapping[str, Any]) -> int:
    number = number_of(filters, "report")
    if number is None:
        raise NotFound("No report is open. Choose one of the list.")
    return number


@grid(Ids.FILES, title="Reports", permission=Permission.COMPLIANCE_READ)
def file_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the files of a kind."""
    return tables.file_table(query, service.listed(clocks, actor, str(filters.get("kind") or "")), clocks)


@grid(Ids.FUNNEL, title="What became of the rows", permission=Permission.COMPLIANCE_READ)
def funnel_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what the report looked at, left out, wrote and refused."""
    return tables.funnel_table(query, service.one(_report(filters), clocks, actor))


@grid(Ids.ROWS, title="Rows of a report", permission=Permission.COMPLIANCE_READ)
def report_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return rows of a report, a page at a time."""
    number = _report(filters)
    found = service.one(number, clocks, actor)
    total = service.count_rows(number, actor, query.text)
    lines = service.rows(number, actor, words=query.text, offset=query.offset, limit=query.limit)
    return tables.row_table(found, lines, clocks, total)


@grid(Ids.CELLS, title="Cells of a row", permission=Permission.COMPLIANCE_READ)
def cell_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the cells of one row with where each comes from."""
    number = _report(filters)
    line = service.one_row(number, number_of(filters, "row") or 0, actor)
    return tables.cell_table(query, service.one(number, clocks, actor).layout, line)


@grid(Ids.REASONS, title="Refused rows", permission=Permission.COMPLIANCE_READ)
def reason_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return why rows were refused."""
    number = _report(filters)
    found = service.one(number, clocks, actor)
    lines = service.rows(number, actor, status="rejected")
    return tables.reason_table(query, lines, found.line.kind, clocks)
