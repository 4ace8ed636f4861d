"""From a figure of Plotly's schema to its axes and its traces, ready to be drawn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.core.errors import DomainError
from portal.services.packs.drawing import bars, grids, scatter, spreads
from portal.services.packs.drawing.axis import Axis, Reach
from portal.services.packs.drawing.marks import LAYERS, Mark, Source

COLOURS = (
    "#1f77b4",
    "#ff7f0e",
    "#2ca02c",
    "#d62728",
    "#9467bd",
    "#8c564b",
    "#e377c2",
    "#7f7f7f",
    "#bcbd22",
    "#17becf",
)
_BARS = ("bar", "waterfall", "histogram")
_FAMILIES: Sequence[tuple[tuple[str, ...], Callable[[Sequence[Source]], Sequence[Mark]]]] = (
    (("heatmap", "contour"), grids.prepare),
    (("violin", "box"), spreads.prepare_spreads),
    (("candlestick",), spreads.prepare_candles),
    (("scatter",), scatter.prepare),
)
KINDS = frozenset({*_BARS, *(kind for kinds, _ in _FAMILIES for kind in kinds)})
"""Kinds of trace that files draw."""


@dataclass
class Picture:
    """A figure that was understood: its axes by name, and the traces of each pair of them."""

    layout: Mapping[str, Any]
    axes: dict[str, Axis]
    planes: dict[tuple[str, str], list[Mark]] = field(default_factory=dict)

    @property
    def marks(self) -> list[Mark]:
        """Return all traces in the order of the figure."""
        every = [mark for marks in self.planes.values() for mark in marks]
        return sorted(every, key=lambda mark: mark.source.number)

    def settle(self, lengths: Mapping[str, float], more: Sequence[Reach]) -> None:
        """Set the ends of all axes, whose lengths are in points; ``more`` is what words over the picture need."""
        reaches = [*(one for mark in self.marks for one in mark.reaches()), *more]
        for name, axis in self.axes.items():
            axis.settle([one for one in reaches if one.axis is axis], lengths[name])


def understood(figure: Mapping[str, Any]) -> Picture:
    """Return a figure's axes and traces.

    Raises
    ------
    DomainError
        It holds a trace, or a feature of one, that files do not draw.
    """
    layout: Mapping[str, Any] = figure.get("layout") or {}
    specs = [
        (at, spec) for at, spec in enumerate(figure.get("data") or []) if spec.get("visible") in (None, True)
    ]
    for _, spec in specs:
        kind = str(spec.get("type") or "scatter")
        if kind not in KINDS:
            raise DomainError(
                f"Files do not draw charts of the kind “{kind}”: read its table instead.", trace=kind
            )
    if not specs:
        raise DomainError("There is nothing to draw: the chart has no trace.")
    picture = Picture(layout, _axes(layout, [spec for _, spec in specs]))
    colourway = layout.get("colorway") or COLOURS
    groups: dict[tuple[str, str], list[Source]] = {}
    for at, spec in specs:
        x, y = _names(spec)
        source = Source(
            at, str(spec.get("type") or "scatter"), spec, picture.axes[x], picture.axes[y],
            str(colourway[at % len(colourway)]), layout,
        )  # fmt: skip
        groups.setdefault((x, y), []).append(source)
    for pair, sources in groups.items():
        picture.planes[pair] = _prepared(sources, str(layout.get("barmode") or "group"))
    return picture


def _names(spec: Mapping[str, Any]) -> tuple[str, str]:
    return str(spec.get("xaxis") or "x"), str(spec.get("yaxis") or "y")


def _axes(layout: Mapping[str, Any], specs: Sequence[Mapping[str, Any]]) -> dict[str, Axis]:
    """Return the axes that traces use; each has seen all values on it."""
    series: dict[str, list[Any]] = {}
    for spec in specs:
        for name, values in zip(_names(spec), (_values(spec, "x"), _values(spec, "y")), strict=True):
            series.setdefault(name, []).extend(values)
    axes = {}
    for name in sorted(series, key=lambda name: (name[0], len(name), name)):
        spec = layout.get(f"{name[0]}axis{name[1:]}") or {}
        over = spec.get("overlaying")
        if over and spec.get("domain") is None:  # it lies where the one below it lies
            spec = {**spec, "domain": (layout.get(f"{over[0]}axis{over[1:]}") or {}).get("domain")}
        axes[name] = Axis(name, spec)
        axes[name].learn(series[name])
    return axes


def _values(spec: Mapping[str, Any], letter: str) -> list[Any]:
    """Return the arrays of a trace on its axis of a letter."""
    kind = spec.get("type")
    if kind in ("box", "violin") and spec.get(letter) is None:
        return [[str(spec.get("name") or "")]]
    if kind == "candlestick" and letter == "y":
        return [spec.get(key) for key in ("open", "high", "low", "close")]
    is_along = kind == "bar" and (spec.get("orientation") == "h") == (letter == "x")
    if is_along and spec.get("base") is not None:
        return [spec["base"]]
    return [spec.get(letter)]


def _prepared(sources: Sequence[Source], barmode: str) -> list[Mark]:
    """Return the traces of one pair of axes, each family together, in the order of the layers."""
    out: list[Mark] = []
    together = [source for source in sources if source.kind in _BARS]
    if together:
        out += bars.prepare(together, barmode)
    for kinds, prepare in _FAMILIES:
        chosen = [source for source in sources if source.kind in kinds]
        if chosen:
            out += prepare(chosen)
    return sorted(out, key=lambda mark: (LAYERS.index(mark.source.kind), mark.source.number))
