"""The timeline of a surveillance hit: bid and offer, orders as lines from entry to end, fills and cancels as marks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from components.charts.theme import DOWN, NEUTRAL, SERIES, figure, typed

Event = Mapping[str, Any]  # at (ISO), what, order, side, price, quantity, bid, offer, is_evidence, trader
SIDES = {1: ("Buy", SERIES[0]), -1: ("Sell", SERIES[1])}
FAINT = 0.35


def order_figure(events: Sequence[Event], unit: str, keep: str = "") -> dict[str, Any]:
    """Return the picture of ``events``, which are in the order of time; ``keep`` names it, to keep a zoom.

    Orders of the evidence are drawn strongly, all others faintly.
    """
    if not events:
        return figure([])
    traces = [*_quotes(events), *_orders(events), *_marks(events)]
    return figure(
        traces,
        y_title=unit,
        x_title="Time, UTC",
        height=420,
        legend=True,
        hovermode="closest",
        uirevision=keep or "keep",
        xaxis={"type": "date"},
    )


def _quotes(events: Sequence[Event]) -> list[dict[str, Any]]:
    quotes = [event for event in events if event["what"] == "quote" and event["bid"] is not None]
    if not quotes:
        return []
    times = [event["at"] for event in quotes]
    return [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": times,
            "y": typed([float(event[key]) for event in quotes]),
            "line": {"color": NEUTRAL, "width": 1.1, "shape": "hv", "dash": dash},
            "hovertemplate": "%{x|%H:%M:%S} " + name.lower() + " %{y}<extra></extra>",
        }
        for key, name, dash in (("offer", "Best offer", "dot"), ("bid", "Best bid", "solid"))
    ]  # fmt: skip


def _orders(events: Sequence[Event]) -> list[dict[str, Any]]:
    """Lines from entry to last event of each order; one trace for each side and weight."""
    last: dict[str, str] = {}
    begun: dict[str, Event] = {}
    shown: set[str] = set()
    for event in events:
        order = event["order"]
        if not order:
            continue
        last[order] = event["at"]
        begun.setdefault(order, event)
        if event["is_evidence"]:
            shown.add(order)
    traces = []
    for side, (name, colour) in SIDES.items():
        for strong in (False, True):
            chosen = [
                (order, event) for order, event in begun.items()
                if event["side"] == side and event["price"] is not None and (order in shown) == strong
            ]  # fmt: skip
            if chosen:
                traces.append(_lines(chosen, last, name, colour, strong=strong))
    return traces


def _lines(
    chosen: Iterable[tuple[str, Event]], last: Mapping[str, str], name: str, colour: str, *, strong: bool
) -> dict[str, Any]:
    x: list[str | None] = []
    y: list[float] = []
    texts: list[str] = []
    for order, event in chosen:
        price = float(event["price"])
        x += [event["at"], last[order], None]
        y += [price, price, float("nan")]
        texts += [f"{order}: {name.lower()} {event['quantity'] or 0:,.0f} lots, {event['trader']}"] * 2 + [""]
    title = f"{name} orders, evidence" if strong else f"Other {name.lower()} orders"
    return {
        "type": "scatter", "mode": "lines", "name": title,
        "x": x, "y": typed(y), "text": texts, "connectgaps": False, "opacity": 1.0 if strong else FAINT,
        "line": {"color": colour, "width": 5 if strong else 2},
        "hovertemplate": "%{text}<br>%{x|%H:%M:%S} at %{y}<extra></extra>",
    }  # fmt: skip


def _marks(events: Sequence[Event]) -> list[dict[str, Any]]:
    kinds = (
        ("fill", 1, "Bought", "triangle-up", SERIES[0]),
        ("fill", -1, "Sold", "triangle-down", SERIES[1]),
        ("cancel", None, "Cancelled", "x", DOWN),
    )
    traces = []
    for what, side, name, symbol, colour in kinds:
        rows = [
            event for event in events
            if event["what"] == what and event["price"] is not None and side in (None, event["side"])
        ]  # fmt: skip
        if rows:
            traces.append(_points(rows, name, symbol, colour))
    return traces


def _points(rows: Sequence[Event], name: str, symbol: str, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [event["at"] for event in rows],
        "y": typed([float(event["price"]) for event in rows]),
        "text": [f"{event['quantity'] or 0:,.0f} lots, {event['trader']}" for event in rows],
        "marker": {
            "symbol": symbol, "color": colour, "size": [11 if event["is_evidence"] else 6 for event in rows],
            "opacity": [1.0 if event["is_evidence"] else FAINT for event in rows],
        },
        "hovertemplate": name + " %{text}<br>%{x|%H:%M:%S.%L} at %{y}<extra></extra>",
    }  # fmt: skip
