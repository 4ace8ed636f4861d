"""Heat maps and contours, with the numbers in their cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.services.packs.drawing import d3
from portal.services.packs.drawing.axis import Axis, Reach, reach
from portal.services.packs.drawing.canvas import LINE, PER_PIXEL, TEXT_PER_PIXEL, measured
from portal.services.packs.drawing.colours import contrast, scaled
from portal.services.packs.drawing.marks import Plane, Sample, Source, plain
from portal.services.packs.drawing.values import Numbers, listed, said, table

LEAST = 4.8  # points: smaller numbers are left out of cells, as in the browser; the table has them
FEW_PALE = 0.35  # of a cell: more of the edge is not given to gaps


@dataclass
class Grid:
    """A heat map or contour: ``z`` of shape (rows, columns), NaN where nothing is known; edges of columns and rows."""

    source: Source
    z: Numbers
    x: Numbers  # (columns + 1,)
    y: Numbers  # (rows + 1,)
    low: float
    high: float

    @property
    def has_scale(self) -> bool:
        """Tell whether a scale of its colours stands beside it."""
        return self.source.spec.get("showscale", True) is not False

    def reaches(self) -> list[Reach]:
        """Return its outer edges; a contour ends in the middle of its outer cells."""
        if self.source.kind == "contour":
            return [*reach(self.source.x, _middles(self.x)), *reach(self.source.y, _middles(self.y))]
        return [*reach(self.source.x, self.x), *reach(self.source.y, self.y)]

    def draw(self, plane: Plane) -> None:
        """Draw its cells with their gaps, and the numbers in them."""
        if self.source.kind == "contour":
            self._levels(plane)
            return
        from matplotlib.collections import PolyCollection

        tones = scaled(self.z, self.source.spec.get("colorscale"), self.low, self.high)
        gap_x = float(self.source.spec.get("xgap") or 0.0) * PER_PIXEL / plane.points(plane.x)
        gap_y = float(self.source.spec.get("ygap") or 0.0) * PER_PIXEL / plane.points(plane.y)
        corners, faces = [], []
        for row, column in np.argwhere(np.isfinite(self.z)).tolist():
            left, right = self.x[column], self.x[column + 1]
            low, high = self.y[row], self.y[row + 1]
            dx, dy = min(0.5 * gap_x, FEW_PALE * (right - left)), min(0.5 * gap_y, FEW_PALE * (high - low))
            corners.append(
                [
                    (left + dx, low + dy),
                    (right - dx, low + dy),
                    (right - dx, high - dy),
                    (left + dx, high - dy),
                ]
            )
            faces.append(tones[row, column])
        edge = {"linewidths": 0.0} if gap_x or gap_y else {"linewidths": 0.25, "edgecolors": faces}
        cells = PolyCollection(corners, facecolors=faces, **edge)
        if self.source.opacity < 1.0:
            cells.set_alpha(self.source.opacity)
        plane.put(plane.axes.add_collection(cells, autolim=False), self.source, "cells")
        self._words(plane, tones)

    def _levels(self, plane: Plane) -> None:
        places = np.linspace(self.low, self.high, int(self.source.spec.get("ncontours") or 12) + 1)
        x, y = _middles(self.x), _middles(self.y)
        tones = scaled(
            0.5 * (places[:-1] + places[1:]), self.source.spec.get("colorscale"), self.low, self.high
        )
        drawn = plane.axes.contourf(x, y, np.ma.masked_invalid(self.z), levels=places, colors=list(tones))
        plane.put(drawn, self.source, "levels")

    def _words(self, plane: Plane, tones: np.ndarray[Any, Any]) -> None:
        template = str(self.source.spec.get("texttemplate") or "")
        if not template:
            return
        texts = self._texts(template)
        asked = (self.source.spec.get("textfont") or {}).get("size")
        size = float(asked or 12) * TEXT_PER_PIXEL
        wide, tall = (
            plane.points(axis) * float(np.diff(edges).min(initial=np.inf))
            for axis, edges in ((plane.x, self.x), (plane.y, self.y))
        )
        widest = max((measured(text, size, bold=bold)[0] for text, bold in texts.values()), default=0.0)
        size = min(size, size * (wide - 2.0) / max(widest, 1e-9), tall / LINE)
        if size < LEAST:
            return
        for (row, column), (text, bold) in texts.items():
            x, y = plane.axes.transData.transform(
                (0.5 * (self.x[column] + self.x[column + 1]), 0.5 * (self.y[row] + self.y[row + 1]))
            )
            red, green, blue, alpha = (float(part) for part in tones[row, column])
            plane.canvas.text(
                float(x), float(y), text, size=size, bold=bold, colour=contrast((red, green, blue, alpha))
            )

    def _texts(self, template: str) -> dict[tuple[int, int], tuple[str, bool]]:
        """Return what each known cell says, by row and column, and whether it is bold."""
        given = [listed(row) for row in listed(self.source.spec.get("text"))]
        names_x, names_y = (
            [said(one) for one in listed(self.source.spec.get(letter))] for letter in ("x", "y")
        )
        out = {}
        for row, column in np.argwhere(np.isfinite(self.z)).tolist():
            values = {
                "z": float(self.z[row, column]),
                "text": given[row][column] if row < len(given) and column < len(given[row]) else "",
                "x": names_x[column] if column < len(names_x) else column,
                "y": names_y[row] if row < len(names_y) else row,
            }
            text, bold = plain(d3.filled(template, values))
            if text:
                out[row, column] = (text, bold)
        return out

    def sample(self) -> Sample | None:
        """Return None: its scale explains it."""
        return None


def prepare(sources: Sequence[Source]) -> list[Grid]:
    """Return the heat maps and contours of one pair of axes."""
    out = []
    for source in sources:
        source.refuse("coloraxis", "reversescale", "zsmooth", "transpose")
        z = table(source.spec.get("z"))
        known = z[np.isfinite(z)]
        low = float(known.min()) if known.size else 0.0
        high = float(known.max()) if known.size else 1.0
        if source.spec.get("zmid") is not None:
            middle = float(source.spec["zmid"])
            most = max(high - middle, middle - low)
            low, high = middle - most, middle + most
        if source.spec.get("zmin") is not None and source.spec.get("zmax") is not None:
            low, high = float(source.spec["zmin"]), float(source.spec["zmax"])
        out.append(
            Grid(
                source, z, _edges(source.x, source.spec.get("x"), z.shape[1]),
                _edges(source.y, source.spec.get("y"), z.shape[0]), low, high,
            )
        )  # fmt: skip
    return out


def _edges(axis: Axis, raw: Any, count: int) -> Numbers:
    """Return the edges of ``count`` cells, shape (count + 1,)."""
    at = axis.place(raw) if raw is not None else np.arange(count, dtype=np.float64)
    if len(at) == count + 1:
        return at
    if len(at) < 2:
        return np.array([at[0] - 0.5, at[0] + 0.5]) if len(at) else np.zeros(0)
    middle = 0.5 * (at[1:] + at[:-1])
    return np.concatenate([[2 * at[0] - middle[0]], middle, [2 * at[-1] - middle[-1]]])


def _middles(edges: Numbers) -> Numbers:
    return 0.5 * (edges[1:] + edges[:-1])
