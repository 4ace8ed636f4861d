"""Charts of files: a figure of Plotly's schema drawn as a vector picture, without a browser.

What is drawn, as the browser would:

- Traces: ``scatter`` (lines, marks, text; shapes linear, hv, vh, hvh; areas to zero, to the trace below, to itself;
  gaps and ``connectgaps``; colour, size, symbol and opacity of each mark), ``bar`` (beside, stacked, relative, over
  each other; upright or lying; base, width, offset, hatches, words inside or outside), ``waterfall``, ``histogram``,
  ``heatmap`` and ``contour`` (numbers in cells, scale of colours), ``candlestick``, ``box``, ``violin``;
  whiskers on points and bars.
- Axes: numbers, logarithms, dates and categories; several, each with its domain, over each other, right or on top;
  ranges, ``rangemode``, reversed; ``tickvals`` and ``ticktext``, ``dtick``, ``nticks``, formats of d3; grid, zero line;
  categories in the order of the figure, of ``categoryarray`` or of the alphabet.
- Legend above the picture, shapes (lines, rectangles, ellipses), annotations, arrays in base 64 or of numpy.

What differs on purpose: margins fit the words and not the screen; words become smaller, fold or turn before they would
run into each other, and of categories that are steps in time only those are named that have room; hovering, buttons and
sliders are left out. What would be drawn wrongly raises a :class:`~portal.core.errors.DomainError`: the file shows the
chart's table then.

Text stays text in the typefaces of packs (:mod:`portal.services.packs.typeface`): typst finds them in the folders that
the writer of PDF gives it, and it can be selected and searched there. Same figure, same size: same bytes, in every
thread and whatever fonts the machine has. The drawing library is loaded with the first picture, not with the portal.
"""

import io
from collections.abc import Mapping
from threading import Lock
from typing import Any

from portal.core.errors import DomainError
from portal.services.packs.drawing.axis import Axis
from portal.services.packs.drawing.canvas import PER_PIXEL, TEXT_PER_PIXEL, Canvas
from portal.services.packs.drawing.colours import colour
from portal.services.packs.drawing.figures import KINDS, Picture, understood
from portal.services.packs.drawing.frame import Frame, arranged, draw_axes, draw_grid
from portal.services.packs.drawing.legend import legend, samples
from portal.services.packs.drawing.marks import Plane
from portal.services.packs.drawing.overlays import Places, draw_notes, draw_shapes, room_above

__all__ = ["KINDS", "svg"]

TALLEST = 660.0  # points: a page of A4 with its head and foot
_SHAPE = 0.74  # of the width: the most that a chart without rows is high on narrow paper
_TALL = 1.0  # the same where pictures stand above each other
_SETTINGS: Any = {
    "svg.fonttype": "none", "svg.hashsalt": "enerscope", "text.parse_math": False, "lines.scale_dashes": False,
    "path.simplify": False, "hatch.linewidth": 0.6, "axes.unicode_minus": True,
}  # fmt: skip
_LOCK = Lock()  # the settings of the drawing library are those of the whole process


def svg(figure: Mapping[str, Any], *, width: float, height: float | None = None) -> bytes:
    """Return a figure as SVG of ``width`` points; without ``height``, of that which the figure asks for.

    Raises
    ------
    DomainError
        The figure holds a trace, or a feature of one, that files do not draw, or is not a figure of the schema.
    """
    try:
        return _drawn(figure, width, height)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # one figure that nobody foresaw must not cost a whole pack: the file shows the table and says so
        raise DomainError(
            f"The chart cannot be drawn in a file ({error}): read its table instead."
        ) from error


def _drawn(figure: Mapping[str, Any], width: float, height: float | None) -> bytes:
    import matplotlib as mpl

    with _LOCK, mpl.rc_context(_SETTINGS):
        picture = understood(figure)
        canvas = Canvas(width, height or _height(picture, width), *_font(picture.layout))
        frame = arranged(picture, canvas)
        if height is None and frame.lacks > 0.0:
            canvas = Canvas(width, min(canvas.height + frame.lacks, TALLEST), canvas.colour, canvas.size)
            frame = arranged(picture, canvas)
        _draw(frame)
        return _written(canvas)


def _font(layout: Mapping[str, Any]) -> tuple[tuple[float, float, float, float], float]:
    font = layout.get("font") or {}
    return colour(font.get("color") or "#444444"), float(font.get("size") or 12) * TEXT_PER_PIXEL


def _height(picture: Picture, width: float) -> float:
    """Return the height that suits the width: rows keep theirs, lines become lower on narrow paper."""
    layout = picture.layout
    asked = float(layout.get("height") or 450) * PER_PIXEL
    font = _font(layout)[1]
    rows = any(axis.kind == "category" and not axis.is_across for axis in picture.axes.values())
    stacked = sum(
        axis.spec.get("domain") is not None for name, axis in picture.axes.items() if name[0] == "y"
    )
    if not rows:
        asked = min(asked, max((_SHAPE if stacked < 2 else _TALL) * width, 150.0))
    entries = legend(samples(picture.marks, layout), layout, 40.0, width)
    more = max(0, len(entries.rows) - 1) * entries.size * 1.45 + 0.5 * room_above(
        layout.get("annotations") or [], font
    )
    return min(asked + more, TALLEST)


def _draw(frame: Frame) -> None:
    picture, canvas, box = frame.picture, frame.canvas, frame.box
    planes = sorted(picture.planes.items(), key=lambda item: bool(_over(picture.axes[item[0][1]])))
    for order, ((x, y), marks) in enumerate(planes):
        axes = _axes(frame, picture.axes[x], picture.axes[y], order)
        frame.drawn.setdefault(x, axes)
        frame.drawn.setdefault(y, axes)
        draw_grid(frame, (x, y), axes, is_lowest=order == 0)
        plane = Plane(canvas, axes, picture.axes[x], picture.axes[y])
        for mark in marks:
            mark.draw(plane)
    places = Places(picture.axes, frame.drawn, box)
    draw_shapes(canvas, picture.layout.get("shapes") or [], places, box)
    draw_axes(frame)
    draw_notes(canvas, picture.layout.get("annotations") or [], places)
    frame.legend.draw(canvas, canvas.height - 2.0)


def _over(axis: Axis) -> Any:
    return axis.spec.get("overlaying")


def _axes(frame: Frame, x: Axis, y: Axis, order: int) -> Any:
    """Return the part of the sheet for a pair of axes, with nothing on it."""
    canvas = frame.canvas
    (left, right), (low, high) = frame.span(x), frame.span(y)
    axes = canvas.figure.add_axes(
        (
            left / canvas.width,
            low / canvas.height,
            (right - left) / canvas.width,
            (high - low) / canvas.height,
        ),
        zorder=2.0 + order,
    )
    axes.set_axis_off()
    axes.set_autoscale_on(False)
    axes.set_xlim(*((x.high, x.low) if x.is_reversed else (x.low, x.high)))
    axes.set_ylim(*((y.high, y.low) if y.is_reversed else (y.low, y.high)))
    return axes


def _written(canvas: Canvas) -> bytes:
    out = io.BytesIO()
    nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
    canvas.figure.patch.set_visible(False)
    canvas.figure.savefig(out, format="svg", metadata=nothing)
    return out.getvalue()
