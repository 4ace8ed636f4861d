"""The queue of Compliance > Cases: its figures, its rows, and the form that opens a case by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from callbacks.compliance.cases.ids import Ids
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.table import GridQuery
from portal.domain.compliance import case_metrics as metrics
from portal.domain.compliance.case_workflow import Severity
from portal.services.compliance import case_tables as tables
from portal.services.compliance.case_tables import Queue
from portal.services.compliance.case_views import CaseView

PAGE = GridQuery(limit=50)


def tiles(found: Queue) -> Component:
    """Undecided, late, waiting and decided cases."""
    late = found.figure(metrics.LATE)
    waits = found.figure(metrics.WAITING)
    return kpi_row(
        [
            kpi_tile("Undecided", found.figure(metrics.OPEN), detail="somebody has to decide"),
            kpi_tile(
                "Late",
                late,
                detail="past their time to decide",
                alert="past their time to decide" if late.value else "",
            ),
            kpi_tile("Decision waits", waits, detail="for a second person"),
            kpi_tile("Decided, 30 days", found.figure(metrics.DECIDED), detail="and not opened again"),
            kpi_tile("Decided in time", found.figure(metrics.IN_TIME), detail="of those of 30 days"),
        ]
    )


def queue_table(found: Queue, shown: Sequence[CaseView], asked: Mapping[str, str]) -> Component:
    """The cases that the inputs ask for, the undecided by their deadline."""
    if not found.views:
        return empty(
            "No case yet",
            "A case opens by itself when a rule stops or flags a trade, a pattern is seen in orders, or a name is on a "
            "list.",
        )
    if not shown:
        return empty(
            "No case like this", "None of the cases fits the inputs above. Choose 'All' to see every case."
        )
    params = {name: value for name, value in asked.items() if name != "case"}
    table = tables.queue_table(PAGE, shown, found.clocks)
    grid = data_grid(
        Ids.QUEUE, table, clocks=found.clocks.query(), params=params, query=PAGE, caption="Cases"
    )
    return section(
        "Queue",
        [grid],
        note="By deadline. Critical cases have 4 hours, high ones 1 working day, medium 3, low 10; a click on a number "
        "opens the case.",
    )  # fmt: skip


def by_hand() -> Component:
    """The form that opens a case which no rule found."""
    fields = [
        labelled("What is it?", _text(Ids.TITLE, "One plain sentence")),
        labelled("About", _text(Ids.SUBJECT, "A trade, a counterparty, an order ...")),
        labelled("Severity", select_of(Ids.SEVERITY, [(s.value, s.value.capitalize()) for s in Severity], "medium")),
    ]  # fmt: skip
    words = dbc.Textarea(
        id=Ids.TEXT, size="sm", rows=2, maxLength=2000, placeholder="What was seen, where and when"
    )
    return html.Section(
        html.Details(
            [
                html.Summary("Open a case by hand"),
                notice("For what no rule can see: a call, a complaint, a doubt."),
                html.Div(fields, className="es-repair-cells"),
                html.Div([labelled("What was seen", words, wide=True)], className="es-change-why"),
                html.Div(
                    html.Button(
                        "Open the case", id=Ids.OPEN, type="button", className="btn btn-sm btn-primary"
                    ),
                    className="es-repair-buttons",
                ),
                html.Div(id=Ids.OPENED, role="status"),
            ],
            className="es-change-form",
        ),
        className="es-section es-full",
    )


def labelled(label: str, control: Any, *, wide: bool = False) -> html.Label:
    """Return an input under its label."""
    more = " es-control-wide es-change-wide" if wide else ""
    return html.Label([html.Span(label, className="es-label"), control], className=f"es-control{more}")


def select_of(part: Any, options: Sequence[tuple[str, str]], value: str) -> Any:
    """Return a drop-down."""
    return dbc.Select(
        id=part, size="sm", value=value, options=[{"value": key, "label": label} for key, label in options]
    )


def _text(part: str, placeholder: str) -> Any:
    return dbc.Input(id=part, value="", placeholder=placeholder, size="sm", type="text", maxlength=300)
