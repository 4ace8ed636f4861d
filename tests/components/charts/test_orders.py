"""The timeline of a surveillance hit."""

import plotly.graph_objects as go

from components.charts.orders import order_figure


def event(second: int, what: str, **more: object) -> dict[str, object]:
    base: dict[str, object] = {
        "at": f"2026-06-08T09:47:{second:02d}.000000", "what": what, "order": None, "side": None, "price": None,
        "quantity": None, "bid": None, "offer": None, "is_evidence": False, "trader": "",
    }  # fmt: skip
    return base | more


EVENTS = [
    event(0, "quote", bid=72.39, offer=72.41),
    event(1, "new", order="A", side=1, price=72.39, quantity=300.0, is_evidence=True, trader="Tess"),
    event(2, "new", order="B", side=-1, price=72.42, quantity=25.0, trader="Tess"),
    event(3, "fill", order="B", side=-1, price=72.42, quantity=25.0, is_evidence=True, trader="Tess"),
    event(4, "cancel", order="A", side=1, price=72.39, quantity=300.0, is_evidence=True, trader="Tess"),
    event(9, "quote", bid=72.38, offer=72.40),
]


def test_the_figure_is_valid_and_shows_every_kind_of_event() -> None:
    figure = order_figure(EVENTS, "USD/bbl", keep="hit1")
    names = {trace["name"] for trace in figure["data"]}
    assert names == {
        "Best offer",
        "Best bid",
        "Buy orders, evidence",
        "Sell orders, evidence",
        "Sold",
        "Cancelled",
    }
    assert figure["layout"]["yaxis"]["title"]["text"] == "USD/bbl"
    go.Figure(figure)


def test_orders_that_are_no_evidence_are_faint() -> None:
    plain = [{**item, "is_evidence": False} for item in EVENTS]
    traces = {trace["name"]: trace for trace in order_figure(plain, "USD/bbl")["data"]}
    assert traces["Other buy orders"]["opacity"] < 1
    assert max(traces["Sold"]["marker"]["opacity"]) < 1


def test_without_events_there_is_nothing_to_draw() -> None:
    assert order_figure([], "USD/bbl")["data"] == []
