"""The sheet that a chart is drawn on, in points from its lower left corner, and the measures of its text."""

from dataclasses import dataclass, field
from functools import lru_cache
from math import cos, radians, sin
from typing import TYPE_CHECKING, Any, Literal

from portal.services.packs.drawing.colours import Colour
from portal.services.packs.typeface import FALLBACK, TEXT, printable, width

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

PER_PIXEL = 0.62
"""Points on paper for one pixel of a screen, so that marks, gaps and rows keep their proportion."""
TEXT_PER_PIXEL = 0.67
"""The same for text: 12 px become 8 pt."""
LINE = 1.2  # of a line of text, in its size
_CAPITAL = 0.66  # height of a capital of the typeface, in its size

Across = Literal["left", "center", "right"]
Up = Literal["top", "center", "bottom"]


@lru_cache(maxsize=256)
def font(size: float, *, bold: bool = False) -> "FontProperties":
    """Return the font of a size in points, by its names: what the machine has installed does not count."""
    from matplotlib.font_manager import FontProperties

    return FontProperties(family=[TEXT, FALLBACK], size=size, weight=600 if bold else 400)


@lru_cache(maxsize=8192)
def _width(line: str, bold: bool) -> float:
    """Return the width of a line in its size."""
    return width(printable(line), 1.0, bold=bold)


def measured(text: str, size: float, *, bold: bool = False) -> tuple[float, float]:
    """Return width and height of a text, whose lines are parted by newlines, in points."""
    lines = text.split("\n")
    return max(_width(line, bold) for line in lines) * size, LINE * size * len(lines)


@dataclass
class Canvas:
    """A sheet of ``width`` by ``height`` points; ``colour`` and ``size`` are those of text that asks for none."""

    width: float
    height: float
    colour: Colour
    size: float
    figure: "Figure" = field(init=False)

    def __post_init__(self) -> None:
        """Make the sheet; at 72 dots to the inch a dot is a point."""
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        self.figure = Figure(figsize=(self.width / 72.0, self.height / 72.0), dpi=72)
        FigureCanvasSVG(self.figure)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float | None = None,
        colour: Colour | None = None,
        across: Across = "center",
        up: Up = "center",
        angle: float = 0.0,
        bold: bool = False,
    ) -> None:
        """Write ``words`` with an edge or the middle of their block at (x, y), turned by ``angle`` degrees about it."""
        from portal.services.packs.drawing.lettering import Lettering

        size = self.size if size is None else size
        lines = words.split("\n")
        below = LINE * size * (len(lines) - 1)  # from the first line to the last
        first = {
            "top": -0.5 * (LINE + _CAPITAL) * size,
            "center": 0.5 * (below - _CAPITAL * size),
            "bottom": below + 0.5 * (LINE - _CAPITAL) * size,
        }[up]
        turn = radians(angle)
        for number, line in enumerate(lines):
            if not line.strip():
                continue
            lift = first - number * LINE * size
            letters = Lettering(
                (x - sin(turn) * lift, y + cos(turn) * lift), printable(line), font=font(size, bold=bold),
                tone=self.colour if colour is None else colour, across=across, angle=angle,
            )  # fmt: skip
            letters.set_zorder(50)
            self.figure.add_artist(letters, clip=False)

    def add(self, artist: Any, *, order: float = 40.0) -> None:
        """Lay an artist of the drawing library, given in points, over the sheet."""
        from matplotlib.transforms import IdentityTransform

        artist.set_transform(IdentityTransform())
        artist.set_zorder(order)
        self.figure.add_artist(artist, clip=False)


def wrapped(text: str, room: float, size: float, *, most: int = 2) -> str:
    """Return ``text`` with its words on up to ``most`` lines of at most ``room`` points, or as it is."""
    if measured(text, size)[0] <= room or " " not in text:
        return text
    words = text.split(" ")
    best = text
    for count in range(2, most + 1):
        best = _balanced(words, count, size)
        if measured(best, size)[0] <= room:
            return best
    return best


def _balanced(words: list[str], count: int, size: float) -> str:
    """Return the words on ``count`` lines, the longest of which is as short as can be."""
    if count <= 1 or len(words) <= 1:
        return " ".join(words)
    ways = [
        f"{' '.join(words[:cut])}\n{_balanced(words[cut:], count - 1, size)}" for cut in range(1, len(words))
    ]
    return min(ways, key=lambda way: measured(way, size)[0])
