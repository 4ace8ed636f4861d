"""The scale of the colours of a heat map, to the right of the picture."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from portal.services.packs.drawing.canvas import LINE, PER_PIXEL, Canvas
from portal.services.packs.drawing.colours import scaled
from portal.services.packs.drawing.grids import Grid
from portal.services.packs.drawing.overlays import Box
from portal.services.packs.drawing.ticks import Tick, scale_ticks
from portal.services.packs.drawing.words import widest

SCALE_GAP = 8.0  # points between the picture and the scale of its colours


def _parts(scale: Grid, box: Box) -> tuple[Mapping[str, Any], float, list[Tick], str]:
    """Return the attributes of a scale of colours, its thickness, its ticks and its title."""
    spec = scale.source.spec.get("colorbar") or {}
    tall = (box[3] - box[1]) * float(spec.get("len", 1.0))
    title = spec.get("title") or ""
    text = str(title.get("text") or "") if isinstance(title, Mapping) else str(title)
    thick = float(spec.get("thickness", 30.0)) * PER_PIXEL
    return spec, thick, scale_ticks(spec, scale.low, scale.high, tall), text


def scale_width(scale: Grid, box: Box, size: float) -> float:
    """Return the room that a scale takes to the right of the picture."""
    _, thick, found, title = _parts(scale, box)
    words = widest([tick.text for tick in found], size)
    return SCALE_GAP + thick + 2.5 + words + (LINE * size + 1.0 if title else 0.0)


def draw_scale(canvas: Canvas, box: Box, scales: Sequence[Grid], number: int) -> None:
    """Draw the scale of colours of a heat map to the right of the picture."""
    from matplotlib.collections import PolyCollection

    scale, size = scales[number], canvas.size
    spec, thick, found, title = _parts(scale, box)
    begin = sum(scale_width(one, box, size) for one in scales[:number])
    left = box[2] + begin + SCALE_GAP
    middle, tall = 0.5 * (box[1] + box[3]), box[3] - box[1]
    low, high = (middle + side * 0.5 * tall * float(spec.get("len", 1.0)) for side in (-1, 1))
    edges = np.linspace(low, high, 65)
    values = np.linspace(scale.low, scale.high, 129)[1::2]
    tones = scaled(values, scale.source.spec.get("colorscale"), scale.low, scale.high)
    steps = [[(left, a), (left + thick, a), (left + thick, b), (left, b)] for a, b in pairwise(edges)]
    canvas.add(PolyCollection(steps, facecolors=tones, edgecolors=tones, linewidths=0.3))
    for tick in found:
        at = low + (tick.at - scale.low) / ((scale.high - scale.low) or 1.0) * (high - low)
        canvas.text(left + thick + 2.5, at, tick.text, size=size, across="left")
    if title:
        words = widest([tick.text for tick in found], size)
        canvas.text(left + thick + 3.5 + words + 0.5 * LINE * size, middle, title, size=size, angle=90.0)
