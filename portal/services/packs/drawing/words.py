"""How the words of an axis are written in the room there is: straight, folded, smaller, turned or fewer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import cos, radians, sin

import numpy as np

from portal.services.packs.drawing.axis import Axis
from portal.services.packs.drawing.canvas import LINE, TEXT_PER_PIXEL, Canvas, measured, wrapped
from portal.services.packs.drawing.ticks import GAP, Tick, ticks

FEW = 6  # categories that are all written, whatever they are
LEAST = 5.4  # points: the smallest words of an axis
MOST_LEFT = 0.42  # of the sheet, for words beside the picture


@dataclass
class Words:
    """The ticks of an axis as they are written: their size and angle, and what they take up beside the picture."""

    ticks: Sequence[Tick]
    size: float
    angle: float = 0.0
    depth: float = 0.0
    title: str = ""
    title_size: float = 0.0

    @property
    def title_depth(self) -> float:
        """Return what the title takes up beyond the words of the ticks."""
        return measured(self.title, self.title_size)[1] + 2.0 if self.title else 0.0


def written(axis: Axis, length: float, canvas: Canvas) -> Words:
    """Return the words of an axis: straight if they fit, on two lines, smaller, turned or fewer."""
    asked = (axis.spec.get("tickfont") or {}).get("size")
    size = float(asked) * TEXT_PER_PIXEL if asked else canvas.size
    words = Words(ticks(axis, length, size), size)
    if axis.spec.get("showticklabels") is False:
        words = replace(words, ticks=[Tick(tick.at, "") for tick in words.ticks])
    words = _below(axis, words, length) if axis.is_across else _beside(axis, words, length, canvas)
    title_size = canvas.size
    title = wrapped(axis.title, length, title_size, most=3)
    while title and measured(title, title_size)[0] > max(length, 30.0) and title_size > LEAST:
        title_size -= 0.3
    return replace(words, title=title, title_size=title_size)


def _pitch(axis: Axis, words: Words, length: float) -> float:
    places = sorted(tick.at for tick in words.ticks)
    steps = [b - a for a, b in pairwise(places)]
    return (min(steps) if steps else abs(axis.high - axis.low)) / (abs(axis.high - axis.low) or 1.0) * length


def _below(axis: Axis, words: Words, length: float) -> Words:
    pitch = _pitch(axis, words, length)
    room = pitch - 4.0
    texts = [tick.text for tick in words.ticks]
    if not texts:
        return words
    if _is_ordered(axis, texts) and widest(texts, words.size) > room:
        every = int(np.ceil((widest(texts, words.size) + GAP) / max(pitch, 0.1)))
        words = replace(words, ticks=list(words.ticks)[::every])
        return replace(words, depth=_tallest(texts, words.size))
    if axis.kind == "category" and widest(texts, words.size) > room:
        folded = [wrapped(text, room, words.size, most=3) for text in texts]
        if widest(folded, words.size) <= room and max(text.count("\n") for text in folded) < 3:
            words = replace(
                words, ticks=[Tick(one.at, text) for one, text in zip(words.ticks, folded, strict=True)]
            )
            texts = folded
        elif widest(folded, 0.8 * words.size) <= room + 1.0:
            size = 0.8 * words.size
            ticks_ = [Tick(one.at, text) for one, text in zip(words.ticks, folded, strict=True)]
            return replace(words, ticks=ticks_, size=size, depth=_tallest(folded, size))
    if widest(texts, words.size) <= room or axis.kind != "category":
        return replace(words, depth=_tallest(texts, words.size))
    steep = pitch < 1.6 * words.size
    size = min(words.size, max(LEAST, pitch / 1.02)) if steep else words.size
    if steep and pitch < 1.02 * size:
        every = int(np.ceil(1.02 * size / pitch))
        words = replace(words, ticks=list(words.ticks)[::every])
    if not steep and not axis.spec.get("dtick"):
        every = max(1, int(np.ceil(1.6 * size / pitch)))
        words = replace(words, ticks=list(words.ticks)[::every])
    angle = 90.0 if steep else 40.0
    turn = radians(angle)
    depth = max(measured(one.text, size)[0] * sin(turn) + LINE * size * cos(turn) for one in words.ticks)
    return replace(words, size=size, angle=angle, depth=depth)


def _is_ordered(axis: Axis, texts: Sequence[str]) -> bool:
    """Tell whether categories are times or steps, each of which stands between its neighbours: some suffice."""
    return (
        axis.kind == "category"
        and axis.spec.get("dtick") is None
        and len(texts) > FEW
        and all(any(sign.isdigit() for sign in text) for text in texts)
    )


def _beside(axis: Axis, words: Words, length: float, canvas: Canvas) -> Words:
    texts = [tick.text for tick in words.ticks]
    if not texts:
        return words
    room = MOST_LEFT * canvas.width
    size = words.size
    if axis.kind == "category":
        pitch = _pitch(axis, words, length)
        size = min(size, max(LEAST, pitch / 1.05))
        if widest(texts, size) > room:
            lines = max(1, min(3, int(pitch / (LINE * size))))
            texts = [wrapped(text, room, size, most=lines) for text in texts]
            while widest(texts, size) > room and size > LEAST:
                size -= 0.25
            texts = [_cut(text, room, size) for text in texts]
    ticks_ = [Tick(one.at, text) for one, text in zip(words.ticks, texts, strict=True)]
    return replace(words, ticks=ticks_, size=size, depth=widest(texts, size))


def _cut(text: str, room: float, size: float) -> str:
    """Return the text without what no size would make fit."""
    while len(text) > 4 and measured(text, size)[0] > 1.15 * room:
        text = f"{text[:-2].rstrip()}…"
    return text


def widest(texts: Sequence[str], size: float) -> float:
    """Return the width of the widest text in points."""
    return max((measured(text, size)[0] for text in texts), default=0.0)


def _tallest(texts: Sequence[str], size: float) -> float:
    return max((measured(text, size)[1] for text in texts), default=0.0)
