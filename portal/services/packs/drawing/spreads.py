"""Candles, boxes and violins: what a set of prices or values spans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.services.packs.drawing.axis import Axis, Reach, reach
from portal.services.packs.drawing.canvas import PER_PIXEL
from portal.services.packs.drawing.colours import Colour, colour
from portal.services.packs.drawing.marks import Plane, Sample, Source
from portal.services.packs.drawing.values import Numbers, said

BODY = 0.6  # of the distance of two candles
_RISE, _FALL = "#3D9970", "#FF4136"
_GRID = 96  # points along the outline of a violin


@dataclass
class Candles:
    """Candles, or bars of open and close, at ``at``; open, high, low and close of shape (n,) in positions."""

    source: Source
    at: Numbers
    prices: tuple[Numbers, Numbers, Numbers, Numbers]
    slot: float

    def reaches(self) -> list[Reach]:
        """Return whole candles, and room above and below them."""
        half = 0.5 * self.slot
        return [
            *reach(self.source.x, self.at - half, self.at + half),
            *reach(self.source.y, self.prices[1], self.prices[2], padded=True),
        ]

    def draw(self, plane: Plane) -> None:
        """Draw rising and falling ones, each in its colour."""
        from matplotlib.collections import LineCollection, PolyCollection

        first, high, low, last = self.prices
        half = 0.5 * BODY * self.slot
        known = np.isfinite(self.at + first + high + low + last)
        for part, default, chosen in (
            ("increasing", _RISE, known & (last >= first)),
            ("decreasing", _FALL, known & (last < first)),
        ):
            line = (self.source.spec.get(part) or {}).get("line") or {}
            tone = colour(line.get("color") or default, opacity=self.source.opacity)
            width = float(line.get("width", 2.0)) * PER_PIXEL
            at = self.at[chosen]
            a, b = np.minimum(first, last)[chosen], np.maximum(first, last)[chosen]
            wicks = [[(x, y0), (x, y1)] for x, y0, y1 in zip(at, low[chosen], a, strict=True)]
            wicks += [[(x, y0), (x, y1)] for x, y0, y1 in zip(at, b, high[chosen], strict=True)]
            plane.put(
                plane.axes.add_collection(
                    LineCollection(wicks, colors=[tone], linewidths=width), autolim=False
                ),
                self.source,
                "wicks",
            )
            bodies = [
                [(x - half, y0), (x + half, y0), (x + half, y1), (x - half, y1)]
                for x, y0, y1 in zip(at, a, b, strict=True)
            ]
            fill = (*tone[:3], 0.5 * tone[3])
            plane.put(
                plane.axes.add_collection(
                    PolyCollection(bodies, facecolors=[fill], edgecolors=[tone], linewidths=width), autolim=False
                ),
                self.source, "bodies", lift=0.0002,
            )  # fmt: skip

    def sample(self) -> Sample | None:
        """Return a patch in the colour of rising ones."""
        line = (self.source.spec.get("increasing") or {}).get("line") or {}
        return Sample(self.source.name, patch={"facecolor": colour(line.get("color") or _RISE)})


@dataclass
class Spread:
    """Boxes or violins: ``sets`` holds the values of each place along the other axis."""

    source: Source
    sets: Mapping[float, Numbers]
    is_lying: bool

    @property
    def along(self) -> Axis:
        """The axis of the values."""
        return self.source.x if self.is_lying else self.source.y

    @property
    def tone(self) -> Colour:
        """The colour of its lines."""
        spec = self.source.spec
        own = (spec.get("line") or {}).get("color") or (spec.get("marker") or {}).get("color")
        return colour(own or self.source.colour, opacity=self.source.opacity)

    def reaches(self) -> list[Reach]:
        """Return its places, half a place beyond them, and its values with room."""
        across = self.source.y if self.is_lying else self.source.x
        at = np.array(list(self.sets))
        return [
            *reach(across, at - 0.5, at + 0.5),
            *(one for values in self.sets.values() for one in reach(self.along, values, padded=True)),
        ]

    def draw(self, plane: Plane) -> None:
        """Draw each set."""
        for at, values in self.sets.items():
            if len(values):
                if self.source.kind == "violin":
                    self._violin(plane, at, values)
                else:
                    self._box(plane, at, values)

    def _violin(self, plane: Plane, at: float, values: Numbers) -> None:
        wide = 1.06 * float(np.std(values)) * len(values) ** -0.2 or 1.0
        grid = np.linspace(values.min() - 2 * wide, values.max() + 2 * wide, _GRID)
        height = np.exp(-0.5 * ((grid[:, None] - values[None, :]) / wide) ** 2).sum(axis=1)
        half = 0.4 * height / height.max()
        self._patch(plane, np.column_stack([np.concatenate([at - half, (at + half)[::-1]]),
                                            np.concatenate([grid, grid[::-1]])]))  # fmt: skip
        middle = float(np.median(values))
        self._lines(plane, [[(at - 0.12, middle), (at + 0.12, middle)]])

    def _box(self, plane: Plane, at: float, values: Numbers) -> None:
        low, middle, high = (float(one) for one in np.quantile(values, [0.25, 0.5, 0.75], method="hazen"))
        inside = values[(values >= low - 1.5 * (high - low)) & (values <= high + 1.5 * (high - low))]
        least, most = float(inside.min(initial=low)), float(inside.max(initial=high))
        half = 0.25
        self._patch(
            plane, np.array([(at - half, low), (at + half, low), (at + half, high), (at - half, high)])
        )
        self._lines(
            plane,
            [
                [(at - half, middle), (at + half, middle)], [(at, least), (at, low)], [(at, high), (at, most)],
                [(at - 0.12, least), (at + 0.12, least)], [(at - 0.12, most), (at + 0.12, most)],
            ],
        )  # fmt: skip
        if self.source.spec.get("boxpoints", "outliers") is not False:
            self._outliers(plane, at, values[(values < least) | (values > most)])

    def _outliers(self, plane: Plane, at: float, values: Numbers) -> None:
        from matplotlib.lines import Line2D

        x, y = np.full(len(values), at), values
        if self.is_lying:
            x, y = y, x
        if len(values):
            points = Line2D(
                x, y, linestyle="none", marker="o", markersize=3.0, markeredgewidth=0, color=self.tone
            )
            plane.put(plane.axes.add_line(points), self.source, "outliers", lift=0.0003)

    def _patch(self, plane: Plane, corners: np.ndarray[Any, Any]) -> None:
        from matplotlib.patches import Polygon

        fill = self.source.spec.get("fillcolor")
        face = colour(fill) if fill else (*self.tone[:3], 0.5 * self.tone[3])
        if self.is_lying:
            corners = corners[:, ::-1]
        patch = Polygon(corners, closed=True, facecolor=face, edgecolor=self.tone, linewidth=1.2 * PER_PIXEL)
        plane.put(plane.axes.add_patch(patch), self.source, "body")

    def _lines(self, plane: Plane, lines: list[list[tuple[float, float]]]) -> None:
        from matplotlib.collections import LineCollection

        if self.is_lying:
            lines = [[(b, a) for a, b in line] for line in lines]
        drawn = LineCollection(lines, colors=[self.tone], linewidths=1.4 * PER_PIXEL)
        plane.put(plane.axes.add_collection(drawn, autolim=False), self.source, "lines", lift=0.0002)

    def sample(self) -> Sample | None:
        """Return a patch in its colour."""
        return Sample(self.source.name, patch={"facecolor": (*self.tone[:3], 0.5 * self.tone[3])})


def prepare_candles(sources: Sequence[Source]) -> list[Candles]:
    """Return the candles of one pair of axes."""
    out = []
    for source in sources:
        at = source.x.place(source.spec.get("x"))
        first, high, low, last = (
            source.y.place(source.spec.get(key)) for key in ("open", "high", "low", "close")
        )
        steps = np.diff(np.unique(at[np.isfinite(at)]))
        out.append(Candles(source, at, (first, high, low, last), float(steps.min()) if len(steps) else 1.0))
    return out


def prepare_spreads(sources: Sequence[Source]) -> list[Spread]:
    """Return the boxes and violins of one pair of axes."""
    out = []
    for number, source in enumerate(sources):
        source.refuse("q1", "median", "lowerfence", "side", "points")
        is_lying = source.spec.get("orientation") == "h" or source.spec.get("y") is None
        along, across = (source.x, source.y) if is_lying else (source.y, source.x)
        values = along.place(source.spec.get(along.name[0]))
        where = source.spec.get(across.name[0])
        at = across.place(where) if where is not None else across.place([place_name(source)] * len(values))
        at = np.where(np.isfinite(at), at, float(number))
        out.append(
            Spread(
                source,
                {float(one): values[(at == one) & np.isfinite(values)] for one in np.unique(at)},
                is_lying,
            )
        )
    return out


def place_name(source: Source) -> str:
    """Return the category of a set that names none: the name of its trace."""
    return said(source.spec.get("name") or f"trace {source.number}")
