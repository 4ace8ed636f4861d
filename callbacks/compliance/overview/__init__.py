"""Compliance > Overview: the score with its parts, deadlines, open cases, findings by day and regime, coverage."""

from callbacks.compliance.overview import actions, grids
from callbacks.compliance.overview.ids import Ids
from callbacks.compliance.overview.page import SPANS, STATES, View, draw, view

__all__ = ["SPANS", "STATES", "Ids", "View", "actions", "draw", "grids", "view"]
