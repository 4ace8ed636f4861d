"""Overview > Sign-off: which portfolios and days are signed, and the figures that the signatures stand for."""

from callbacks.overview.sign_off import actions, grids
from callbacks.overview.sign_off.ids import Ids
from callbacks.overview.sign_off.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
