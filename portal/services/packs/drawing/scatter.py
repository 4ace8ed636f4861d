"""Lines, marks and areas."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from portal.core.errors import DomainError
from portal.services.packs.drawing.axis import Reach, reach
from portal.services.packs.drawing.canvas import PER_PIXEL, TEXT_PER_PIXEL
from portal.services.packs.drawing.colours import Colour, colour, dashes
from portal.services.packs.drawing.errors import Errors, errors
from portal.services.packs.drawing.marks import Plane, Sample, Source, plain
from portal.services.packs.drawing.values import Numbers, said, spread

FEW = 20  # points up to which a line without a mode has marks
_SYMBOLS = {  # shape of the drawing library and its size in that of the schema
    "circle": ("o", 1.0), "square": ("s", 1.0), "diamond": ("D", 0.92), "cross": ("P", 1.0), "x": ("X", 1.05),
    "triangle-up": ("^", 1.15), "triangle-down": ("v", 1.15), "triangle-left": ("<", 1.15),
    "triangle-right": (">", 1.15), "star": ("*", 1.4), "hexagon": ("h", 1.1), "pentagon": ("p", 1.1),
    "line-ns": ("|", 1.4), "line-ew": ("_", 1.4), "cross-thin": ("+", 1.4), "x-thin": ("x", 1.0),
}  # fmt: skip
_STROKES = ("|", "_", "+", "x")


@dataclass(frozen=True, slots=True)
class Dot:
    """How one mark looks: its shape and size (points), its fill and its edge."""

    shape: str
    size: float
    face: Colour | None
    edge: Colour | None
    width: float


@dataclass
class Scatter:
    """A trace of kind ``scatter``; ``x`` and ``y`` are positions, shape (n,), NaN where the line breaks."""

    source: Source
    x: Numbers
    y: Numbers
    mode: str
    below: "Scatter | None" = None
    whiskers: list[Errors] = field(default_factory=list)

    @property
    def stroke(self) -> Colour:
        """The colour of its line."""
        line = self.source.spec.get("line") or {}
        marker = (self.source.spec.get("marker") or {}).get("color")
        own = line.get("color") or (marker if isinstance(marker, str) else None)
        return colour(own or self.source.colour, opacity=self.source.opacity)

    @property
    def has_line(self) -> bool:
        """Tell whether a line is to be seen."""
        line = self.source.spec.get("line") or {}
        return "lines" in self.mode and float(line.get("width", 2.0)) > 0.0

    @property
    def fill(self) -> str:
        """The kind of its area, empty for none."""
        fill = str(self.source.spec.get("fill") or "none")
        if fill == "tonexty" and self.below is None:
            fill = "tozeroy"
        return "" if fill == "none" else fill

    @property
    def fill_colour(self) -> Colour:
        """The colour of its area."""
        own = self.source.spec.get("fillcolor")
        if own:
            return colour(own, opacity=self.source.opacity)
        red, green, blue, alpha = self.stroke
        return red, green, blue, 0.5 * alpha

    def path(self) -> tuple[Numbers, Numbers]:
        """Return the corners of its line, with the steps that its shape asks for."""
        x, y = self.x, self.y
        if self.source.spec.get("connectgaps"):
            known = np.isfinite(x) & np.isfinite(y)
            x, y = x[known], y[known]
        shape = str((self.source.spec.get("line") or {}).get("shape") or "linear")
        return stepped(x, y, shape)

    def reaches(self) -> list[Reach]:
        """Return what it needs of both axes: marks have room about them, an area stands on its zero."""
        known = np.isfinite(self.x) & np.isfinite(self.y)
        dotted = "markers" in self.mode or "text" in self.mode
        fill = self.fill
        tall = reach(self.source.y, self.y[known], padded=True, zero=fill == "tozeroy")
        wide = reach(self.source.x, self.x[known], padded=dotted or fill == "tozerox", zero=fill == "tozerox")
        return [*wide, *tall, *(one for whisker in self.whiskers for one in whisker.reaches())]

    def draw(self, plane: Plane) -> None:
        """Draw its area, its line, its marks and its words, in this order."""
        if self.fill:
            self._area(plane)
        if self.has_line:
            self._line(plane)
        for whisker in self.whiskers:
            whisker.draw(plane)
        if "markers" in self.mode:
            self._dots(plane)
        if "text" in self.mode:
            self._words(plane)

    def _line(self, plane: Plane) -> None:
        from matplotlib.lines import Line2D

        line = self.source.spec.get("line") or {}
        width = float(line.get("width", 2.0))
        x, y = self.path()
        plane.put(
            plane.axes.add_line(
                Line2D(
                    x, y, color=self.stroke, linewidth=width * PER_PIXEL, solid_capstyle="butt",
                    linestyle=dashes(line.get("dash"), width, PER_PIXEL), solid_joinstyle="round",
                )
            ),
            self.source, "line", lift=0.0005,
        )  # fmt: skip

    def _area(self, plane: Plane) -> None:
        from matplotlib.patches import Polygon

        for corners in self._areas():
            patch = Polygon(corners, closed=True, facecolor=self.fill_colour, edgecolor="none", linewidth=0)
            plane.put(plane.axes.add_patch(patch), self.source, "area")

    def _areas(self) -> list[np.ndarray[Any, Any]]:
        """Return the corners of each piece of the area, shape (m, 2)."""
        x, y = self.path()
        if self.fill == "tonexty" and self.below is not None:
            other_x, other_y = self.below.path()
            if len(other_x) == len(x) and np.array_equal(other_x, x, equal_nan=True):
                return [
                    _outline(x[part], y[part], x[part], other_y[part])
                    for part in runs(np.isfinite(y + other_y + x))
                ]
            here, there = np.isfinite(x + y), np.isfinite(other_x + other_y)
            return [_outline(x[here], y[here], other_x[there], other_y[there])]
        pieces = runs(np.isfinite(x + y))
        if self.fill == "tozeroy":
            return [_outline(x[part], y[part], x[part], np.zeros(len(x[part]))) for part in pieces]
        if self.fill == "tozerox":
            return [_outline(x[part], y[part], np.zeros(len(y[part])), y[part]) for part in pieces]
        if self.fill == "toself":
            return [np.column_stack([x[part], y[part]]) for part in pieces]
        raise DomainError(f"Files do not draw the area “{self.fill}”.", trace=self.source.kind)

    def dots(self) -> list[tuple[int, Dot]]:
        """Return the look of each mark that is to be seen, by the number of its point."""
        low, high = sorted((self.source.x.low, self.source.x.high))
        least, most = sorted((self.source.y.low, self.source.y.high))
        spare_x, spare_y = 1e-6 * (high - low), 1e-6 * (most - least)
        return [
            (at, self.look(at))
            for at in range(len(self.x))
            if low - spare_x <= self.x[at] <= high + spare_x
            and least - spare_y <= self.y[at] <= most + spare_y
        ]

    @cached_property
    def _looks(self) -> list[tuple[Any, ...]]:
        marker = self.source.spec.get("marker") or {}
        line = marker.get("line") or {}
        attributes = (
            (marker.get("symbol"), "circle"), (marker.get("size"), 6), (marker.get("color"), None),
            (marker.get("opacity"), None), (line.get("color"), None), (line.get("width"), None),
        )  # fmt: skip
        return list(zip(*(spread(raw, len(self.x), default) for raw, default in attributes), strict=True))

    def look(self, at: int) -> Dot:
        """Return how the mark of a point looks."""
        symbol, size, own, opacity, edge, width = self._looks[at]
        return self._dot(symbol, size, own, opacity, edge, width)

    def _dot(self, symbol: Any, size: Any, own: Any, opacity: Any, edge: Any, width: Any) -> Dot:
        if isinstance(own, (int, float)):
            raise DomainError("Files do not draw marks whose colours are numbers.", trace=self.source.kind)
        name = said(symbol)
        is_open = name.endswith("-open")
        shape, factor = _symbol(name.removesuffix("-open"))
        line = (self.source.spec.get("line") or {}).get("color")
        opaque = (1.0 if opacity is None else float(opacity)) * self.source.opacity
        fill = colour(own or line or self.source.colour, opacity=opaque)
        if is_open or shape in _STROKES:
            stroke = colour(edge, opacity=opaque) if edge and not is_open else fill
            return Dot(shape, float(size) * factor * PER_PIXEL, None, stroke, float(width or 1.0) * PER_PIXEL)
        if edge is None or not width:
            return Dot(shape, float(size) * factor * PER_PIXEL, fill, None, 0.0)
        stroke = colour(edge, opacity=opaque)
        return Dot(shape, float(size) * factor * PER_PIXEL, fill, stroke, float(width) * PER_PIXEL)

    def _dots(self, plane: Plane) -> None:
        from matplotlib.lines import Line2D

        looks: dict[Dot, list[int]] = {}
        for at, dot in self.dots():
            looks.setdefault(dot, []).append(at)
        for dot, places in looks.items():
            plane.put(
                plane.axes.add_line(
                    Line2D(self.x[places], self.y[places], linestyle="none", clip_on=False, **dot_style(dot))
                ),
                self.source, "marks", lift=0.0008,
            )  # fmt: skip

    def _words(self, plane: Plane) -> None:
        texts = spread(self.source.spec.get("text"), len(self.x), "")
        where = spread(self.source.spec.get("textposition"), len(self.x), "middle center")
        size = float((self.source.spec.get("textfont") or {}).get("size") or 12) * TEXT_PER_PIXEL
        for at, text in enumerate(texts):
            if not (np.isfinite(self.x[at]) and np.isfinite(self.y[at])) or not text:
                continue
            x, y = plane.axes.transData.transform((self.x[at], self.y[at]))
            up, across = f"{where[at]} center".split(" ")[:2]
            words, bold = plain(text)
            plane.canvas.text(
                float(x) + {"left": -3.0, "right": 3.0}.get(across, 0.0),
                float(y) + {"top": 3.0, "bottom": -3.0}.get(up, 0.0),
                words, size=size, bold=bold,
                across={"left": "right", "right": "left"}.get(across, "center"),  # type: ignore[arg-type] # three words
                up={"top": "bottom", "bottom": "top"}.get(up, "center"),  # type: ignore[arg-type] # three words
            )  # fmt: skip

    def sample(self) -> Sample | None:
        """Return its line, mark and area for the legend."""
        line = self.source.spec.get("line") or {}
        width = float(line.get("width", 2.0))
        return Sample(
            self.source.name,
            patch={"facecolor": self.fill_colour} if self.fill else None,
            line={
                "color": self.stroke, "linewidth": min(width, 5.0) * PER_PIXEL,
                "linestyle": dashes(line.get("dash"), width, PER_PIXEL),
            } if self.has_line else None,
            mark=dot_style(self.look(0)) if "markers" in self.mode and len(self.x) else None,
        )  # fmt: skip


def dot_style(dot: Dot) -> dict[str, Any]:
    """Return a mark in the words of the drawing library."""
    return {
        "marker": dot.shape, "markersize": min(dot.size, 9.0), "markeredgewidth": dot.width,
        "markerfacecolor": "none" if dot.face is None else dot.face,
        "markeredgecolor": "none" if dot.edge is None else dot.edge,
    }  # fmt: skip


def _symbol(name: str) -> tuple[str, float]:
    known = _SYMBOLS.get(name)
    if known is None:
        raise DomainError(f"Files do not draw the mark “{name}”.", symbol=name)
    return known


def stepped(x: Numbers, y: Numbers, shape: str) -> tuple[Numbers, Numbers]:
    """Return the corners of a line of a shape of the schema.

    Raises
    ------
    DomainError
        The shape is not drawn in files.
    """
    if shape == "linear" or len(x) < 2:
        return x, y
    if shape == "hv":
        return np.repeat(x, 2)[1:], np.repeat(y, 2)[:-1]
    if shape == "vh":
        return np.repeat(x, 2)[:-1], np.repeat(y, 2)[1:]
    if shape == "hvh":
        middle = 0.5 * (x[1:] + x[:-1])
        return np.concatenate([x[:1], np.repeat(middle, 2), x[-1:]]), np.repeat(y, 2)
    raise DomainError(f"Files do not draw lines of the shape “{shape}”.", shape=shape)


def runs(known: np.ndarray[Any, Any]) -> list[slice]:
    """Return the stretches of an array of truths that hold throughout, of at least two points."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], known, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 1]


def _outline(x: Numbers, y: Numbers, back_x: Numbers, back_y: Numbers) -> np.ndarray[Any, Any]:
    return np.column_stack([np.concatenate([x, back_x[::-1]]), np.concatenate([y, back_y[::-1]])])


def prepare(sources: Sequence[Source]) -> list[Scatter]:
    """Return the lines, marks and areas of one pair of axes, in their order.

    Raises
    ------
    DomainError
        A trace uses what files do not draw.
    """
    out: list[Scatter] = []
    for source in sources:
        source.refuse("stackgroup", "groupnorm", "fillpattern", "fillgradient")
        spec: Mapping[str, Any] = source.spec
        y = source.y.place(spec.get("y"))
        x = source.x.place(spec["x"] if spec.get("x") is not None else list(range(len(y))))
        count = min(len(x), len(y))
        mode = str(spec.get("mode") or ("lines+markers" if count < FEW else "lines"))
        one = Scatter(source, x[:count], y[:count], mode, below=out[-1] if out else None)
        one.whiskers = errors(source, one.x, one.y)
        out.append(one)
    return out
