"""Compliance > Reports: make a file, look at its rows and at what was refused, release it, download it."""

from callbacks.compliance.reports import actions, grids
from callbacks.compliance.reports.ids import Ids
from callbacks.compliance.reports.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
