"""The form that repairs a refused row: what is wrong, its cells, and the two ways out."""

from collections.abc import Mapping
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.states import notice


def repair_form(
    title: str,
    message: str,
    raw: str,
    cells: Mapping[str, str],
    *,
    suspect: str,
    ids: Mapping[str, str],
    cell_ids: Mapping[str, Any],
    row: int,
    back: str,
) -> html.Section:
    """Return the form; ``ids`` names its row, retry, dismiss and outcome, ``suspect`` is the column complained of.

    A row that was not cut into cells can only be dismissed.
    """
    inputs: list[Component] = [
        html.Label(
            [
                html.Span(column, className="es-label"),
                dbc.Input(
                    id=cell_ids[column],
                    value=text,
                    size="sm",
                    type="text",
                    invalid=column == suspect,
                    autoFocus=column == suspect,
                ),
            ],
            className="es-control",
        )
        for column, text in cells.items()
    ]
    buttons: list[Component] = [
        html.Button(
            "Dismiss the row", id=ids["dismiss"], type="button", className="btn btn-sm btn-outline-secondary"
        ),
        dcc.Link("Back to the list", href=back, className="es-link"),
    ]
    if cells:
        buttons.insert(
            0, html.Button("Retry", id=ids["retry"], type="button", className="btn btn-sm btn-primary")
        )
        about = (
            "Correct the cells and retry: the row is judged again, with all that was settled about its file."
        )
    else:
        buttons.insert(0, html.Button("Retry", id=ids["retry"], type="button", hidden=True))
        about = "This row could not be cut into cells. Correct it in its file and import that again, or dismiss it."
    return html.Section(
        [
            html.H2(title),
            html.P(about, className="es-note"),
            notice(message, kind="warn"),
            html.P(["As read: ", html.Code(raw)], className="es-note es-raw") if raw else None,
            html.Div(inputs, className="es-repair-cells"),
            html.Div(buttons, className="es-repair-buttons"),
            dcc.Store(id=ids["row"], data=row),
            html.Div(id=ids["outcome"], role="status"),
        ],
        className="es-section es-full",
    )
