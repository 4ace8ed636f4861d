"""Bars: beside, over and on top of each other, upright or lying, of counts, and the bridges of waterfalls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from portal.core.errors import DomainError
from portal.services.packs.drawing import d3
from portal.services.packs.drawing.axis import Axis, Reach, reach
from portal.services.packs.drawing.bar_texts import room_for_texts, write_texts
from portal.services.packs.drawing.canvas import PER_PIXEL
from portal.services.packs.drawing.colours import Colour, colour
from portal.services.packs.drawing.errors import Errors, errors
from portal.services.packs.drawing.marks import Plane, Sample, Source, plain
from portal.services.packs.drawing.values import Numbers, listed, numbers, said, spread

_DAY = 86_400_000.0
_MODES = ("group", "stack", "relative", "overlay")
_HATCHES = {
    "/": "/////",
    "\\": "\\\\\\\\\\",
    "x": "xxxxx",
    "-": "-----",
    "|": "|||||",
    "+": "+++++",
    ".": ".....",
}
_RISE, _FALL, _TOTAL = "#3D9970", "#FF4136", "#4499FF"


@dataclass
class Bars:
    """A trace of bars: the middle of each at ``at``, from ``begin`` to ``end``, ``wide`` across; shape (n,) each."""

    source: Source
    at: Numbers
    begin: Numbers
    end: Numbers
    wide: Numbers
    slot: float
    tones: list[Colour]
    texts: list[str]
    is_lying: bool
    stands: bool = True  # on zero
    hatch: str = ""
    shift: float = 0.0  # from the middle of its slot
    connector: Mapping[str, Any] | None = None
    whiskers: list[Errors] = field(default_factory=list)

    @property
    def middle(self) -> Numbers:
        """The middle of the slot of each bar."""
        return self.at - self.shift

    @property
    def along(self) -> Axis:
        """The axis of its values."""
        return self.source.x if self.is_lying else self.source.y

    @property
    def across(self) -> Axis:
        """The axis that its bars stand on."""
        return self.source.y if self.is_lying else self.source.x

    def reaches(self) -> list[Reach]:
        """Return what it needs: whole bars, standing on zero, with room for words beyond them."""
        half = np.maximum(0.5 * self.wide, 0.5 * self.slot)  # of its slot, which bars side by side share
        out = reach(self.across, self.middle - half, self.middle + half)
        out += reach(self.along, self.begin, self.end, padded=True, zero=self.stands)
        for whisker in self.whiskers:
            out += whisker.reaches()
        return out + room_for_texts(self)

    def draw(self, plane: Plane) -> None:
        """Draw its bars, what connects them, their whiskers and their words."""
        if self.hatch:
            self._hatched(plane)
        else:
            self._filled(plane)
        self._connect(plane)
        for whisker in self.whiskers:
            whisker.draw(plane)
        write_texts(self, plane)

    def corners(self) -> list[tuple[int, list[tuple[float, float]]]]:
        """Return the corners of each bar that is to be seen, by its number."""
        out = []
        for n in np.flatnonzero(np.isfinite(self.at + self.begin + self.end)).tolist():
            low, high = self.at[n] - 0.5 * self.wide[n], self.at[n] + 0.5 * self.wide[n]
            begin, end = self.begin[n], self.end[n]
            found = [(low, begin), (high, begin), (high, end), (low, end)]
            out.append((n, [(b, a) for a, b in found] if self.is_lying else found))
        return out

    def _filled(self, plane: Plane) -> None:
        from matplotlib.collections import PolyCollection

        line = (self.source.spec.get("marker") or {}).get("line") or {}
        edge = colour(line["color"]) if isinstance(line.get("color"), str) else "none"
        width = float(line.get("width", 1.0)) * PER_PIXEL if edge != "none" else 0.0
        corners = self.corners()
        drawn = PolyCollection(
            [found for _, found in corners], facecolors=[self.tones[n] for n, _ in corners], edgecolors=edge,
            linewidths=width,
        )  # fmt: skip
        plane.put(plane.axes.add_collection(drawn, autolim=False), self.source, "bars")

    def _hatched(self, plane: Plane) -> None:
        from matplotlib.patches import Polygon

        for n, corners in self.corners():
            patch = Polygon(
                corners, facecolor="none", edgecolor=self.tones[n], linewidth=0.0, hatch=self.hatch
            )
            plane.put(plane.axes.add_patch(patch), self.source, "bars")

    def _connect(self, plane: Plane) -> None:
        """Draw lines from the end of each bar to the next one."""
        from matplotlib.collections import LineCollection

        if self.connector is None or len(self.at) < 2:
            return
        line = self.connector.get("line") or {}
        lines = [
            [
                (self.at[n] + 0.5 * self.wide[n], self.end[n]),
                (self.at[n + 1] - 0.5 * self.wide[n + 1], self.end[n]),
            ]
            for n in range(len(self.at) - 1)
        ]
        if self.is_lying:
            lines = [[(b, a) for a, b in one] for one in lines]
        tone = colour(line.get("color") or "#444444")
        width = float(line.get("width", 1.0)) * PER_PIXEL
        plane.put(
            plane.axes.add_collection(LineCollection(lines, colors=[tone], linewidths=width), autolim=False),
            self.source, "links", lift=-0.0001,
        )  # fmt: skip

    def sample(self) -> Sample | None:
        """Return a patch in the colour of its first bar."""
        tone = self.tones[0] if self.tones else colour(self.source.colour)
        if self.hatch:
            return Sample(
                self.source.name,
                patch={"facecolor": "none", "edgecolor": tone, "hatch": self.hatch, "linewidth": 0.0},
            )
        return Sample(self.source.name, patch={"facecolor": tone})


def prepare(sources: Sequence[Source], mode: str) -> list[Bars]:
    """Return the bars of one pair of axes, placed beside or on top of each other.

    Raises
    ------
    DomainError
        A trace uses what files do not draw.
    """
    if mode not in _MODES:
        raise DomainError(f"Files do not draw bars in the mode “{mode}”.", mode=mode)
    layout = sources[0].layout
    if layout.get("barnorm"):
        raise DomainError("Files do not draw bars as shares of their sum.", mode=mode)
    found = [_bars(source) for source in sources]
    plain_bars = [one for one in found if one.source.kind != "waterfall"]
    gap = layout.get("bargap")
    if gap is None:
        gap = 0.0 if any(source.kind == "histogram" for source in sources) else 0.2
    slot = _slot(found)
    beside = mode == "group" and len(plain_bars) > 1
    share = (1.0 - float(gap)) / (len(plain_bars) if beside else 1)
    for number, one in enumerate(found):
        given = one.source.spec.get("width")
        one.wide, one.slot = np.full(len(one.at), slot * share), slot
        if given is not None:
            one.wide = np.array([float(wide) for wide in spread(_array(given), len(one.at), slot * share)])
            if one.across.kind == "date":
                one.wide = one.wide / _DAY
        if beside and one.source.spec.get("offset") is None:
            one.shift = slot * share * (number - 0.5 * (len(plain_bars) - 1))
            one.at = one.at + one.shift
        elif one.source.spec.get("offset") is not None:
            one.at = one.at + float(one.source.spec["offset"]) + 0.5 * one.wide
    if mode in ("stack", "relative"):
        _pile(plain_bars, apart=mode == "relative")
    for one in found:
        x, y = (one.end, one.at) if one.is_lying else (one.at, one.end)
        one.whiskers = errors(one.source, x, y)
    return found


def _array(raw: Any) -> Any:
    return numbers(raw).tolist() if isinstance(raw, Mapping) else raw


def _slot(found: Sequence[Bars]) -> float:
    """Return the room of a position: the least distance of two of them."""
    every = np.unique(np.concatenate([one.at[np.isfinite(one.at)] for one in found]))
    return float(np.diff(every).min()) if len(every) > 1 else 1.0


def _pile(found: Sequence[Bars], *, apart: bool) -> None:
    """Set bars on top of each other; ``apart`` sets negative ones below zero."""
    tops: dict[tuple[float, bool], float] = {}
    for one in found:
        for n, at in enumerate(one.at.tolist()):
            size = float(one.end[n] - one.begin[n])
            if not np.isfinite(size):
                continue
            key = (at, apart and size < 0)
            one.begin[n] = tops.get(key, 0.0)
            tops[key] = one.end[n] = one.begin[n] + size


def _bars(source: Source) -> Bars:
    source.refuse("insidetextanchor")
    if source.kind == "waterfall":
        return _waterfall(source)
    if source.kind == "histogram":
        return _histogram(source)
    spec = source.spec
    is_lying = spec.get("orientation") == "h" or (spec.get("orientation") is None and spec.get("y") is None)
    along, across = (source.x, source.y) if is_lying else (source.y, source.x)
    raw, where = (spec.get("x"), spec.get("y")) if is_lying else (spec.get("y"), spec.get("x"))
    sizes = numbers(raw)
    at = across.place(where if where is not None else list(range(len(sizes))))
    count = min(len(at), len(sizes))
    at, sizes = at[:count], sizes[:count]
    base = spec.get("base")
    begin = np.zeros(count) if base is None else np.broadcast_to(along.place(base), (count,)).copy()
    if along.kind == "date":
        sizes = sizes / _DAY
    elif along.kind == "log":
        raise DomainError("Files do not draw bars on a logarithmic axis.", trace=source.kind)
    marker = spec.get("marker") or {}
    opacity = spread(marker.get("opacity"), count, 1.0)
    tones = [
        colour(tone, opacity=float(see) * source.opacity)
        for tone, see in zip(spread(marker.get("color"), count, source.colour), opacity, strict=True)
    ]
    pattern = str((marker.get("pattern") or {}).get("shape") or "")
    return Bars(
        source, at, begin, begin + sizes, np.ones(count), 1.0, tones, _texts(source, at, where, sizes),
        is_lying, stands=base is None, hatch=_HATCHES.get(pattern, ""),
    )  # fmt: skip


def _texts(source: Source, at: Numbers, where: Any, sizes: Numbers) -> list[str]:
    """Return the words at each bar, which its template or its texts give."""
    count = len(sizes)
    raw = [said(one) for one in spread(source.spec.get("text"), count, "")]
    template = str(source.spec.get("texttemplate") or "")
    if template:
        names = [said(one) for one in listed(where)] if where is not None else [said(one) for one in at]
        raw = [
            d3.filled(
                template,
                {"text": raw[n], "x": names[n], "y": float(sizes[n]), "value": float(sizes[n]), "label": names[n],
                 "delta": float(sizes[n])},
            )
            for n in range(count)
        ]  # fmt: skip
    return [plain(one)[0] for one in raw]


def _waterfall(source: Source) -> Bars:
    """Return the bars of a waterfall: each on top of the last, totals from zero."""
    spec = source.spec
    is_lying = spec.get("orientation") == "h"
    raw, where = (spec.get("x"), spec.get("y")) if is_lying else (spec.get("y"), spec.get("x"))
    across = source.y if is_lying else source.x
    sizes = np.nan_to_num(numbers(raw))
    at = across.place(where if where is not None else list(range(len(sizes))))
    begin, end, tones = np.zeros(len(sizes)), np.zeros(len(sizes)), []
    running = float(spec.get("base") or 0.0)
    defaults = {"increasing": _RISE, "decreasing": _FALL, "totals": _TOTAL}
    for n, measure in enumerate(spread(spec.get("measure"), len(sizes), "relative")):
        if measure in ("total", "absolute"):
            begin[n] = 0.0
            running = running if measure == "total" else float(sizes[n])
            part = "totals"
        else:
            begin[n], running = running, running + float(sizes[n])
            part = "increasing" if sizes[n] >= 0 else "decreasing"
        end[n] = running
        marker = (spec.get(part) or {}).get("marker") or {}
        tones.append(colour(marker.get("color") or defaults[part], opacity=source.opacity))
    connector = spec.get("connector") or {}
    return Bars(
        source, at, begin, end, np.ones(len(sizes)), 1.0, tones, _texts(source, at, where, end - begin), is_lying,
        connector=None if connector.get("visible") is False else connector,
    )  # fmt: skip


def _histogram(source: Source) -> Bars:
    """Return counts, or shares, of values by bin."""
    spec = source.spec
    source.refuse("cumulative", "histfunc")
    is_lying = spec.get("x") is None
    along = source.y if is_lying else source.x
    values = along.place(spec.get("y") if is_lying else spec.get("x"))
    values = values[np.isfinite(values)]
    given = spec.get("ybins" if is_lying else "xbins")
    if given:
        start, end, size = (float(given[key]) for key in ("start", "end", "size"))
        edges = np.arange(start, end + 0.5 * size, size)
    elif along.kind == "category":
        edges = np.arange(len(along.categories) + 1) - 0.5
    else:
        most = int(
            spec.get("nbinsy" if is_lying else "nbinsx") or min(40, max(8, round(2 * len(values) ** 0.5)))
        )
        edges = np.histogram_bin_edges(values, bins=most)
    count, _ = np.histogram(values, bins=edges)
    norm = str(spec.get("histnorm") or "")
    share = {"": 1.0, "percent": 100.0 / max(len(values), 1), "probability": 1.0 / max(len(values), 1)}.get(
        norm
    )
    if share is None:
        raise DomainError(f"Files do not draw histograms as “{norm}”.", trace=source.kind)
    tone = colour((spec.get("marker") or {}).get("color") or source.colour, opacity=source.opacity)
    return Bars(
        source, 0.5 * (edges[:-1] + edges[1:]), np.zeros(len(count)), count * share, np.ones(len(count)), 1.0,
        [tone] * len(count), [""] * len(count), is_lying,
    )  # fmt: skip
