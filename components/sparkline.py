"""A line of a few values, small enough for a cell or a tile."""

import base64
from math import isfinite

from dash import html
from dash.development.base_component import Component

from components.charts.theme import DOWN, UP
from portal.core import format as text


def sparkline(
    values: list[float], *, width: int = 96, height: int = 24, colour: str | None = None
) -> Component:
    """Return a small line of ``values`` as an image; its end is marked, its range is in the description.

    ``colour`` is that of its direction unless one is given: of what is used up, a rise is nothing good.
    """
    known = [value for value in values if isfinite(value)]
    if len(known) < 2:
        return html.Span(text.NO_DATA)
    low, high = min(known), max(known)
    scale = (height - 6) / ((high - low) or 1.0)
    step = (width - 6) / (len(known) - 1)
    points = [(3 + at * step, height - 3 - (value - low) * scale) for at, value in enumerate(known)]
    colour = colour or (UP if known[-1] >= known[0] else DOWN)
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5" stroke-linejoin="round"/>'
        f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="2" fill="{colour}"/></svg>'
    )
    source = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    low_high = f"low {text.number(low)}, high {text.number(high)}"
    said = f"last {len(known)} values, from {text.number(known[0])} to {text.number(known[-1])}, {low_high}"
    return html.Img(src=source, alt=said, title=said, width=width, height=height, className="es-spark")
