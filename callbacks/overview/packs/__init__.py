"""Overview > Packs: make one, open those that were made, look after what is sent by itself."""

from callbacks.overview.packs import actions, grids
from callbacks.overview.packs.ids import Ids
from callbacks.overview.packs.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
