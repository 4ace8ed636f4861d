"""Shapes and annotations: lines, spans and words that a figure lays over its traces."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from portal.core.errors import DomainError
from portal.services.packs.drawing.axis import Axis, Reach
from portal.services.packs.drawing.canvas import PER_PIXEL, TEXT_PER_PIXEL, Across, Canvas, Up, measured
from portal.services.packs.drawing.colours import colour, dashes
from portal.services.packs.drawing.marks import plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Box = tuple[float, float, float, float]
"""Left, bottom, right and top of the picture in points."""
MARGIN = 2.0


class Places:
    """Where positions lie on the sheet, in points: on an axis, or as shares of the picture."""

    def __init__(self, axes: Mapping[str, Axis], drawn: Mapping[str, "Axes"], box: Box) -> None:
        self._axes, self._drawn, self._box = axes, drawn, box

    def at(self, value: Any, ref: str, letter: str) -> float:
        """Return the place of a value along one direction; ``ref`` is the name of its axis, or ``paper``."""
        first = 0 if letter == "x" else 1
        low, high = self._box[first], self._box[first + 2]
        if ref == "paper":
            return low + float(value) * (high - low)
        share = ref.endswith(" domain")
        name = ref.removesuffix(" domain")
        if name not in self._axes:
            raise DomainError(
                f"A mark of the chart stands on the axis “{ref}”, which no trace uses.", axis=ref
            )
        bounds = self._drawn[name].bbox
        if share:
            begin, size = (bounds.x0, bounds.width) if first == 0 else (bounds.y0, bounds.height)
            return float(begin + float(value) * size)
        place = float(self._axes[name].place([value])[0])
        point = self._drawn[name].transData.transform((place, 0.0) if first == 0 else (0.0, place))
        return float(point[first])


def draw_shapes(canvas: Canvas, shapes: Sequence[Mapping[str, Any]], places: Places, box: Box) -> None:
    """Draw lines, rectangles and ellipses, clipped to the picture.

    Raises
    ------
    DomainError
        A shape is of a kind that files do not draw.
    """
    from matplotlib.lines import Line2D
    from matplotlib.patches import Ellipse, Rectangle

    for shape in shapes:
        if shape.get("visible") is False:
            continue
        kind = str(shape.get("type") or "rect")
        x0, x1 = (places.at(shape[key], str(shape.get("xref") or "x"), "x") for key in ("x0", "x1"))
        y0, y1 = (places.at(shape[key], str(shape.get("yref") or "y"), "y") for key in ("y0", "y1"))
        if not np.isfinite([x0, x1, y0, y1]).all():
            continue
        opacity = float(shape.get("opacity", 1.0))
        line = shape.get("line") or {}
        width = float(line.get("width", 2.0))
        tone = colour(line.get("color") or "#444444", opacity=opacity)
        pen = {"linewidth": width * PER_PIXEL, "linestyle": dashes(line.get("dash"), width, PER_PIXEL)}
        order = 0.5 if shape.get("layer") == "below" else 30.0
        artist: Any
        if kind == "line":
            if _is_outside(x0, x1, y0, y1, box):
                continue
            artist = Line2D(
                np.clip([x0, x1], box[0], box[2]), np.clip([y0, y1], box[1], box[3]), color=tone, **pen
            )
        elif kind in ("rect", "circle"):
            x0, x1 = sorted(np.clip([x0, x1], box[0], box[2]).tolist())
            y0, y1 = sorted(np.clip([y0, y1], box[1], box[3]).tolist())
            fill = shape.get("fillcolor")
            face = colour(fill, opacity=opacity) if fill else "none"
            style = {"facecolor": face, "edgecolor": tone if width else "none", **pen}
            if kind == "rect":
                artist = Rectangle((x0, y0), x1 - x0, y1 - y0, **style)
            else:
                artist = Ellipse((0.5 * (x0 + x1), 0.5 * (y0 + y1)), x1 - x0, y1 - y0, **style)
        else:
            raise DomainError(f"Files do not draw shapes of the kind “{kind}”.", shape=kind)
        canvas.add(artist, order=order)


def _is_outside(x0: float, x1: float, y0: float, y1: float, box: Box) -> bool:
    spare = 0.5
    return (
        max(x0, x1) < box[0] - spare or min(x0, x1) > box[2] + spare
        or max(y0, y1) < box[1] - spare or min(y0, y1) > box[3] + spare
    )  # fmt: skip


def _words(note: Mapping[str, Any], size: float) -> tuple[str, bool, float]:
    text, bold = plain(note.get("text") or "")
    return text, bold, float((note.get("font") or {}).get("size") or size / TEXT_PER_PIXEL) * TEXT_PER_PIXEL


def _anchors(note: Mapping[str, Any]) -> tuple[Across, Up]:
    across = str(note.get("xanchor") or "auto")
    up = str(note.get("yanchor") or "auto")
    if across == "auto":
        share = float(note["x"]) if note.get("xref") == "paper" else 0.5
        across = "left" if share < 1 / 3 else "right" if share > 2 / 3 else "center"
    if up == "auto":
        share = float(note["y"]) if note.get("yref") == "paper" else 0.5
        up = "bottom" if share < 1 / 3 else "top" if share > 2 / 3 else "center"
    sides: dict[str, Across] = {"left": "left", "right": "right"}
    heights: dict[str, Up] = {"top": "top", "bottom": "bottom"}
    return sides.get(across, "center"), heights.get(up, "center")


def note_reaches(notes: Sequence[Mapping[str, Any]], axes: Mapping[str, Axis], size: float) -> list[Reach]:
    """Return the room that words at positions of axes need, so that none is cut."""
    out = []
    for note in notes:
        text, bold, own = _words(note, size)
        wide, tall = measured(text, own, bold=bold)
        across, up = _anchors(note)
        for letter, length, anchor in (("x", wide, across), ("y", tall, up)):
            axis = axes.get(str(note.get(f"{letter}ref") or letter))
            if axis is None or note.get("showarrow") is not False:
                continue
            shift = float(note.get(f"{letter}shift") or 0.0) * PER_PIXEL
            before = {"left": 0.0, "bottom": 0.0, "center": 0.5}.get(anchor, 1.0) * length - shift
            after = {"left": 1.0, "bottom": 1.0, "center": 0.5}.get(anchor, 0.0) * length + shift
            at = float(axis.place([note.get(letter)])[0])
            out.append(Reach(axis, at, at, before=max(before, 0.0), after=max(after, 0.0)))
    return out


def room_above(notes: Sequence[Mapping[str, Any]], size: float) -> float:
    """Return the points that words above the picture need."""
    most = 0.0
    for note in notes:
        if note.get("yref") == "paper" and float(note.get("y", 0.0)) >= 1.0 and _anchors(note)[1] == "bottom":
            text, bold, own = _words(note, size)
            most = max(most, measured(text, own, bold=bold)[1] + float(note.get("yshift") or 0.0) * PER_PIXEL)
    return most


def draw_notes(canvas: Canvas, notes: Sequence[Mapping[str, Any]], places: Places) -> None:
    """Write annotations; none leaves the sheet."""
    from matplotlib.lines import Line2D

    for note in notes:
        if note.get("visible") is False:
            continue
        text, bold, size = _words(note, canvas.size)
        across, up = _anchors(note)
        x = places.at(note["x"], str(note.get("xref") or "x"), "x")
        y = places.at(note["y"], str(note.get("yref") or "y"), "y")
        if not np.isfinite([x, y]).all():
            continue
        to_x = x + float(note.get("xshift") or 0.0) * PER_PIXEL
        to_y = y + float(note.get("yshift") or 0.0) * PER_PIXEL
        own = (note.get("font") or {}).get("color")
        tone = colour(own) if own else canvas.colour
        if note.get("showarrow") is not False:
            to_x += float(note.get("ax", -10.0)) * PER_PIXEL
            to_y -= float(note.get("ay", -30.0)) * PER_PIXEL
            arrow = colour(note.get("arrowcolor") or own or "#444444")
            canvas.add(Line2D([x, to_x], [y, to_y], color=arrow, linewidth=0.8))
        wide = measured(text, size, bold=bold)[0]
        left = {"left": to_x, "right": to_x - wide}.get(across, to_x - 0.5 * wide)
        kept = max(MARGIN, min(left, canvas.width - MARGIN - wide))
        canvas.text(
            to_x + kept - left, to_y, text, size=size, colour=tone, across=across, up=up, bold=bold,
            angle=-float(note.get("textangle") or 0.0),
        )  # fmt: skip
