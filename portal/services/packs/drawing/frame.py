"""The frame of a picture: margins that fit its words, axes with ticks and titles, and the scale of its colours."""

from dataclasses import dataclass, field
from math import cos, radians, sin
from typing import TYPE_CHECKING

from portal.services.packs.drawing.axis import Axis
from portal.services.packs.drawing.bar_texts import beyond
from portal.services.packs.drawing.bars import Bars
from portal.services.packs.drawing.canvas import Canvas, measured
from portal.services.packs.drawing.colour_scale import draw_scale, scale_width
from portal.services.packs.drawing.colours import colour
from portal.services.packs.drawing.figures import Picture
from portal.services.packs.drawing.grids import Grid
from portal.services.packs.drawing.legend import Legend, legend, samples
from portal.services.packs.drawing.overlays import Box, note_reaches, room_above
from portal.services.packs.drawing.words import Words, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EDGE = 3.0  # points that stay free along the edges of the sheet
AWAY = 3.5  # points from an axis to its words
USUAL_DEPTH = 24.0  # points that words below the picture may take of the height that a figure asks for


@dataclass
class Frame:
    """A picture laid out on a sheet: its box in points, and the words of its axes by their names."""

    picture: Picture
    canvas: Canvas
    box: Box
    words: dict[str, Words]
    legend: Legend
    scales: list[Grid] = field(default_factory=list)
    drawn: dict[str, "Axes"] = field(default_factory=dict)

    @property
    def lacks(self) -> float:
        """Return the height that long words below the picture take away from it, in points."""
        deep = [one.depth for name, one in self.words.items() if self.picture.axes[name].is_across]
        return max(0.0, max(deep, default=0.0) - USUAL_DEPTH)

    def span(self, axis: Axis) -> tuple[float, float]:
        """Return where an axis begins and ends on the sheet."""
        low, high = (self.box[0], self.box[2]) if axis.is_across else (self.box[1], self.box[3])
        begin, end = axis.domain
        return low + begin * (high - low), low + end * (high - low)


def arranged(picture: Picture, canvas: Canvas) -> Frame:
    """Return the picture with margins that its words fit into; ranges and ticks follow from the room they leave."""
    notes = picture.layout.get("annotations") or []
    scales = [mark for mark in picture.marks if isinstance(mark, Grid) and mark.has_scale]
    above = room_above(notes, canvas.size)
    frame = Frame(picture, canvas, (40.0, 30.0, canvas.width - 8.0, canvas.height - 20.0), {},
                  Legend([], canvas.size, 0.0), scales)  # fmt: skip
    for _ in range(3):
        lengths = {
            name: max(frame.span(axis)[1] - frame.span(axis)[0], 1.0) for name, axis in picture.axes.items()
        }
        picture.settle(lengths, note_reaches(notes, picture.axes, canvas.size))
        frame.words = {
            name: written(axis, lengths[name], canvas)
            for name, axis in picture.axes.items()
            if axis.spec.get("visible") is not False
        }
        entries = samples(picture.marks, picture.layout)
        left, right, bottom = _margins(frame)
        frame.legend = legend(entries, picture.layout, left, canvas.width)
        top = max(frame.legend.height + (4.0 if entries else 0.0) + above, 0.6 * canvas.size) + EDGE
        frame.box = (
            left,
            bottom,
            max(canvas.width - right, left + 20.0),
            max(canvas.height - top, bottom + 20.0),
        )
    return frame


def _margins(frame: Frame) -> tuple[float, float, float]:
    """Return the margins left, right and below."""
    left = right = bottom = 0.0
    overhang = [0.0, 0.0]
    for name, words in frame.words.items():
        axis = frame.picture.axes[name]
        taken = words.depth + AWAY + words.title_depth
        if axis.is_across:
            lies = (
                0.0
                if axis.spec.get("side") == "top"
                else frame.span(_anchor(frame.picture, axis))[0] - frame.box[1]
            )
            bottom = max(bottom, taken - lies)
            overhang = [max(a, b) for a, b in zip(overhang, _overhang(frame, axis, words), strict=True)]
        elif axis.spec.get("side") == "right":
            right = max(right, taken)
        else:
            left = max(left, taken)
    for scale in frame.scales:
        right += scale_width(scale, frame.box, frame.canvas.size)
    for mark in frame.picture.marks:
        if isinstance(mark, Bars) and mark.is_lying:
            begin, end = frame.span(mark.along)
            overhang = [max(a, b) for a, b in zip(overhang, beyond(mark, begin, end), strict=True)]
    return max(left, overhang[0]) + EDGE, max(right, overhang[1]) + EDGE + 2.0, bottom + EDGE


def _overhang(frame: Frame, axis: Axis, words: Words) -> list[float]:
    """Return how far the words below an axis reach beyond both its ends."""
    begin, end = frame.span(axis)
    out = [0.0, 0.0]
    for tick in words.ticks:
        wide, tall = measured(tick.text, words.size)
        at = begin + _share(axis, tick.at) * (end - begin)
        turn = radians(abs(words.angle))
        reach = wide * cos(turn) + tall * sin(turn)
        before, after = (0.5 * wide, 0.5 * wide)
        if words.angle:
            before, after = (reach, 0.5 * tall) if words.angle > 0 else (0.5 * tall, reach)
            if abs(words.angle) == 90.0:
                before = after = 0.5 * tall
        out = [max(out[0], before - (at - frame.box[0])), max(out[1], after - (frame.box[2] - at))]
    return out


def _share(axis: Axis, at: float) -> float:
    share = (at - axis.low) / ((axis.high - axis.low) or 1.0)
    return 1.0 - share if axis.is_reversed else share


def _anchor(picture: Picture, axis: Axis) -> Axis:
    """Return the axis that another stands on."""
    default = "y" if axis.is_across else "x"
    name = str(axis.spec.get("anchor") or default)
    fallback = next(one for one in picture.axes.values() if one.is_across != axis.is_across)
    return picture.axes.get(name, picture.axes.get(default, fallback))


def draw_axes(frame: Frame) -> None:
    """Draw grids, lines of axes, words of ticks and titles, and the scales of colours."""
    for name, words in frame.words.items():
        _draw_axis(frame, frame.picture.axes[name], words)
    for number in range(len(frame.scales)):
        draw_scale(frame.canvas, frame.box, frame.scales, number)


def draw_grid(frame: Frame, plane: tuple[str, str], axes: "Axes", *, is_lowest: bool) -> None:
    """Draw the grid and zero lines of a pair of axes below its traces."""
    from matplotlib.collections import LineCollection

    for name in plane:
        axis, words = frame.picture.axes[name], frame.words.get(name)
        if words is None:
            continue
        other = frame.picture.axes[plane[1 - plane.index(name)]]
        ends = (other.low, other.high)
        places = [tick.at for tick in words.ticks]
        grid = axis.spec.get("showgrid", axis.kind != "category") and (
            is_lowest or not axis.spec.get("overlaying")
        )
        zero = axis.spec.get("zeroline", True) and axis.kind == "linear"
        for shown, at, tone, width, order in (
            (grid, places, axis.spec.get("gridcolor") or "#eeeeee", 0.6, 0.1),
            (zero, [0.0], axis.spec.get("zerolinecolor") or "#7b8794", 0.7, 0.2),
        ):
            low, high = sorted((axis.low, axis.high))
            inside = [one for one in at if low <= one <= high]
            if not shown or not inside:
                continue
            lines = [[(one, ends[0]), (one, ends[1])] for one in inside]
            if not axis.is_across:
                lines = [[(b, a) for a, b in line] for line in lines]
            drawn = LineCollection(lines, colors=[colour(tone)], linewidths=width, zorder=order)
            axes.add_collection(drawn, autolim=False)


def _draw_axis(frame: Frame, axis: Axis, words: Words) -> None:
    begin, end = frame.span(axis)
    stand = frame.span(_anchor(frame.picture, axis))
    far = axis.spec.get("side") in ("top", "right")
    at = stand[1] if far else stand[0]
    _draw_line(frame, axis, begin, end, at)
    away = AWAY if far else -AWAY
    for tick in words.ticks:
        place = begin + _share(axis, tick.at) * (end - begin)
        if axis.is_across and words.angle:
            shift = 0.3 * words.size if words.angle < 90.0 else 0.0
            drop = AWAY + (0.35 * words.size if words.angle < 90.0 else 0.0)
            frame.canvas.text(
                place + shift, at - drop, tick.text, size=words.size, across="right", angle=words.angle
            )
        elif axis.is_across:
            frame.canvas.text(place, at + away, tick.text, size=words.size, up="bottom" if far else "top")
        else:
            frame.canvas.text(at + away, place, tick.text, size=words.size, across="left" if far else "right")
    if not words.title:
        return
    middle, size = 0.5 * (begin + end), words.title_size
    if axis.is_across:
        low = at + (words.depth + AWAY + 2.0) * (1 if far else -1)
        frame.canvas.text(middle, low, words.title, size=size, up="bottom" if far else "top")
        return
    half = 0.5 * measured(words.title, size)[1]
    side = at + AWAY + words.depth + 2.0 + half if far else _title_side(frame, half)
    tall = measured(words.title, size)[0]
    middle = min(max(middle, EDGE + 0.5 * tall), frame.canvas.height - EDGE - 0.5 * tall)
    frame.canvas.text(side, middle, words.title, size=size, angle=90.0)


def _title_side(frame: Frame, half: float) -> float:
    """Return where titles of left axes stand, all on one line."""
    depth = max(
        words.depth
        for name, words in frame.words.items()
        if not frame.picture.axes[name].is_across and frame.picture.axes[name].spec.get("side") != "right"
    )
    return max(EDGE + half, frame.box[0] - AWAY - depth - 2.0 - half)


def _draw_line(frame: Frame, axis: Axis, begin: float, end: float, at: float) -> None:
    from matplotlib.lines import Line2D

    spec = axis.spec
    if not spec.get("showline", bool(spec.get("linecolor") or spec.get("linewidth"))):
        return
    tone = colour(spec.get("linecolor") or "#444444")
    x, y = ([begin, end], [at, at]) if axis.is_across else ([at, at], [begin, end])
    frame.canvas.add(
        Line2D(x, y, color=tone, linewidth=float(spec.get("linewidth") or 1.0) * 0.7), order=20.0
    )
