"""What the bare pages share."""

import base64
from typing import Any

import pandas as pd
from dash import html


def tiles(values: dict[str, str]) -> html.Div:
    """Return titles with numbers."""
    return html.Div(
        [html.Div([html.Div(title), html.Div(text)]) for title, text in values.items()],
        style={"display": "flex", "gap": "24px"},
    )


def table(frame: pd.DataFrame) -> html.Table:
    """Return a frame as a plain table; components in it stay as they are."""
    head = html.Thead(html.Tr([html.Th(name) for name in frame.columns]))
    return html.Table(
        [head, html.Tbody([html.Tr([html.Td(_cell(v)) for v in row]) for row in frame.to_numpy()])]
    )


def _cell(value: Any) -> Any:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:,.2f}"
    return value


def sparkline(values: list[float], width: int = 96, height: int = 24) -> html.Img:
    """Return a small line as an image."""
    low, high = min(values), max(values)
    scale = (height - 6) / ((high - low) or 1.0)
    step = (width - 6) / max(1, len(values) - 1)
    points = " ".join(
        f"{3 + at * step:.1f},{height - 3 - (v - low) * scale:.1f}" for at, v in enumerate(values)
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<polyline points="{points}" fill="none" stroke="#0f8a6d" stroke-width="1.5"/></svg>'
    )
    return html.Img(src="data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode())
