"""Tiles: one metric, its unit and a word about it."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from components.markup import Markup, to_html
from components.number import shown, tone
from components.pin import TILES, pin_button, slug
from components.sparkline import sparkline
from portal.core.format import figure_text
from portal.core.metrics import Shown

LONG_FROM = 13  # characters of figure and unit that do not fit beside each other in a narrow tile


def kpi_tile(
    title: str,
    item: Shown,
    *,
    detail: str = "",
    move: float | None = None,
    stale: str = "",
    alert: str = "",
    spark: Sequence[float] = (),
) -> html.Div:
    """Return a tile; ``stale`` names what is late: it dims the tile and is said in words; ``spark`` draws a line.

    ``alert`` says what is wrong and marks the tile; ``move`` gives ``detail`` the colour of its direction.
    """
    length = len(figure_text(item.metric, item.value, item.unit)) + len(item.unit)
    return html.Div(
        [
            html.Div(title, className="es-kpi-title"),
            html.Div(
                [shown(item), html.Span(item.unit, className="es-unit") if item.value is not None else None],
                className="es-kpi-value" + (" es-kpi-long" if length >= LONG_FROM else ""),
            ),
            sparkline(list(spark), width=132, height=28) if len(spark) > 1 else None,
            html.Div(
                stale or alert or detail or " ",
                className="es-kpi-detail" + ("" if stale or alert else tone(move, signed=True)),
            ),
            pin_button(f"{TILES}/{slug(title)}", title),
        ],
        className="es-kpi" + (" es-stale" if stale else " es-alert" if alert else ""),
    )


def kpi_row(tiles: Sequence[Component]) -> Markup:
    """Return tiles side by side, wrapping on a phone."""
    return Markup(to_html(tiles), className="es-kpis")
