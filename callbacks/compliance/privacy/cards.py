"""Requests, the retention clock of each class of records, and legal holds, with the forms that add them."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from callbacks.compliance.privacy.ids import NEW, Ids, field_id, step_id
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from portal.domain.compliance import privacy_metrics as metrics
from portal.domain.compliance.record_classes import CLASSES, SUBJECTS
from portal.services.compliance import privacy_tables as tables
from portal.services.compliance.privacy import KINDS
from portal.services.compliance.privacy_tables import Overview
from portal.services.compliance.privacy_views import EVERY

PAGE = GridQuery(limit=50)


def overview(found: Overview, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page without a chosen request; in a view of the past nothing can be added."""
    parts: list[Component] = [_tiles(found), _requests(found, clocks)]
    if clocks.live:
        parts.append(_receive(clocks))
    parts += [_records(clocks, actor), _holds(found, clocks)]
    if clocks.live:
        parts.append(_hold())
    return parts


def _tiles(found: Overview) -> Component:
    late = found.figure(metrics.LATE)
    return kpi_row(
        [
            kpi_tile("Open requests", found.figure(metrics.OPEN), detail="a person waits for an answer"),
            kpi_tile(
                "Late", late, detail="past their deadline", alert="past their deadline" if late.value else ""
            ),
            kpi_tile("Erasure waits", found.figure(metrics.WAITING), detail="for a second person"),
            kpi_tile("Legal holds", found.figure(metrics.HOLDS), detail="in force"),
        ]
    )


def _requests(found: Overview, clocks: Clocks) -> Component:
    if not found.requests:
        return empty(
            "No request yet", "When a person asks what is held of them, or to have it erased, enter it below."
        )
    table = tables.request_table(PAGE, found)
    grid = data_grid(Ids.REQUESTS, table, clocks=clocks.query(), query=PAGE, caption="Requests of persons")
    return section(
        "Requests",
        [grid],
        note="To be answered within a month, or three when extended within the first (GL-GD-01). A click on a number "
        "opens the request.",
    )


def _records(clocks: Clocks, actor: Actor) -> Component:
    table = tables.record_table(PAGE, clocks, actor)
    grid = data_grid(
        Ids.RECORDS, table, clocks=clocks.query(), query=PAGE, caption="Records with personal data"
    )
    return section(
        "Retention clock",
        [grid],
        note="Which duties keep a class is the house's reading; their years are the parameter GL-RT-01.years.",
    )


def _holds(found: Overview, clocks: Clocks) -> Component:
    if not found.holds:
        return section("Legal holds", [html.P("No hold was set.", className="es-note")])
    table = tables.hold_table(PAGE, found)
    grid = data_grid(Ids.HOLDS, table, clocks=clocks.query(), query=PAGE, caption="Legal holds")
    release = [
        button(row.id, "release", f"Release hold {row.id}", "btn-outline-secondary") for row in found.in_force
    ]
    return section("Legal holds", [grid, *([buttons(*release)] if clocks.live and release else [])])


def _receive(clocks: Clocks) -> Component:
    cells = [
        labelled("Asks for", select_of(NEW, "kind", list(KINDS.items()))),
        labelled("Who", select_of(NEW, "who", list(SUBJECTS.items()))),
        labelled("User name, or counterparty/owner", text_of(NEW, "subject", "anna.muster or NOWHERE/P1")),
        labelled(
            "Received on",
            dbc.Input(
                id=field_id(NEW, "received"), type="date", size="sm", value=f"{clocks.known_at:%Y-%m-%d}"
            ),
        ),
        labelled("How it came, without the name", text_of(NEW, "note", "By letter")),
    ]
    return form("Enter a request", cells, button(NEW, "receive", "Enter the request", "btn-primary"))


def _hold() -> Component:
    classes = [(EVERY, "All classes"), *((item.code, item.title) for item in CLASSES)]
    cells = [
        labelled("Class", select_of(NEW, "class", classes)),
        labelled("Pseudonym, or empty for all", text_of(NEW, "hold_subject", "p-0123456789abcdef")),
        labelled("Matter", text_of(NEW, "reason", "Court file 12/2026")),
    ]
    return form("Set a legal hold", cells, button(NEW, "hold", "Set the hold", "btn-primary"))


def form(title: str, cells: Sequence[Component], done: Component) -> Component:
    """Return inputs with their button, folded away."""
    inside = [html.Summary(title), html.Div(list(cells), className="es-repair-cells"), buttons(done)]
    return html.Section(html.Details(inside, className="es-change-form"), className="es-section es-full")


def labelled(label: str, control: Any, *, wide: bool = False) -> html.Label:
    """Return an input under its label."""
    more = " es-control-wide es-change-wide" if wide else ""
    return html.Label([html.Span(label, className="es-label"), control], className=f"es-control{more}")


def select_of(number: int, name: str, options: Sequence[tuple[str, str]]) -> Any:
    """Return a drop-down."""
    choices = [{"value": key, "label": label} for key, label in options]
    return dbc.Select(id=field_id(number, name), size="sm", value=options[0][0], options=choices)


def text_of(number: int, name: str, placeholder: str) -> Any:
    """Return an input of one line."""
    part: Any = field_id(number, name)
    return dbc.Input(id=part, value="", placeholder=placeholder, size="sm", type="text", maxlength=300)


def button(number: int, step: str, label: str, look: str) -> Component:
    """Return the button that takes a step."""
    part: Any = step_id(number, step)
    return html.Button(label, id=part, type="button", className=f"btn btn-sm {look}")


def buttons(*parts: Component) -> Component:
    """Return buttons side by side."""
    return html.Div(list(parts), className="es-repair-buttons es-case-buttons")
