"""Tiles: one metric, its unit and a word about it."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.markup import Markup, to_html
from components.number import shown, tone
from components.sparkline import sparkline
from portal.core.metrics import Shown


def kpi_tile(
    title: str,
    item: Shown,
    *,
    detail: str = "",
    move: float | None = None,
    stale: str = "",
    spark: Sequence[float] = (),
) -> html.Div:
    """Return a tile; ``stale`` names what is late: it dims the tile and is said in words; ``spark`` draws a line.

    ``move`` gives ``detail`` the colour of its direction.
    """
    return html.Div(
        [
            html.Div(title, className="es-kpi-title"),
            html.Div([shown(item), html.Span(item.unit, className="es-unit")], className="es-kpi-value"),
            sparkline(list(spark), width=132, height=28) if len(spark) > 1 else None,
            html.Div(
                stale or detail or " ",
                className="es-kpi-detail" + ("" if stale else tone(move, signed=True)),
            ),
        ],
        className="es-kpi" + (" es-stale" if stale else ""),
    )


def kpi_row(tiles: Sequence[Component]) -> Markup:
    """Return tiles side by side, wrapping on a phone."""
    return Markup(to_html(tiles), className="es-kpis")
