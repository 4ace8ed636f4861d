"""The words at bars: inside them or beyond their ends, smaller or turned where there is little room."""

from typing import TYPE_CHECKING

import numpy as np

from portal.services.packs.drawing.axis import Reach
from portal.services.packs.drawing.canvas import LINE, TEXT_PER_PIXEL, measured
from portal.services.packs.drawing.colours import contrast
from portal.services.packs.drawing.marks import Plane

if TYPE_CHECKING:
    from portal.services.packs.drawing.bars import Bars

LEAST = 5.6  # points: what is smaller cannot be read on paper
AWAY = 2.0  # points between a bar and its words


def _size(bars: "Bars") -> float:
    return float((bars.source.spec.get("textfont") or {}).get("size") or 12) * TEXT_PER_PIXEL


def room_for_texts(bars: "Bars") -> list[Reach]:
    """Return the room that words beyond the ends of bars need of the axis of their values."""
    if str(bars.source.spec.get("textposition") or "auto") != "outside":
        return []
    out = []
    for begin, end, text in zip(bars.begin, bars.end, bars.texts, strict=True):
        if text and np.isfinite([begin, end]).all():
            wide, tall = measured(text, _size(bars))
            room = (wide if bars.is_lying else tall) + 2 * AWAY
            up = end >= begin
            out.append(Reach(bars.along, end, end, before=0.0 if up else room, after=room if up else 0.0))
    return out


def beyond(bars: "Bars", low: float, high: float) -> tuple[float, float]:
    """Return how far words at bars reach beyond both ends of the axis, which goes from ``low`` to ``high`` on paper."""
    axis = bars.along
    before = after = 0.0
    if str(bars.source.spec.get("textposition") or "auto") == "outside" and axis.high != axis.low:
        for begin, end, text in zip(bars.begin, bars.end, bars.texts, strict=True):
            if text and np.isfinite([begin, end]).all():
                wide, tall = measured(text, _size(bars))
                room = (wide if bars.is_lying else tall) + 2 * AWAY
                at = low + (end - axis.low) / (axis.high - axis.low) * (high - low)
                before = max(before, low - (at - room)) if end < begin else before
                after = max(after, at + room - high) if end >= begin else after
    return before, after


def write_texts(bars: "Bars", plane: Plane) -> None:
    """Write the words of all bars, in one size, so that they stay alike."""
    position = str(bars.source.spec.get("textposition") or "auto")
    if position == "none" or not any(bars.texts):
        return
    pitch = plane.points(bars.across) * _pitch(bars)
    size = _size(bars)
    widest = max(measured(text, size)[0] for text in bars.texts)
    turned = False
    if bars.is_lying:
        size = min(size, max(LEAST, size * pitch / (LINE * size)))
    elif widest > pitch:
        size = max(LEAST, size * pitch / widest)
        turned = max(measured(text, size)[0] for text in bars.texts) > pitch * 1.02
    for number, text in enumerate(bars.texts):
        if text and np.isfinite([bars.at[number], bars.begin[number], bars.end[number]]).all():
            _write(bars, plane, number, size, position, turned=turned)


def _pitch(bars: "Bars") -> float:
    places = np.unique(bars.at[np.isfinite(bars.at)])
    return float(np.diff(places).min()) if len(places) > 1 else max(float(bars.wide.max(initial=0.0)), 1.0)


def _write(bars: "Bars", plane: Plane, number: int, size: float, position: str, *, turned: bool) -> None:
    text, at, begin, end = bars.texts[number], bars.at[number], bars.begin[number], bars.end[number]
    wide, tall = measured(text, size)
    if turned:
        wide, tall = tall, wide
    length = abs(end - begin) * plane.points(bars.along)
    inside = position == "inside" or (
        position == "auto" and length > (wide if bars.is_lying else tall) + 2 * AWAY
    )
    up = end >= begin
    spot = (end, at) if bars.is_lying else (at, end)
    x, y = (float(one) for one in plane.axes.transData.transform(spot))
    away = -AWAY if inside else AWAY
    step = away if up else -away
    grows_up = up != inside  # whether the words lie above the end of the bar, or to its right
    angle = 90.0 if turned else 0.0
    tone = contrast(bars.tones[number]) if inside and not bars.hatch else None
    if bars.is_lying:
        x, across = x + step, "left" if grows_up else "right"
        plane.canvas.text(x, y, text, size=size, colour=tone, across="left" if across == "left" else "right")
    elif turned:
        plane.canvas.text(
            x, y + step, text, size=size, colour=tone, angle=angle, across="left" if grows_up else "right"
        )
    else:
        plane.canvas.text(x, y + step, text, size=size, colour=tone, up="bottom" if grows_up else "top")
