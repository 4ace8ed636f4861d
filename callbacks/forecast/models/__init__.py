"""Forecast > Models: which versions there are, what was tried, and how one becomes the champion."""

from callbacks.forecast.models import actions, grids
from callbacks.forecast.models.ids import Ids
from callbacks.forecast.models.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
