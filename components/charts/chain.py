"""The end-of-day chain as a Gantt: each step against its norm, the critical path, when the pack is complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from components.charts.theme import DOWN, NEUTRAL, SERIES, figure, typed

ROW_HEIGHT, LEAST_HEIGHT = 30, 260
_FAINT = "rgba(123, 135, 148, 0.30)"
_BAND = "rgba(31, 119, 180, 0.12)"
_NARROW = "%H:%M"
_MILLISECOND = 1000.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One step: when it began and ended or will, its usual times, and the address of its job."""

    title: str
    state: str
    begin: datetime
    end: datetime
    critical: bool
    is_work: bool
    usual_begin: datetime | None
    usual_end: datetime | None
    usual_low: datetime | None
    usual_high: datetime | None
    job: int | None
    simulated: bool


def chain_figure(
    bars: Sequence[Bar], *, low: datetime | None, high: datetime | None, eta: datetime | None, now: datetime | None,
    keep: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Return the picture of ``bars``, the first on top; ``low`` to ``high`` is where the pack will be complete."""
    if not bars:
        return figure([])
    traces = [
        *_usual(bars),
        *_spread(bars),
        *(_work(bars, *kind) for kind in _KINDS),
        *(_points(bars, *kind) for kind in _ARRIVALS),
    ]
    return figure(
        [trace for trace in traces if trace["y"]],
        x_title="UTC",
        height=max(LEAST_HEIGHT, 96 + ROW_HEIGHT * len(bars)),
        legend=True,
        hovermode="closest",
        barmode="overlay",
        uirevision=keep or "keep",
        xaxis={"type": "date", "showgrid": True, "tickformat": _NARROW},
        yaxis={
            "type": "category", "categoryorder": "array", "categoryarray": [bar.title for bar in reversed(bars)],
            "showgrid": False, "range": [-0.6, len(bars) - 0.4],
        },
        shapes=_shapes(low, high, eta, now),
        annotations=[*_links(bars), *_words(eta, now)],
    )  # fmt: skip


def _milliseconds(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds() * _MILLISECOND


def _usual(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    spans = [
        (bar.title, bar.usual_begin, bar.usual_end)
        for bar in bars
        if bar.is_work and bar.usual_begin and bar.usual_end
    ]
    return [
        {
            "type": "bar", "orientation": "h", "name": "Usual run", "y": [title for title, _, _ in spans],
            "base": [_text(begin) for _, begin, _ in spans],
            "x": typed([_milliseconds(begin, end) for _, begin, end in spans]),
            "width": 0.82, "marker": {"color": _FAINT},
            "text": [f"{begin:%H:%M:%S} to {end:%H:%M:%S}" for _, begin, end in spans], "textposition": "none",
            "hovertemplate": "%{y}: usually %{text}<extra></extra>",
        }
    ]  # fmt: skip


def _spread(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Lines over the middle 90 % of the ends of each step."""
    x: list[str | None] = []
    y: list[str | None] = []
    texts: list[str] = []
    for bar in bars:
        if bar.usual_low is None or bar.usual_high is None:
            continue
        x += [_text(bar.usual_low), _text(bar.usual_high), None]
        y += [bar.title, bar.title, None]
        texts += [f"90 % of ends {bar.usual_low:%H:%M:%S} to {bar.usual_high:%H:%M:%S}"] * 2 + [""]
    return [
        {
            "type": "scatter", "mode": "lines+markers", "name": "90 % of its ends", "x": x, "y": y, "text": texts,
            "line": {"color": NEUTRAL, "width": 1.2}, "connectgaps": False,
            "marker": {"symbol": "line-ns", "size": 9, "color": NEUTRAL, "line": {"color": NEUTRAL, "width": 1.2}},
            "hovertemplate": "%{y}: %{text}<extra></extra>",
        }
    ]  # fmt: skip


_OPEN = ("expected", "missing", "failed", "outdated")
_KINDS = (  # name, colour, critical, open
    ("Run", SERIES[0], False, False),
    ("Run on the critical path", SERIES[1], True, False),
    ("Expected", SERIES[0], False, True),
    ("Expected, on the critical path", SERIES[1], True, True),
)
_ARRIVALS = (
    ("Arrived or complete", SERIES[2], False),
    ("Expected to arrive", SERIES[2], True),
)


def _work(bars: Sequence[Bar], name: str, colour: str, critical: bool, is_open: bool) -> dict[str, Any]:
    shown = [
        bar for bar in bars
        if bar.is_work and bar.critical is critical and (bar.state in _OPEN) is is_open and bar.state != "missing"
    ]  # fmt: skip
    return {
        "type": "bar", "orientation": "h", "name": name, "y": [bar.title for bar in shown],
        "base": [_text(bar.begin) for bar in shown],
        "x": typed([_milliseconds(bar.begin, bar.end) for bar in shown]), "width": 0.42,
        "marker": {"color": colour, "opacity": 0.45 if is_open else 1.0, "line": {"color": colour, "width": 1.5}},
        "text": [_told(bar) for bar in shown], "textposition": "none", "hovertemplate": "%{y}: %{text}<extra></extra>",
    }  # fmt: skip


def _points(bars: Sequence[Bar], name: str, colour: str, is_open: bool) -> dict[str, Any]:
    shown = [
        bar for bar in bars if not bar.is_work and (bar.state in _OPEN) is is_open and bar.state != "missing"
    ]
    colours = [SERIES[1] if bar.critical else DOWN if bar.state == "failed" else colour for bar in shown]
    return {
        "type": "scatter", "mode": "markers", "name": name, "x": [_text(bar.end) for bar in shown],
        "y": [bar.title for bar in shown], "text": [_told(bar) for bar in shown],
        "marker": {
            "symbol": "diamond-open" if is_open else "diamond", "size": 11, "color": colours,
            "line": {"width": 1.5, "color": colours},
        },
        "hovertemplate": "%{y}: %{text}<extra></extra>",
    }  # fmt: skip


def _told(bar: Bar) -> str:
    origin = ", simulated" if bar.simulated else ""
    if not bar.is_work:
        return f"{bar.state} {bar.end:%H:%M:%S}{origin}"
    minutes = (bar.end - bar.begin).total_seconds() / 60
    return f"{bar.state} {bar.begin:%H:%M:%S} to {bar.end:%H:%M:%S}, {minutes:.1f} min{origin}"


def _links(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Words beside each bar that open its job."""
    return [
        {
            "x": _text(bar.end), "y": bar.title, "xanchor": "left", "xshift": 6, "showarrow": False,
            "text": f'<a href="/monitoring/jobs?job={bar.job}" target="_self">job {bar.job}</a>',
            "font": {"size": 11}, "captureevents": True,
        }
        for bar in bars
        if bar.job is not None
    ]  # fmt: skip


def _shapes(
    low: datetime | None, high: datetime | None, eta: datetime | None, now: datetime | None
) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = []
    if low is not None and high is not None and low < high:
        shapes.append({"type": "rect", "xref": "x", "yref": "paper", "x0": _text(low), "x1": _text(high),
                       "y0": 0, "y1": 1, "fillcolor": _BAND, "line": {"width": 0}, "layer": "below"})  # fmt: skip
    for at, dash, colour in ((eta, "solid", SERIES[1]), (now, "dot", NEUTRAL)):
        if at is not None:
            shapes.append({"type": "line", "xref": "x", "yref": "paper", "x0": _text(at), "x1": _text(at),
                           "y0": 0, "y1": 1, "line": {"color": colour, "width": 1.4, "dash": dash}})  # fmt: skip
    return shapes


def _words(eta: datetime | None, now: datetime | None) -> list[dict[str, Any]]:
    return [
        {"x": _text(at), "y": 0, "xref": "x", "yref": "paper", "yanchor": "bottom", "xanchor": side, "text": words,
         "showarrow": False, "font": {"size": 11}, "xshift": 4 if side == "left" else -4}
        for at, words, side in ((eta, f"pack {eta:%H:%M}" if eta else "", "left"), (now, "now", "right"))
        if at is not None
    ]  # fmt: skip


def _text(at: datetime | None) -> str:
    """Return a moment without its zone: the axis is UTC and says so."""
    return "" if at is None else at.replace(tzinfo=None).isoformat()
