"""Compliance > Audit: figures, the search, one entry with its proof, and what proves the whole log."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from callbacks.compliance.audit import proof
from callbacks.compliance.audit.entry import entry_card
from components import controls as inputs
from components.chart import chart_card
from components.charts.audit import entries_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.compliance import audit_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.compliance import audit_log
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)
PERIODS = (("1", "1 day"), ("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("0", "All"))


class Ids(StrEnum):
    """The body and its grids; those of checkpoints and exports are in :mod:`callbacks.compliance.audit.proof`."""

    BODY = "compliance-audit"
    LIST = "compliance-audit-list"
    DAYS = "compliance-audit-days"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    controls: list[Component]
    panel: Component
    content: list[Component]
    proofs: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; what it does not know it ignores."""
    clocks, actor = clock_service.resolve(query), current_actor()
    asked = audit_log.Asked.of(query)
    filters = {**asked.params(), "entry": query.get("entry", "")}
    return View(
        clocks, _controls(filters, actor), proof.verify_panel(Ids.BODY, actor), draw(filters, clocks, actor),
        proof.parts(clocks, actor),
    )  # fmt: skip


def _controls(filters: Mapping[str, str], actor: Actor) -> list[Component]:
    groups = [("all", "Everything"), *((name, name) for name in audit_log.groups(actor))]
    outcomes = [("all", "All"), *((name, name.capitalize()) for name in audit_log.OUTCOMES)]
    who = "user name" if actor.can(Permission.PERSONAL_READ) else "pseudonym, such as p-1f…"
    return [
        inputs.select(Ids.BODY, "group", "About", groups, filters["group"] or "all"),
        inputs.select(Ids.BODY, "outcome", "Outcome", outcomes, filters["outcome"] or "all"),
        inputs.text(Ids.BODY, "who", "Who", filters["who"], placeholder=who),
        inputs.choice(Ids.BODY, "days", "Period", PERIODS, filters["days"]),
        inputs.text(Ids.BODY, "entry", "Entry", filters["entry"], placeholder="number"),
    ]


@job_forms.job_form(Ids.BODY, kind=audit_log.VERIFY)
def verify_params(_filters: Mapping[str, Any], _clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of a verification: it takes none."""
    return {}


@body(Ids.BODY, permission=Permission.AUDIT_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the verdict, the figures, the entry that was opened, and the entries that were found."""
    asked = audit_log.Asked.of(filters)
    parts = [proof.verdict(actor), _tiles(clocks, actor)]
    number = str(filters.get("entry") or "").strip()
    if number:
        parts.append(_opened(number, actor))
    by_day = audit_log.by_day(asked, clocks, actor)
    parts.append(
        chart_card(
            "Entries by day",
            entries_figure(*([row[at] for row in by_day.rows] for at in range(3))),  # type: ignore[arg-type]  # day, both, refused
            grid=Ids.DAYS,
            clocks=clocks.query(),
            params=asked.params(),
            note="What was done, refused or failed, by UTC day, under the filters above.",
        )
    )
    table = audit_log.entries(PAGE, asked, clocks, actor)
    rows: Component = (
        data_grid(
            Ids.LIST,
            table,
            clocks=clocks.query(),
            params=asked.params(),
            query=PAGE,
            caption="Entries of the log",
        )
        if table.rows
        else empty(
            "No entry", "Nothing of this kind was noted in this period. Choose a longer one, or everything."
        )
    )
    return [*parts, section("Entries", [rows])]


def _opened(number: str, actor: Actor) -> Component:
    if not (number.isascii() and number.isdecimal() and len(number) <= 15):
        return notice(f"'{number[:40]}' is no number of an entry.", kind="warn")
    return entry_card(audit_log.entry(int(number), actor))


def _tiles(clocks: Clocks, actor: Actor) -> Component:
    found = audit_log.figures(clocks, actor)
    params = {"moment": found.moment.isoformat()}
    late = (
        ""
        if found.age is not None and found.age <= metrics.LATE_HOURS
        else "One is signed every night at 00:05"
    )
    return kpi_row(
        [
            kpi_tile("Entries", Shown(metrics.ENTRIES, found.entries, "entries", params)),
            kpi_tile("Refused or failed, 24 h", Shown(metrics.REFUSED, found.refused, "entries", params)),
            kpi_tile(
                "After the last checkpoint", Shown(metrics.UNSIGNED, found.unsigned, "entries", params),
                detail="not yet signed",
            ),
            kpi_tile("Newest checkpoint", Shown(metrics.AGE, found.age, "h", params), detail="ago", alert=late),
        ]
    )  # fmt: skip


@grid(Ids.LIST, title="Audit log", permission=Permission.AUDIT_READ)
def load(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the entries that were found, as sorted and paged."""
    return audit_log.entries(query, audit_log.Asked.of(filters), clocks, actor)


@grid(Ids.DAYS, title="Audit log by day", permission=Permission.AUDIT_READ)
def load_days(_query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the entries by day."""
    return audit_log.by_day(audit_log.Asked.of(filters), clocks, actor)
