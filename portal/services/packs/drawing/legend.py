"""The legend: a line of entries above the picture, wrapped where the paper ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.services.packs.drawing.canvas import TEXT_PER_PIXEL, Canvas, measured
from portal.services.packs.drawing.marks import Mark, Sample

LENGTH, SPACE, BETWEEN = 15.0, 3.5, 11.0  # points: of a sample, after it, between entries
ROW = 1.45  # height of a row in the size of its text


@dataclass(frozen=True, slots=True)
class Legend:
    """Entries in rows; ``size`` is that of their text, ``left`` where they begin."""

    rows: Sequence[Sequence[Sample]]
    size: float
    left: float

    @property
    def height(self) -> float:
        """Return the height of all rows in points."""
        return len(self.rows) * ROW * self.size

    def draw(self, canvas: Canvas, top: float) -> None:
        """Draw the rows, the first at ``top`` points above the lower edge."""
        for number, row in enumerate(self.rows):
            x, y = self.left, top - (number + 0.5) * ROW * self.size
            for sample in row:
                _draw(canvas, sample, x, y, self.size)
                canvas.text(x + LENGTH + SPACE, y, sample.name, size=self.size, across="left")
                x += entry_width(sample, self.size) + BETWEEN


def entry_width(sample: Sample, size: float) -> float:
    """Return the width of an entry in points."""
    return LENGTH + SPACE + measured(sample.name, size)[0]


def samples(marks: Sequence[Mark], layout: Mapping[str, Any]) -> list[Sample]:
    """Return the entries: one for each trace that is to be named, in the order of the figure."""
    shown = layout.get("showlegend")
    if shown is False or (shown is None and len(marks) < 2):
        return []
    chosen = [mark for mark in marks if mark.source.spec.get("showlegend") is not False]
    found = [entry for mark in chosen if (entry := mark.sample()) is not None]
    order = str((layout.get("legend") or {}).get("traceorder") or "")
    if "reversed" in order or (not order and any(_lies_on_top(mark, layout) for mark in marks)):
        found.reverse()
    return found


def _lies_on_top(mark: Mark, layout: Mapping[str, Any]) -> bool:
    """Tell whether a trace is set on the one before it: then the browser names the last one first."""
    source = mark.source
    stacked = source.kind == "bar" and layout.get("barmode") == "stack"
    return stacked or source.spec.get("fill") in ("tonextx", "tonexty")


def legend(entries: Sequence[Sample], layout: Mapping[str, Any], left: float, width: float) -> Legend:
    """Return the rows for a sheet ``width`` points wide, beginning at the picture's ``left`` if one row is enough."""
    spec = layout.get("legend") or {}
    size = float((spec.get("font") or {}).get("size") or 12) * TEXT_PER_PIXEL
    widths = [entry_width(entry, size) for entry in entries]
    if entries and left + sum(widths) + BETWEEN * (len(widths) - 1) <= width - 2.0:
        return Legend([list(entries)], size, left)
    rows: list[list[Sample]] = []
    used = width
    for entry, wide in zip(entries, widths, strict=True):
        if used + BETWEEN + wide > width - 4.0 or not rows:
            rows.append([])
            used = -BETWEEN
        rows[-1].append(entry)
        used += BETWEEN + wide
    return Legend(rows, size, 2.0)


def _draw(canvas: Canvas, sample: Sample, x: float, y: float, size: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    if sample.patch is not None:
        style: dict[str, Any] = {"linewidth": 0.0, **sample.patch}
        thin = sample.line is not None
        wide, tall = (LENGTH, 0.75 * size) if thin else (0.62 * LENGTH, 0.85 * size)
        corner = (x + 0.5 * (LENGTH - wide), y - (tall if thin else 0.5 * tall))
        canvas.add(Rectangle(corner, wide, tall, **style))
    if sample.line is not None:
        canvas.add(Line2D([x, x + LENGTH], [y, y], solid_capstyle="butt", **sample.line), order=41.0)
    if sample.mark is not None:
        canvas.add(Line2D([x + 0.5 * LENGTH], [y], linestyle="none", **sample.mark), order=42.0)
