"""A line of text as an artist of the drawing library, without the layout that the canvas has done already.

This module loads the drawing library: it is imported where something is drawn, not when the portal starts.
"""

from typing import Any

from matplotlib.text import Text
from matplotlib.transforms import IdentityTransform

from portal.services.packs.drawing.colours import Colour


class Lettering(Text):
    """One line at its place: points from the lower left corner of the sheet, on its base line."""

    def __init__(
        self, place: tuple[float, float], line: str, *, font: Any, tone: Colour, across: str, angle: float
    ) -> None:
        super().__init__(
            *place, line, fontproperties=font, color=tone, ha=across, va="baseline", rotation=angle,
            rotation_mode="anchor", transform=IdentityTransform(),
        )  # fmt: skip
        self._line, self._tone = line, tone

    def draw(self, renderer: Any) -> None:
        """Write the line; the base class would measure it again to find the place that is known."""
        renderer.open_group("text", None)
        pen = renderer.new_gc()
        pen.set_foreground(self._tone, isRGBA=True)
        x, y = self.get_position()
        renderer.draw_text(
            pen,
            x,
            renderer.height - y,
            self._line,
            self.get_fontproperties(),
            self.get_rotation(),
            mtext=self,
        )
        pen.restore()
        renderer.close_group("text")
        self.stale = False
