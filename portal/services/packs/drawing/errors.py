"""Whiskers: error bars of points and bars."""

from dataclasses import dataclass

import numpy as np

from portal.core.errors import DomainError
from portal.services.packs.drawing.axis import Reach, reach
from portal.services.packs.drawing.canvas import PER_PIXEL
from portal.services.packs.drawing.colours import colour
from portal.services.packs.drawing.marks import Plane, Source
from portal.services.packs.drawing.values import Numbers, numbers


@dataclass
class Errors:
    """Whiskers of one direction: points at (x, y), each of shape (n,), from ``low`` to ``high`` along one axis."""

    source: Source
    letter: str
    x: Numbers
    y: Numbers
    low: Numbers
    high: Numbers

    def reaches(self) -> list[Reach]:
        """Return what they need of the axis that they go along."""
        axis = self.source.x if self.letter == "x" else self.source.y
        return reach(axis, self.low, self.high, padded=True)

    def draw(self, plane: Plane) -> None:
        """Draw each as a line with its caps."""
        from matplotlib.collections import LineCollection

        spec = self.source.spec[f"error_{self.letter}"]
        thick = float(spec.get("thickness", 2.0)) * PER_PIXEL
        along, across = (plane.x, plane.y) if self.letter == "x" else (plane.y, plane.x)
        cap = float(spec.get("width", 4.0)) * PER_PIXEL / plane.points(across)
        lines = []
        for x, y, low, high in zip(self.x, self.y, self.low, self.high, strict=True):
            if not np.isfinite([x, y, low, high]).all() or low == high:
                continue
            at = float(y if self.letter == "x" else x)
            lines += [[(low, at), (high, at)]]
            lines += [[(end, at - cap), (end, at + cap)] for end in (low, high)]
        if self.letter == "y":
            lines = [[(b, a) for a, b in line] for line in lines]
        if lines and along.high != along.low:
            tone = colour(spec.get("color") or self.source.colour)
            plane.put(
                plane.axes.add_collection(LineCollection(lines, colors=[tone], linewidths=thick), autolim=False),
                self.source, "whiskers", lift=0.0007,
            )  # fmt: skip


def errors(source: Source, x: Numbers, y: Numbers) -> list[Errors]:
    """Return the whiskers of a trace whose points lie at (x, y).

    Raises
    ------
    DomainError
        They are given in a way that files do not draw.
    """
    out = []
    for letter, at in (("x", x), ("y", y)):
        spec = source.spec.get(f"error_{letter}")
        if not spec or spec.get("visible") is False:
            continue
        kind = str(spec.get("type") or "data")
        if kind == "constant":
            above = np.full(len(at), float(spec.get("value", 0.0)))
            below = np.full(len(at), float(spec.get("valueminus", spec.get("value", 0.0))))
        elif kind == "data" and spec.get("array") is not None:
            above = numbers(spec["array"])
            below = numbers(spec["arrayminus"]) if spec.get("arrayminus") is not None else above
        else:
            raise DomainError(f"Files do not draw whiskers of the kind “{kind}”.", trace=source.kind)
        if spec.get("symmetric") is True:
            below = above
        out.append(
            Errors(
                source,
                letter,
                x,
                y,
                at - np.nan_to_num(below)[: len(at)],
                at + np.nan_to_num(above)[: len(at)],
            )
        )
    return out
