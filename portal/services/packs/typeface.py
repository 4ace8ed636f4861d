"""The typefaces of printed packs: what they can draw, and how wide a text is before it is set.

Source Sans Pro comes with the portal, so that a file looks and breaks the same on every machine; rare letters (Greek
accents, Hebrew, Arabic, symbols) come from DejaVu Sans, which matplotlib ships. What neither can draw is printed as a
box, because an accessible PDF may not hold letters without a shape; the attached data have it as it was.
"""

from functools import cache
from pathlib import Path
from typing import Any

MISSING = "▯"
TEXT, FALLBACK = "Source Sans Pro", "DejaVu Sans"
OWN = Path(__file__).with_name("fonts")
_CONTROLS = dict.fromkeys((*range(32), *range(127, 160), 173, 8203, 65279, 8232, 8233), " ")
_BARE = frozenset(
    "\u200c\u200d\u200e\u200f"
)  # joiners and marks of direction: they have a meaning, not a shape


class Face:
    """Advance widths of a face and its fallback, in thousandths of the type size; a letter is read when it is met."""

    def __init__(self, own: Path, rest: Path) -> None:
        from matplotlib.ft2font import FT2Font

        self._fonts = [(font, font.get_charmap()) for font in (FT2Font(str(own)), FT2Font(str(rest)))]
        self._read: dict[int, float] = {}

    def __contains__(self, code: int) -> bool:
        return any(code in letters for _, letters in self._fonts)

    def width(self, code: int) -> float:
        """Return the advance of a character; that of a usual letter where neither font has it."""
        if code not in self._read:
            self._read[code] = next(
                (_advance(font, letters[code]) for font, letters in self._fonts if code in letters), 600.0
            )
        return self._read[code]


def _advance(font: Any, glyph: int) -> float:
    from matplotlib.ft2font import LoadFlags

    advance = float(font.load_glyph(glyph, flags=LoadFlags.NO_SCALE).horiAdvance)
    return advance * 1000 / float(font.units_per_EM)


def folders() -> list[str]:
    """Return the folders of the typefaces, the portal's own first."""
    import matplotlib as mpl

    return [str(OWN), str(Path(mpl.get_data_path()) / "fonts" / "ttf")]


@cache
def face(*, bold: bool = False) -> Face:
    """Return the regular or the semibold face, with its fallback."""
    rest = Path(folders()[1]) / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return Face(OWN / f"SourceSansPro-{'Semibold' if bold else 'Regular'}.ttf", rest)


def printable(text: str) -> str:
    """Return ``text`` in characters that can be drawn; lines are kept, controls become spaces.

    This is what the PDF says: whoever compares its text with the data compares with this.
    """
    known = face()
    kept = "\n".join(text.replace("\t", " ").splitlines()).translate({**_CONTROLS, 10: "\n"})
    return "".join(each if each == "\n" or each in _BARE or ord(each) in known else MISSING for each in kept)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of the longest line of ``text`` in points at type size ``size``."""
    found = face(bold=bold)
    return (
        max(
            (sum(found.width(ord(each)) for each in line) for line in text.split("\n")),
            default=0.0,
        )
        * size
        / 1000
    )


def broken(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Return ``text`` with line breaks inside words that are wider than ``room`` points."""
    if width(text, size, bold=bold) <= room:
        return text
    return "\n".join(
        " ".join(_cut(word, size, room, bold=bold) for word in line.split(" ")) for line in text.split("\n")
    )


def _cut(word: str, size: float, room: float, *, bold: bool) -> str:
    if width(word, size, bold=bold) <= room:
        return word
    found = face(bold=bold)
    pieces, used = [""], 0.0
    for each in word:
        step = found.width(ord(each)) * size / 1000
        if pieces[-1] and used + step > room:
            pieces.append("")
            used = 0.0
        pieces[-1] += each
        used += step
    return "\n".join(pieces)
