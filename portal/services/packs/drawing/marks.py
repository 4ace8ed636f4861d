"""What families of traces have in common: where they come from, how they lie over each other, and their legend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from portal.core.errors import DomainError
from portal.services.packs.drawing.axis import Axis, Reach
from portal.services.packs.drawing.canvas import Canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LAYERS = (
    "heatmap",
    "contour",
    "waterfall",
    "bar",
    "histogram",
    "violin",
    "box",
    "candlestick",
    "ohlc",
    "scatter",
)
"""Kinds of trace from the lowest layer to the highest, whatever their order in the figure, as in the browser."""


@dataclass(frozen=True, slots=True)
class Source:
    """A trace of the figure with its axes; ``colour`` is what it takes when it names none."""

    number: int
    kind: str
    spec: Mapping[str, Any]
    x: Axis
    y: Axis
    colour: str
    layout: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Return its name in the legend."""
        return plain(self.spec.get("name") or f"trace {self.number}")[0]

    @property
    def opacity(self) -> float:
        """Return the opacity of all of it."""
        value = self.spec.get("opacity")
        return 1.0 if value is None else float(value)

    @property
    def order(self) -> float:
        """Return its place in the pile."""
        return 1.0 + LAYERS.index(self.kind) + 0.001 * self.number

    def refuse(self, *features: str) -> None:
        """Raise for attributes that would be drawn wrongly.

        Raises
        ------
        DomainError
            The trace uses one of ``features``.
        """
        for feature in features:
            if self.spec.get(feature) not in (None, "", False):
                raise DomainError(
                    f"Files do not draw “{feature}” of a trace of kind “{self.kind}”: read its table instead.",
                    trace=self.kind, feature=feature,
                )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """An entry of the legend: a patch, a line, a mark or several of these, in colours of the trace."""

    name: str
    patch: Mapping[str, Any] | None = None
    line: Mapping[str, Any] | None = None
    mark: Mapping[str, Any] | None = None


@dataclass
class Plane:
    """Where the traces of one pair of axes are drawn; positions of axes go in, the drawing library clips them."""

    canvas: Canvas
    axes: "Axes"
    x: Axis
    y: Axis
    _names: dict[str, int] = field(default_factory=dict)

    def points(self, axis: Axis) -> float:
        """Return the points on paper of one unit of an axis."""
        box = self.axes.bbox
        length = float(box.width if axis.is_across else box.height)
        return length / (abs(axis.high - axis.low) or 1.0)

    def put(self, artist: Any, source: Source, part: str, *, lift: float = 0.0) -> Any:
        """Name an artist after its trace and its part of it, and lay it where its trace belongs."""
        name = f"trace-{source.number}-{part}"
        count = self._names[name] = self._names.get(name, 0) + 1
        artist.set_zorder(source.order + lift)
        artist.set_gid(name if count == 1 else f"{name}-{count}")
        return artist


class Mark(Protocol):
    """A trace, ready to be drawn once all axes are settled."""

    source: Source

    def reaches(self) -> list[Reach]:
        """Return what it needs of its axes."""
        ...

    def draw(self, plane: Plane) -> None:
        """Draw it."""
        ...

    def sample(self) -> Sample | None:
        """Return its entry in the legend, None for none."""
        ...


def plain(text: Any) -> tuple[str, bool]:
    """Return text without its marks of HTML, lines parted by newlines, and whether all of it is bold."""
    import html
    import re

    raw = re.sub(r"<br\s*/?>", "\n", str(text))
    bold = re.fullmatch(r"\s*<b>.*</b>\s*", raw, re.DOTALL) is not None
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", raw)), bold
