"""Compliance > Cases: what somebody must decide, by when, on which evidence, and what was decided."""

from callbacks.compliance.cases import actions, grids
from callbacks.compliance.cases.ids import Ids
from callbacks.compliance.cases.page import View, draw, view

__all__ = ["Ids", "View", "actions", "draw", "grids", "view"]
