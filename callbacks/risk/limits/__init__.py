"""Risk > Limits: what may be lost, how much of it is used, and what follows when it is more."""

from callbacks.risk.limits import actions, grids
from callbacks.risk.limits.ids import Ids
from callbacks.risk.limits.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
