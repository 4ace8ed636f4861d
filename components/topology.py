"""Services and what they need, as a graph: shape, colour and word say how each stands, and what a failure reaches."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_cytoscape
from dash import html

from components.attributes import attributes

SHAPES = {"good": "ellipse", "warning": "triangle", "bad": "octagon", "unknown": "diamond"}
"""The shape of each state, so that colour is not the only thing that tells them apart."""
COLOURS = {"good": "--es-up", "warning": "--es-warn", "bad": "--es-bad", "unknown": "--es-text-3"}
FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif'
WIDE, TALL, MOST = 186, 96, 6  # pixels between columns and rows, nodes in one row


@dataclass(frozen=True, slots=True)
class Node:
    """One service; ``row`` counts from what needs nothing (0, at the bottom)."""

    code: str
    title: str
    state: str
    row: int
    needs: tuple[str, ...]


def topology(
    graph: str, nodes: Sequence[Node], *, chosen: str = "", reached: Collection[str] = ()
) -> html.Div:
    """Return the graph with the id ``graph``; a click on a service sets its ``tapNodeData``.

    With a service ``chosen``, what it reaches stands out and the rest steps back. The picture is hidden from screen
    readers and the keyboard: an input and a table beside it say and do the same.
    """
    places = positions(nodes)
    made = dash_cytoscape.Cytoscape(
        id=graph,
        elements=elements(nodes, places, chosen, reached),
        stylesheet=stylesheet(),
        layout={"name": "preset", "fit": True, "padding": 24},
        style={"width": "100%", "height": f"{height(places)}px"},
        userZoomingEnabled=False,
        userPanningEnabled=False,
        boxSelectionEnabled=False,
        autoungrabify=True,
        responsive=True,
        autoRefreshLayout=False,  # its timer lays out a graph whose page was left; places are given, so nothing is lost
    )
    return html.Div(made, className="es-topology", **attributes({"aria-hidden": "true"}))


def positions(nodes: Sequence[Node]) -> dict[str, tuple[int, int]]:
    """Return where each service stands: rows from the bottom up, long ones broken, each centred."""
    lines: list[list[str]] = []
    for row in sorted({node.row for node in nodes}, reverse=True):
        codes = [node.code for node in nodes if node.row == row]
        parts = -(-len(codes) // MOST)
        size = -(-len(codes) // parts)
        lines += [codes[at : at + size] for at in range(0, len(codes), size)]
    return {
        code: (round((at - (len(line) - 1) / 2) * WIDE), y * TALL)
        for y, line in enumerate(lines)
        for at, code in enumerate(line)
    }


def height(places: Mapping[str, tuple[int, int]]) -> int:
    """Return how high the picture is, in pixels."""
    return 90 + max((y for _, y in places.values()), default=0)


def elements(
    nodes: Sequence[Node], places: Mapping[str, tuple[int, int]], chosen: str, reached: Collection[str]
) -> list[dict[str, Any]]:
    """Return the nodes and edges of the graph; edges point to what a service needs."""
    known = {node.code for node in nodes}
    lit = {chosen, *reached} if chosen in known else known

    def role(*codes: str) -> str:
        return "" if all(code in lit for code in codes) else "aside"

    found: list[dict[str, Any]] = []
    for node in nodes:
        x, y = places[node.code]
        marks = [node.state, role(node.code), "chosen" if node.code == chosen else ""]
        found.append(
            {
                "data": {"id": node.code, "label": f"{node.title}\n{node.state}"},
                "position": {"x": x, "y": y},
                "classes": " ".join(filter(None, marks)),
                "selectable": False,
            }
        )
    for node in nodes:
        for need in sorted(known.intersection(node.needs)):
            on_path = chosen in known and role(node.code, need) == ""
            found.append(
                {
                    "data": {"id": f"{node.code}>{need}", "source": node.code, "target": need},
                    "classes": " ".join(filter(None, [role(node.code, need), "path" if on_path else ""])),
                    "selectable": False,
                }
            )
    return found


def stylesheet() -> list[dict[str, Any]]:
    """Return the style of the graph; colours are design tokens, which ``assets/services.js`` looks up."""
    return [
        {
            "selector": "node",
            "style": {
                "label": "data(label)", "color": "var(--es-text)", "font-family": FONT, "font-size": 12,
                "line-height": 1.25, "text-wrap": "wrap", "text-max-width": "130px", "text-valign": "center",
                "text-halign": "right", "text-justification": "left", "text-margin-x": 5,
                "text-background-color": "var(--es-surface)", "text-background-opacity": 0.85,
                "text-background-padding": "2px", "width": 26, "height": 26, "border-width": 2,
                "border-color": "var(--es-surface)",
            },
        },
        {
            "selector": "edge",
            "style": {
                "width": 1.4, "line-color": "var(--es-text-3)", "target-arrow-color": "var(--es-text-3)",
                "target-arrow-shape": "triangle", "arrow-scale": 0.9, "curve-style": "bezier", "opacity": 0.55,
            },
        },
        *(
            {
                "selector": f"node.{state}",
                "style": {"shape": SHAPES[state], "background-color": f"var({COLOURS[state]})"},
            }
            for state in SHAPES
        ),
        {
            "selector": "edge.path",
            "style": {
                "line-color": "var(--es-accent)", "target-arrow-color": "var(--es-accent)", "width": 2.2, "opacity": 1,
            },
        },
        {
            "selector": "node.chosen",
            "style": {"border-color": "var(--es-accent)", "border-width": 4, "width": 32, "height": 32,
                      "font-weight": "bold"},
        },
        {"selector": ".aside", "style": {"opacity": 0.25}},
        {"selector": "node:active", "style": {"overlay-opacity": 0}},
    ]  # fmt: skip


def legend() -> html.Ul:
    """Return what the shapes mean, and how the arrows are read."""
    items = [html.Li([html.Span(className=f"es-shape es-shape-{state}"), state]) for state in SHAPES]
    return html.Ul([*items, html.Li("An arrow points to what a service needs")], className="es-legend")
