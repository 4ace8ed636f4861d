"""A chart as a card: title, units, the picture, its rows as a table, and CSV and PNG of it."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.charts.theme import CONFIG
from components.pin import pin_button
from components.states import badge, empty
from components.table import export_address
from portal.core.table import GridQuery


def chart_id(part: str, grid: str) -> dict[str, str]:
    """Return the id of one part of a chart card; ``grid`` names the rows behind the picture."""
    return {"type": f"chart-{part}", "grid": grid}


def chart_card(
    title: str,
    figure: Mapping[str, Any] | None,
    *,
    grid: str,
    clocks: Mapping[str, str],
    params: Mapping[str, Any] | None = None,
    note: str = "",
    source: str = "",
    simulated: bool = False,
    width: str = "full",
    advice: str = "There are no rows for these clocks and filters.",
    extra: Component | None = None,
) -> html.Section:
    """Return the card; ``grid`` names the registered grid with the rows that the figure was drawn from."""
    if figure is None or not figure["data"]:
        return html.Section(
            [html.H2(title), empty("Nothing to draw", advice)],
            className=f"es-section es-{width}",
            **attributes({"data-grid": grid}),
        )
    asked = dict(params or {})
    height = figure["layout"].get("height", 340)
    return html.Section(
        [
            html.Div(
                [
                    html.H2(
                        [
                            title,
                            badge("simulated", "sim", title="Made by the demo generator")
                            if simulated
                            else None,
                        ]
                    ),
                    html.Div(
                        [
                            html.Button(
                                "Table",
                                id=chart_id("toggle", grid),
                                type="button",
                                className="es-link",
                                **attributes({"aria-expanded": "false"}),
                            ),
                            html.A(
                                "CSV",
                                href=export_address(grid, "csv", asked, clocks, GridQuery()),
                                download="",
                                className="es-link",
                            ),
                            html.Button(
                                "PNG", type="button", className="es-link", **attributes({"data-png": title})
                            ),
                            pin_button(grid, title),
                        ],
                        className="es-card-tools",
                    ),
                ],
                className="es-card-head",
            ),
            html.P(note, className="es-note") if note else None,
            extra,
            dcc.Store(
                id=chart_id("source", grid), data={"params": asked, "clocks": dict(clocks), "title": title}
            ),
            dcc.Graph(
                figure=figure,
                config=CONFIG,
                id=chart_id("graph", grid),
                style={"height": f"{height}px"},
                className="es-graph",
            ),
            html.Div(id=chart_id("table", grid), className="es-chart-table"),
            html.P(source, className="es-source") if source else None,
        ],
        className=f"es-section es-{width}",
    )
